//! Values of Terraform's type system, without their types: those are in the schema.
//!
//! `mod.rs` has the values, `json.rs` what they are as JSON, `fit.rs` brings what comes from outside to a type. It may
//! import nothing of this crate.

pub(crate) mod fit;
mod json;

use std::collections::BTreeMap;

/// Attributes or blocks by name.
pub(crate) type Object = BTreeMap<String, Value>;

/// A value as it travels between Terraform and a provider.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Not there.
    Null,
    /// Not known before apply.
    Unknown,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    Text(String),
    /// A list, set or tuple.
    List(Vec<Self>),
    /// A map, object or block.
    Object(Object),
    /// A value of a type that is not in the schema: the type as Terraform writes it in JSON, and the value.
    Typed(Vec<u8>, Box<Self>),
}

/// A number, exact in each form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Float(f64),
    /// Decimal digits, for what fits neither.
    Digits(String),
}

impl Value {
    /// A whole number.
    pub(crate) fn integer(number: i64) -> Self {
        Self::Number(Number::Integer(number))
    }

    /// The text, if it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The attributes, if it is an object or a map.
    pub(crate) fn object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements; a single object counts as one, and what is absent as none.
    pub(crate) fn elements(&self) -> &[Self] {
        match self {
            Self::List(elements) => elements,
            Self::Object(_) => std::slice::from_ref(self),
            _ => &[],
        }
    }

    /// Whether it is null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether no part of it is unknown.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_known),
            Self::Object(object) => object.values().all(Self::is_known),
            Self::Typed(_, value) => value.is_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => true,
        }
    }

    /// Whether it says nothing: null, an empty list or map, or empty text.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Object(object) => object.is_empty(),
            _ => false,
        }
    }

    /// How it is written in a message or as part of a text; nothing for what has no such form.
    pub(crate) fn to_plain_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(Number::Integer(number)) => Some(number.to_string()),
            Self::Number(Number::Float(number)) => Some(number.to_string()),
            Self::Number(Number::Digits(digits)) => Some(digits.clone()),
            _ => None,
        }
    }

    /// All values at a path of attribute names; lists on the way are gone through.
    pub(crate) fn at<'v>(&'v self, path: &str) -> Vec<&'v Self> {
        let mut found = vec![self];
        for name in path.split('.') {
            let inside = found.into_iter().flat_map(Self::elements);
            found = inside.filter_map(|element| element.object()?.get(name)).collect();
        }
        found
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Self>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}
