//! What Terraform computes: HCL text with a known precedence.

use std::fmt::{self, Display, Formatter};
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::text;

/// An expression that Terraform evaluates to a `T`.
///
/// It can be an argument, a part of text (`format!("{}/*", bucket.arn())`) and a part of `serde_json::json!`.
pub struct Expr<T> {
    /// The HCL between `${` and `}`: as it is needed when it becomes an argument, which is what happens most.
    template: Box<str>,
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
    pub fn raw(hcl: impl AsRef<str>) -> Self {
        Self::of(&[hcl.as_ref()], Binding::Weak)
    }

    /// A reference or a call: what `.` and `[` may follow.
    pub(crate) fn postfix(hcl: &[&str]) -> Self {
        Self::of(hcl, Binding::Postfix)
    }

    /// The result of a function, such as `call("join", [",".into(), names.into()])`.
    pub fn call(function: &str, arguments: impl IntoIterator<Item = Argument>) -> Self {
        let arguments: Vec<String> = arguments.into_iter().map(|argument| argument.0).collect();
        Self::postfix(&[function, "(", &arguments.join(", "), ")"])
    }

    /// The HCL text of the expression.
    #[must_use]
    pub fn hcl(&self) -> &str {
        &self.template[2..self.template.len() - 1]
    }

    /// The template string that is nothing but the expression.
    pub(crate) fn into_template(self) -> Box<str> {
        self.template
    }

    /// Claims another type for the same expression, where Terraform converts or the schema says too little.
    #[must_use]
    pub fn cast<U>(self) -> Expr<U> {
        Expr { template: self.template, binding: self.binding, result: PhantomData }
    }

    fn of(hcl: &[&str], binding: Binding) -> Self {
        let length = hcl.iter().map(|part| part.len()).sum::<usize>() + 3;
        let mut template = String::with_capacity(length);
        template.push_str("${");
        hcl.iter().for_each(|part| template.push_str(part));
        template.push('}');
        Self { template: template.into_boxed_str(), binding, result: PhantomData }
    }

    fn step<U>(&self, step: &str) -> Expr<U> {
        match self.binding {
            Binding::Weak => Expr::postfix(&["(", self.hcl(), ")", step]),
            Binding::Postfix => Expr::postfix(&[self.hcl(), step]),
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
        Self { template: self.template.clone(), binding: self.binding, result: PhantomData }
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
        formatter.write_str(&text::fence(self.hcl()))
    }
}

/// Writes the expression so that it keeps working inside documents: `json!` composes.
impl<T> Serialize for Expr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text::fence(self.hcl()))
    }
}

/// An argument of a function call: an expression or a literal, as HCL.
#[derive(Clone, Debug)]
pub struct Argument(String);

impl<T> From<Expr<T>> for Argument {
    fn from(expression: Expr<T>) -> Self {
        Self(expression.hcl().to_owned())
    }
}

impl<T> From<&Expr<T>> for Argument {
    fn from(expression: &Expr<T>) -> Self {
        Self(expression.hcl().to_owned())
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
        let reference = Expr::<Vec<String>>::postfix(&["a.b.c"]);
        assert_eq!(reference.at(0).hcl(), "a.b.c[0]");
        let raw = Expr::<Vec<String>>::raw("x ? y : z");
        assert_eq!(raw.at(1).hcl(), "(x ? y : z)[1]");
    }

    #[test]
    fn calls_take_literals_and_expressions() {
        let names = Expr::<Vec<String>>::postfix(&["a.b.c"]);
        let joined = Expr::<String>::call("join", ["-${".into(), (&names).into()]);
        assert_eq!(joined.hcl(), "join(\"-$${\", a.b.c)");
    }
}
