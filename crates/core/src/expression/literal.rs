//! Rust literals as expressions: text, numbers, lists, maps.

use std::collections::BTreeMap;

use crate::block::stack_set::StackSet;
use crate::block::text::{self, Hcl};
use crate::expression::expr::Binding;
use crate::{Expr, Json, Map};

impl<T> From<&Self> for Expr<T> {
    fn from(expression: &Self) -> Self {
        expression.clone()
    }
}

/// Text is literal but for the expressions that were formatted into it.
impl From<&str> for Expr<String> {
    fn from(text: &str) -> Self {
        match (text::alone(text), text::hcl_string(text)) {
            // What the expression in the text was is not known any more.
            (Some(expression), _) => Self::raw(expression.text).of_stacks(expression.stacks),
            (None, Some(hcl)) => Self::postfix(&[&hcl.text]).of_stacks(hcl.stacks),
            // Text with half a fence stays visible in the result, where synthesis finds and reports it.
            (None, None) => Self::postfix(&[&text::quoted(text)]),
        }
    }
}

impl From<String> for Expr<String> {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Expr<String> {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<bool> for Expr<bool> {
    fn from(value: bool) -> Self {
        Self::postfix(&[if value { "true" } else { "false" }])
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Expr<f64> {
            fn from(number: $number) -> Self {
                digits(&number.to_string())
            }
        }
    )+};
}

numbers!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

/// What is not a number in Terraform either, such as `f64::NAN`, is found at synthesis.
impl From<f64> for Expr<f64> {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            digits(&number.to_string())
        } else {
            Self::postfix(&[&text::refused(&format!("{number} is not a number that Terraform has"))])
        }
    }
}

fn digits(digits: &str) -> Expr<f64> {
    // A number below zero is the negation of one above it.
    let binding = if digits.starts_with('-') { Binding::Unary } else { Binding::Postfix };
    Expr::of(&[digits], binding)
}

/// Plain data: text in it is literal, expressions keep working.
impl From<serde_json::Value> for Expr<Json> {
    fn from(plain: serde_json::Value) -> Self {
        Self::from(&plain)
    }
}

impl From<&serde_json::Value> for Expr<Json> {
    fn from(plain: &serde_json::Value) -> Self {
        match plain {
            serde_json::Value::String(text) => Expr::<String>::from(text).cast(),
            serde_json::Value::Number(number) => digits(&number.to_string()).cast(),
            _ => {
                let hcl = text::hcl_value(plain);
                Self::postfix(&[&hcl.text]).of_stacks(hcl.stacks)
            }
        }
    }
}

impl<T, I: Into<Expr<T>>> From<Vec<I>> for Expr<Vec<T>> {
    fn from(items: Vec<I>) -> Self {
        list(items)
    }
}

impl<T, I: Into<Expr<T>>, const N: usize> From<[I; N]> for Expr<Vec<T>> {
    fn from(items: [I; N]) -> Self {
        list(items)
    }
}

impl<T, I: Clone + Into<Expr<T>>> From<&[I]> for Expr<Vec<T>> {
    fn from(items: &[I]) -> Self {
        list(items.iter().cloned())
    }
}

impl<T, I: Clone + Into<Expr<T>>> From<&Vec<I>> for Expr<Vec<T>> {
    fn from(items: &Vec<I>) -> Self {
        Self::from(items.as_slice())
    }
}

fn list<T, I: Into<Expr<T>>>(items: impl IntoIterator<Item = I>) -> Expr<Vec<T>> {
    let hcl = joined("[", items.into_iter().map(|item| of(&item.into())), "]");
    Expr::postfix(&[&hcl.text]).of_stacks(hcl.stacks)
}

impl<T, K: AsRef<str>, V: Into<Expr<T>>, const N: usize> From<[(K, V); N]> for Expr<Map<T>> {
    fn from(entries: [(K, V); N]) -> Self {
        map(entries)
    }
}

impl<T, K: AsRef<str>, V: Into<Expr<T>>> From<Vec<(K, V)>> for Expr<Map<T>> {
    fn from(entries: Vec<(K, V)>) -> Self {
        map(entries)
    }
}

impl<T, K: AsRef<str>, V: Into<Expr<T>>> From<BTreeMap<K, V>> for Expr<Map<T>> {
    fn from(entries: BTreeMap<K, V>) -> Self {
        map(entries)
    }
}

fn map<T, K: AsRef<str>, V: Into<Expr<T>>>(entries: impl IntoIterator<Item = (K, V)>) -> Expr<Map<T>> {
    let mut keys = Vec::new();
    let mut written = Vec::new();
    for (key, value) in entries {
        let hcl = text::hcl_key(key.as_ref()).text;
        // HCL would keep the last one and say nothing.
        if keys.contains(&hcl) {
            return Expr::postfix(&[&text::refused(&format!("the key `{}` occurs twice", key.as_ref()))]);
        }
        written.push(entry(key.as_ref(), of(&value.into())));
        keys.push(hcl);
    }
    let hcl = joined("{", written, "}");
    Expr::postfix(&[&hcl.text]).of_stacks(hcl.stacks)
}

fn of<T>(expression: &Expr<T>) -> Hcl {
    Hcl::new(expression.hcl().to_owned(), expression.stacks())
}

/// Pieces of HCL with commas between them, and what stands around all of them.
pub(super) fn joined(open: &str, items: impl IntoIterator<Item = Hcl>, close: &str) -> Hcl {
    let mut all = Hcl::new(open.to_owned(), StackSet::NONE);
    for (index, item) in items.into_iter().enumerate() {
        all.text.push_str(if index > 0 { ", " } else { "" });
        all.push(&item);
    }
    all.text.push_str(close);
    all
}

/// The entry of a map.
pub(super) fn entry(key: &str, value: Hcl) -> Hcl {
    let key = text::hcl_key(key);
    Hcl::new([&*key.text, " = ", &value.text].concat(), key.stacks.and(value.stacks))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::App;

    #[test]
    fn what_hcl_does_not_have_is_found() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.local("number", Expr::<f64>::from(1) + f64::NAN);
        stack.local("map", Expr::<Map<f64>>::from([("k", 1), ("k", 2)]));
        let mut outside = None;
        let list = Expr::<Vec<f64>>::from([1]).iter().map(|item| outside.insert(item).clone());
        stack.local("list", list);
        stack.local("outside", outside.unwrap_or_else(Expr::null) + 1);
        let messages: Vec<String> =
            app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
        assert_eq!(
            messages,
            [
                "the key `k` occurs twice",
                "NaN is not a number that Terraform has",
                "what stands for an element in a `for` is used outside of the closure that got it",
            ]
        );
    }

    #[test]
    fn literals_are_written_as_hcl_has_them() {
        let x = Expr::<String>::postfix(&["local.x"]);
        assert_eq!(
            Expr::<String>::from(format!("a \"{x}\" ${{y}}\n")).hcl(),
            r#""a \"${local.x}\" $${y}\n""#
        );
        assert_eq!(
            Expr::<f64>::from(123_456_789_012_345_678_901_234_567_890_u128).hcl(),
            "123456789012345678901234567890"
        );
        assert_eq!((Expr::<f64>::from(-1) - -2.5).hcl(), "-1 - -2.5");
        assert_eq!(Expr::<Vec<String>>::from(["a", "${b}"]).hcl(), r#"["a", "$${b}"]"#);
        assert_eq!(Expr::<Map<f64>>::from([("a.b", 1)]).hcl(), r#"{"a.b" = 1}"#);
        let plain = Expr::<Json>::from(json!({"k": [x, -1, null]}));
        assert_eq!(plain.field::<f64>("k").hcl(), r#"{"k" = [local.x, -1, null]}.k"#);
    }
}
