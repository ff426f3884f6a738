//! What Terraform computes: HCL text with a known precedence.

use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::text;

/// An expression that Terraform evaluates to a `T`.
///
/// It can be an argument, a part of text (`format!("{}/*", bucket.arn())`) and a part of `serde_json::json!`.
pub struct Expr<T> {
    text: String,
    binding: Binding,
    result: PhantomData<fn() -> T>,
}

/// How strongly the outermost operation of an expression binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    /// Anything: it is put in parentheses before a step is appended.
    Weak,
    /// References, calls and literals: steps can follow.
    Postfix,
}

impl<T> Expr<T> {
    /// Takes HCL as it is: the hatch for what the typed expressions do not cover. References in it are checked like
    /// all others.
    pub fn raw(hcl: impl Into<String>) -> Self {
        Self::of(hcl.into(), Binding::Weak)
    }

    /// A reference or a call: what `.` and `[` may follow.
    pub(crate) fn postfix(hcl: String) -> Self {
        Self::of(hcl, Binding::Postfix)
    }

    /// The result of a function, such as `call("join", [",".into(), names.into()])`.
    pub fn call(function: &str, arguments: impl IntoIterator<Item = Argument>) -> Self {
        let arguments: Vec<String> = arguments.into_iter().map(|argument| argument.0).collect();
        Self::postfix(format!("{function}({})", arguments.join(", ")))
    }

    /// The HCL text of the expression.
    #[must_use]
    pub fn hcl(&self) -> &str {
        &self.text
    }

    /// Claims another type for the same expression, where Terraform converts or the schema says too little.
    #[must_use]
    pub fn cast<U>(self) -> Expr<U> {
        Expr::of(self.text, self.binding)
    }

    fn of(text: String, binding: Binding) -> Self {
        Self { text, binding, result: PhantomData }
    }

    fn step<U>(&self, step: &str) -> Expr<U> {
        match self.binding {
            Binding::Weak => Expr::postfix(format!("({}){step}", self.text)),
            Binding::Postfix => Expr::postfix(format!("{}{step}", self.text)),
        }
    }
}

impl<T> Expr<Vec<T>> {
    /// The element at a position, counted from 0.
    #[must_use]
    pub fn at(&self, index: usize) -> Expr<T> {
        self.step(&format!("[{index}]"))
    }

    /// One attribute of every element.
    #[must_use]
    pub fn each<U>(&self, attribute: &str) -> Expr<Vec<U>> {
        self.step(&format!("[*].{attribute}"))
    }
}

impl<T> Expr<crate::Map<T>> {
    /// The value under a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Expr<T> {
        self.step(&format!("[{}]", text::quoted(key)))
    }
}

impl Expr<crate::Json> {
    /// One attribute of an object.
    #[must_use]
    pub fn field<U>(&self, name: &str) -> Expr<U> {
        self.step(&format!(".{name}"))
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        Self::of(self.text.clone(), self.binding)
    }
}

impl<T> fmt::Debug for Expr<T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Expr({})", self.text)
    }
}

/// Writes the expression so that it keeps working inside text: `format!` and `to_string` compose.
impl<T> Display for Expr<T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&text::fence(&self.text))
    }
}

/// Writes the expression so that it keeps working inside documents: `json!` composes.
impl<T> Serialize for Expr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text::fence(&self.text))
    }
}

/// An argument of a function call: an expression or a literal, as HCL.
#[derive(Clone, Debug)]
pub struct Argument(String);

impl<T> From<Expr<T>> for Argument {
    fn from(expression: Expr<T>) -> Self {
        Self(expression.text)
    }
}

impl<T> From<&Expr<T>> for Argument {
    fn from(expression: &Expr<T>) -> Self {
        Self(expression.text.clone())
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        // Text with half a fence stays visible in the result, where synthesis finds and reports it.
        Self(text::hcl_string(text).unwrap_or_else(|| text::quoted(text)))
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<bool> for Argument {
    fn from(value: bool) -> Self {
        Self(value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_references_and_wrap_the_rest() {
        let reference = Expr::<Vec<String>>::postfix("a.b.c".into());
        assert_eq!(reference.at(0).hcl(), "a.b.c[0]");
        let raw = Expr::<Vec<String>>::raw("x ? y : z");
        assert_eq!(raw.at(1).hcl(), "(x ? y : z)[1]");
    }

    #[test]
    fn calls_take_literals_and_expressions() {
        let names = Expr::<Vec<String>>::postfix("a.b.c".into());
        let joined = Expr::<String>::call("join", ["-${".into(), (&names).into()]);
        assert_eq!(joined.hcl(), "join(\"-$${\", a.b.c)");
    }
}
