//! What Terraform computes: HCL text with a known precedence.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::Text;
use crate::block::stack_set::StackSet;
use crate::block::text;

/// An expression that Terraform evaluates to a `T`.
///
/// It can be an argument, a part of text (`format!("{}/*", bucket.arn())`) and a part of `serde_json::json!`.
/// Numbers are added with `+`, truths are joined with `and`, lists are gone through with `iter`; text, numbers, lists
/// and maps of Rust stand for themselves wherever an expression is taken.
pub struct Expr<T> {
    /// The HCL between `${` and `}`: as it is needed when it becomes an argument, which is what happens most.
    template: Box<str>,
    pub(super) binding: Binding,
    /// The stacks that it refers into.
    stacks: StackSet,
    result: PhantomData<fn() -> T>,
}

/// How strongly the outermost operation of an expression binds, the weakest first.
///
/// The order is that of HCL's native syntax specification, "Operations": a unary operator takes what follows with its
/// steps, then come `* / %`, `+ -`, `< <= > >=`, `== !=`, `&&`, `||` and the conditional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// HCL that was given as it is, so that it may be anything.
    Raw,
    /// `a ? b : c`
    Conditional,
    /// `a || b`
    Or,
    /// `a && b`
    And,
    /// `a == b`
    Equality,
    /// `a < b`
    Comparison,
    /// `a + b`
    Sum,
    /// `a * b`
    Product,
    /// `-a`
    Unary,
    /// `a[*].b`: a step behind it would belong to each element.
    Splat,
    /// References, calls and literals: steps can follow.
    Postfix,
}

impl<T> Expr<T> {
    /// Takes HCL as it is: the hatch for what the typed expressions do not cover. References in it are checked like
    /// all others.
    pub fn raw(hcl: impl AsRef<str>) -> Self {
        Self::of(&[hcl.as_ref()], Binding::Raw)
    }

    /// Terraform's `null`: an argument that gets it counts as not set.
    #[must_use]
    pub fn null() -> Self {
        Self::postfix(&["null"])
    }

    /// A reference or a call: what `.` and `[` may follow.
    pub(crate) fn postfix(hcl: &[&str]) -> Self {
        Self::of(hcl, Binding::Postfix)
    }

    /// The HCL text of the expression.
    #[must_use]
    pub fn hcl(&self) -> &str {
        &self.template[2..self.template.len() - 1]
    }

    /// The template string that is nothing but the expression.
    pub(crate) fn into_template(self) -> Text {
        Text::from_stacks(self.template, self.stacks)
    }

    /// The stacks that it refers into.
    pub(crate) const fn stacks(&self) -> StackSet {
        self.stacks
    }

    /// The same, said to refer into stacks.
    pub(crate) fn of_stacks(mut self, stacks: StackSet) -> Self {
        self.stacks = self.stacks.and(stacks);
        self
    }

    /// Claims another type for the same expression, where Terraform converts or the schema says too little.
    #[must_use]
    pub fn cast<U>(self) -> Expr<U> {
        Expr { template: self.template, binding: self.binding, stacks: self.stacks, result: PhantomData }
    }

    pub(super) fn of(hcl: &[&str], binding: Binding) -> Self {
        let length = hcl.iter().map(|part| part.len()).sum::<usize>() + 3;
        let mut template = String::with_capacity(length);
        template.push_str("${");
        hcl.iter().for_each(|part| template.push_str(part));
        template.push('}');
        Self { template: template.into_boxed_str(), binding, stacks: StackSet::NONE, result: PhantomData }
    }

    /// The HCL in a place where only what binds at least so strongly goes without parentheses.
    pub(super) fn within(&self, at_least: Binding) -> Cow<'_, str> {
        if self.binding >= at_least {
            Cow::Borrowed(self.hcl())
        } else {
            Cow::Owned(["(", self.hcl(), ")"].concat())
        }
    }

    pub(super) fn step<U>(&self, step: &str) -> Expr<U> {
        Expr::postfix(&[&self.within(Binding::Postfix), step]).of_stacks(self.stacks)
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        Self {
            template: self.template.clone(),
            binding: self.binding,
            stacks: self.stacks,
            result: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Expr<T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Expr({})", self.hcl())
    }
}

/// Writes the expression so that it keeps working inside text: `format!` and `to_string` compose.
impl<T> Display for Expr<T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text::fence(self.hcl(), self.stacks))
    }
}

/// Writes the expression so that it keeps working inside documents: `json!` composes.
impl<T> Serialize for Expr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text::fence_serialized(self.hcl(), self.stacks))
    }
}
