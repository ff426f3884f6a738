//! What an argument takes: Terraform JSON, already escaped.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use indexmap::IndexMap;

use crate::block::text;
use crate::{Expr, Json};

/// An argument's value of Terraform type `T`: a literal, an expression or a mix of both.
///
/// `T` is `String`, `bool`, `f64`, `Vec<T>`, [`Map<T>`], a tuple or [`Json`]. Text becomes a value by `From` and is escaped
/// there; nothing after that escapes again.
#[derive(Debug)]
pub struct Value<T> {
    json: Json,
    content: PhantomData<fn() -> T>,
}

impl<T> Value<T> {
    /// Takes Terraform JSON that is already escaped.
    #[must_use]
    pub const fn from_json(json: Json) -> Self {
        Self { json, content: PhantomData }
    }

    /// Terraform's `null`: the argument counts as not set.
    #[must_use]
    pub const fn null() -> Self {
        Self::from_json(Json::Null)
    }

    /// The Terraform JSON of this value.
    #[must_use]
    pub fn into_json(self) -> Json {
        self.json
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self::from_json(self.json.clone())
    }
}

/// The Terraform type `map(T)`, and a builder for maps whose values come from different Rust types.
#[derive(Debug)]
pub struct Map<T> {
    entries: Vec<(String, Value<T>)>,
}

impl<T> Map<T> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry. A key that is there already gets the new value.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value<T>>) -> Self {
        let (key, value) = (key.into(), value.into());
        match self.entries.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key, value)),
        }
        self
    }
}

impl<T> Clone for Map<T> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone() }
    }
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Extend<(String, Value<T>)> for Map<T> {
    fn extend<I: IntoIterator<Item = (String, Value<T>)>>(&mut self, entries: I) {
        let all = std::mem::take(self);
        *self = entries.into_iter().fold(all, |map, (key, value)| map.with(key, value));
    }
}

impl<T> IntoIterator for Map<T> {
    type Item = (String, Value<T>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<T> From<Expr<T>> for Value<T> {
    fn from(expression: Expr<T>) -> Self {
        Self::from_json(Json::Template(expression.into_template()))
    }
}

impl<T> From<&Expr<T>> for Value<T> {
    fn from(expression: &Expr<T>) -> Self {
        Self::from_json(Json::Template(expression.clone().into_template()))
    }
}

/// Terraform converts numbers to text by itself.
impl From<Expr<f64>> for Value<String> {
    fn from(expression: Expr<f64>) -> Self {
        Self::from_json(Json::Template(expression.into_template()))
    }
}

/// Terraform converts booleans to text by itself.
impl From<Expr<bool>> for Value<String> {
    fn from(expression: Expr<bool>) -> Self {
        Self::from_json(Json::Template(expression.into_template()))
    }
}

impl From<&str> for Value<String> {
    fn from(text: &str) -> Self {
        Self::from_json(text::template(text))
    }
}

impl From<String> for Value<String> {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&String> for Value<String> {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<char> for Value<String> {
    fn from(character: char) -> Self {
        Self::from(character.to_string())
    }
}

/// A JSON document inside a string, such as an IAM policy.
impl From<serde_json::Value> for Value<String> {
    fn from(document: serde_json::Value) -> Self {
        Self::from(&document)
    }
}

impl From<&serde_json::Value> for Value<String> {
    fn from(document: &serde_json::Value) -> Self {
        Self::from_json(text::document(document))
    }
}

impl From<bool> for Value<bool> {
    fn from(value: bool) -> Self {
        Self::from_json(Json::Bool(value))
    }
}

impl From<f64> for Value<f64> {
    fn from(number: f64) -> Self {
        Self::from_json(match serde_json::Number::from_f64(number) {
            Some(finite) => Json::from(&serde_json::Value::Number(finite)),
            None => Json::Invalid(format!("{number} is not a number that Terraform has").into()),
        })
    }
}

macro_rules! whole_numbers {
    ($($integer:ty),+) => {$(
        impl From<$integer> for Value<f64> {
            fn from(number: $integer) -> Self {
                Self::from_json(match i64::try_from(number) {
                    Ok(integer) => Json::Integer(integer),
                    Err(_) => Json::Decimal(number.to_string().into_boxed_str()),
                })
            }
        }
    )+};
}

whole_numbers!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

impl<T, I: Into<Value<T>>> From<Vec<I>> for Value<Vec<T>> {
    fn from(items: Vec<I>) -> Self {
        Self::from_json(Json::Array(items.into_iter().map(|item| item.into().json).collect()))
    }
}

impl<T, I: Into<Value<T>>, const N: usize> From<[I; N]> for Value<Vec<T>> {
    fn from(items: [I; N]) -> Self {
        Self::from_json(Json::Array(items.into_iter().map(|item| item.into().json).collect()))
    }
}

impl<T, I: Clone + Into<Value<T>>> From<&[I]> for Value<Vec<T>> {
    fn from(items: &[I]) -> Self {
        Self::from_json(Json::Array(items.iter().map(|item| item.clone().into().json).collect()))
    }
}

impl<T, I: Clone + Into<Value<T>>> From<&Vec<I>> for Value<Vec<T>> {
    fn from(items: &Vec<I>) -> Self {
        Self::from(items.as_slice())
    }
}

macro_rules! tuples {
    ($(($($content:ident $from:ident),+)),+ $(,)?) => {$(
        /// A tuple: elements of a type each.
        impl<$($content, $from: Into<Value<$content>>),+> From<($($from,)+)> for Value<($($content,)+)> {
            #[expect(non_snake_case, reason = "the elements are called like their types")]
            fn from(($($from,)+): ($($from,)+)) -> Self {
                Self::from_json(Json::Array(vec![$($from.into().json),+]))
            }
        }
    )+};
}

tuples!(
    (A FromA),
    (A FromA, B FromB),
    (A FromA, B FromB, C FromC),
    (A FromA, B FromB, C FromC, D FromD),
    (A FromA, B FromB, C FromC, D FromD, E FromE),
    (A FromA, B FromB, C FromC, D FromD, E FromE, F FromF),
    (A FromA, B FromB, C FromC, D FromD, E FromE, F FromF, G FromG),
    (A FromA, B FromB, C FromC, D FromD, E FromE, F FromF, G FromG, H FromH),
);

impl<T> From<Map<T>> for Value<Map<T>> {
    fn from(map: Map<T>) -> Self {
        Self::from_json(object(map.entries))
    }
}

impl<T, K: Into<String>, V: Into<Value<T>>, const N: usize> From<[(K, V); N]> for Value<Map<T>> {
    fn from(entries: [(K, V); N]) -> Self {
        Self::from_json(object(entries))
    }
}

impl<T, K: Into<String>, V: Into<Value<T>>> From<Vec<(K, V)>> for Value<Map<T>> {
    fn from(entries: Vec<(K, V)>) -> Self {
        Self::from_json(object(entries))
    }
}

impl<T, K: Into<String>, V: Into<Value<T>>> From<BTreeMap<K, V>> for Value<Map<T>> {
    fn from(entries: BTreeMap<K, V>) -> Self {
        Self::from_json(object(entries))
    }
}

impl<T, K: Into<String>, V: Into<Value<T>>> From<IndexMap<K, V>> for Value<Map<T>> {
    fn from(entries: IndexMap<K, V>) -> Self {
        Self::from_json(object(entries))
    }
}

/// An object of Terraform JSON. A key that occurs twice makes it invalid.
pub(super) fn object<T, K: Into<String>, V: Into<Value<T>>>(
    entries: impl IntoIterator<Item = (K, V)>,
) -> Json {
    let mut object: Vec<(Cow<'static, str>, Json)> = Vec::new();
    for (key, value) in entries {
        let key = key.into();
        let (key, stacks) = text::key(&key);
        if object.iter().any(|(name, _)| *name == key) {
            return Json::Invalid(format!("the key `{key}` occurs twice").into());
        }
        object.push((key.into_owned().into(), value.into().json.with_stacks(stacks)));
    }
    Json::Object(object)
}

/// Plain data as it is: text in it is literal, expressions keep working.
impl From<serde_json::Value> for Value<Json> {
    fn from(plain: serde_json::Value) -> Self {
        Self::from_json(Json::from(&plain))
    }
}

macro_rules! any_type {
    ($($content:ty),+) => {$(
        impl From<Value<$content>> for Value<Json> {
            fn from(value: Value<$content>) -> Self {
                Self::from_json(value.json)
            }
        }
        impl From<Expr<$content>> for Value<Json> {
            fn from(expression: Expr<$content>) -> Self {
                Self::from_json(Json::Template(expression.into_template()))
            }
        }
    )+};
}

any_type!(String, bool, f64, Vec<String>, Map<String>);

/// What is not there leaves the argument out.
impl<T, I: Into<Self>> From<Option<I>> for Value<T> {
    fn from(value: Option<I>) -> Self {
        value.map_or_else(Self::null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T>(value: impl Into<Value<T>>) -> String {
        serde_json::to_string(&value.into().into_json()).unwrap()
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(
            written::<f64>(123_456_789_012_345_678_901_234_567_890_u128),
            "123456789012345678901234567890"
        );
        assert_eq!(written::<f64>(0.1), "0.1");
        assert_eq!(written::<f64>(-3), "-3");
        assert!(matches!(Value::from(f64::NAN).into_json(), Json::Invalid(_)));
    }

    #[test]
    fn keys_are_escaped_and_may_hold_expressions() {
        let name = Expr::<String>::postfix(&["local.name"]);
        let tags =
            Map::<String>::new().with("1", "one").with("${x}", "literal").with(format!("{name}-key"), &name);
        assert_eq!(written(tags), r#"{"1":"one","$${x}":"literal","${local.name}-key":"${local.name}"}"#);
    }

    #[test]
    fn lists_mix_text_and_expressions() {
        let id = Expr::<String>::postfix(&["a.b.id"]);
        assert_eq!(written([format!("{id}/x"), "y".to_owned()]), r#"["${a.b.id}/x","y"]"#);
    }

    #[test]
    fn tuples_have_elements_of_a_type_each() {
        let id = Expr::<String>::postfix(&["a.b.id"]);
        assert_eq!(written::<(String, f64, Vec<bool>)>((id, 1, [true])), r#"["${a.b.id}",1,[true]]"#);
    }
}
