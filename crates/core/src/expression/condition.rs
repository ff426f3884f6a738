//! Conditionals: `cond.then(x).otherwise(y)`.

use crate::Expr;
use crate::expression::expr::Binding;

/// A conditional whose other branch is yet to come.
#[derive(Clone, Debug)]
#[must_use = "a conditional needs its `otherwise`"]
pub struct Then<T> {
    condition: Expr<bool>,
    then: Expr<T>,
}

impl Expr<bool> {
    /// Begins the conditional that is `value` where this is true.
    pub fn then<T>(&self, value: impl Into<Expr<T>>) -> Then<T> {
        Then { condition: self.clone(), then: value.into() }
    }
}

impl<T> Then<T> {
    /// Completes the conditional with its value where the condition is false: `condition ? then : value`.
    pub fn otherwise(self, value: impl Into<Expr<T>>) -> Expr<T> {
        // Both branches extend as far as they can, so that nothing in them needs parentheses.
        let condition = self.condition.within(Binding::Or);
        let value = value.into();
        let stacks = self.condition.stacks().and(self.then.stacks()).and(value.stacks());
        Expr::of(&[&condition, " ? ", self.then.hcl(), " : ", value.hcl()], Binding::Conditional)
            .of_stacks(stacks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_wrapped_and_branches_are_not() {
        let a = Expr::<bool>::postfix(&["a"]);
        let choice = a.then(a.then("x").otherwise("y")).otherwise(a.then("z").otherwise(Expr::null()));
        assert_eq!(choice.hcl(), "a ? a ? \"x\" : \"y\" : a ? \"z\" : null");
        let condition = a.then(true).otherwise(false);
        assert_eq!(condition.then(1).otherwise(2).hcl(), "(a ? true : false) ? 1 : 2");
    }
}
