//! Which stacks an expression refers into.

/// The stacks that an expression refers into, as far as the program said so: those whose `add`, `local`, `variable` or
/// `read` returned what it is made of. Two are kept, since two are a mistake already.
///
/// A stack is known by its name, so that the same program gives the same set everywhere; it is a number here, since
/// every expression carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackSet([u32; 2]);

impl StackSet {
    /// No stack: literals, and what was given as HCL.
    pub(crate) const NONE: Self = Self([0; 2]);

    /// The stack of a name.
    pub(crate) fn of(name: &str) -> Self {
        // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
        let hash = name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self([hash.max(1), 0])
    }

    /// The stacks of both.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        other.0.into_iter().fold(self, |set, stack| match set.0 {
            _ if stack == 0 || set.0.contains(&stack) => set,
            [0, _] => Self([stack, 0]),
            [first, 0] => Self([first, stack]),
            _ => set,
        })
    }

    /// What is left without the stacks of another set.
    #[must_use]
    pub(crate) fn without(self, other: Self) -> Self {
        let kept = self.0.into_iter().filter(|stack| *stack != 0 && !other.0.contains(stack));
        kept.fold(Self::NONE, |set, stack| set.and(Self([stack, 0])))
    }

    /// Whether no stack is in it.
    pub(crate) const fn is_empty(self) -> bool {
        self.0[0] == 0
    }

    /// Whether a stack of this name is in it.
    pub(crate) fn holds(self, name: &str) -> bool {
        !self.is_empty() && self.0.contains(&Self::of(name).0[0])
    }

    /// Writes sixteen digits, for expressions on their way through text.
    pub(crate) fn push_digits(self, out: &mut String) {
        for stack in self.0 {
            let digit = |place: u32| char::from_digit((stack >> (4 * place)) & 0xF, 16);
            out.extend((0..8).rev().filter_map(digit));
        }
    }

    /// The set that has these digits.
    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        let number = |digits: Option<&str>| u32::from_str_radix(digits?, 16).ok();
        (digits.len() == 16).then_some(())?;
        Some(Self([number(digits.get(..8))?, number(digits.get(8..))?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_stacks_are_told_apart() {
        let [a, b, c] = ["a", "b", "c"].map(StackSet::of);
        assert!(StackSet::NONE.is_empty() && StackSet::NONE.and(StackSet::NONE).is_empty());
        assert_eq!(a.and(a).and(StackSet::NONE), a);
        let both = a.and(b);
        assert!(both.holds("a") && both.holds("b") && !both.holds("c") && !StackSet::NONE.holds("a"));
        assert_eq!((both.without(a), both.without(b), both.without(both)), (b, a, StackSet::NONE));
        assert_eq!(both.and(c), both);
        let digits = |set: StackSet| {
            let mut digits = String::new();
            set.push_digits(&mut digits);
            digits
        };
        assert_eq!(StackSet::from_digits(&digits(both)), Some(both));
        assert_eq!(StackSet::from_digits("1"), None);
    }
}
