//! Values for places that take any type, whose Terraform type follows from the Rust type.

use std::collections::BTreeMap;

use crate::value::typed::object;
use crate::{Expr, Json, Map, Value};

/// A value whose Terraform type follows from its Rust type, for places that take any type.
pub trait IntoValue {
    /// The Terraform type.
    type Type;

    /// The value.
    fn into_value(self) -> Value<Self::Type>;
}

impl<T> IntoValue for Value<T> {
    type Type = T;

    fn into_value(self) -> Self {
        self
    }
}

impl<V: IntoValue> IntoValue for Vec<V> {
    type Type = Vec<V::Type>;

    fn into_value(self) -> Value<Self::Type> {
        Value::from_json(Json::Array(self.into_iter().map(|item| item.into_value().into_json()).collect()))
    }
}

impl<V: IntoValue, const N: usize> IntoValue for [V; N] {
    type Type = Vec<V::Type>;

    fn into_value(self) -> Value<Self::Type> {
        Vec::from(self).into_value()
    }
}

impl<V: IntoValue + Clone> IntoValue for &[V] {
    type Type = Vec<V::Type>;

    fn into_value(self) -> Value<Self::Type> {
        self.to_vec().into_value()
    }
}

impl<V: IntoValue + Clone> IntoValue for &Vec<V> {
    type Type = Vec<V::Type>;

    fn into_value(self) -> Value<Self::Type> {
        self.clone().into_value()
    }
}

impl<K: Into<String>, V: IntoValue> IntoValue for BTreeMap<K, V> {
    type Type = Map<V::Type>;

    fn into_value(self) -> Value<Self::Type> {
        Value::from_json(object(self.into_iter().map(|(key, value)| (key, value.into_value()))))
    }
}

/// Nothing is Terraform's `null`.
impl<V: IntoValue> IntoValue for Option<V> {
    type Type = V::Type;

    fn into_value(self) -> Value<Self::Type> {
        self.map_or_else(Value::null, IntoValue::into_value)
    }
}

macro_rules! into_value {
    ($([$($parameter:ident)?] $from:ty => $content:ty),+ $(,)?) => {$(
        impl$(<$parameter>)? IntoValue for $from {
            type Type = $content;

            fn into_value(self) -> Value<$content> {
                self.into()
            }
        }
    )+};
}

into_value!(
    [T] Expr<T> => T,
    [T] &Expr<T> => T,
    [T] Map<T> => Map<T>,
    [] &str => String,
    [] String => String,
    [] &String => String,
    [] char => String,
    [] bool => bool,
    [] u8 => f64,
    [] u16 => f64,
    [] u32 => f64,
    [] u64 => f64,
    [] u128 => f64,
    [] usize => f64,
    [] i8 => f64,
    [] i16 => f64,
    [] i32 => f64,
    [] i64 => f64,
    [] i128 => f64,
    [] isize => f64,
    [] f64 => f64,
    [] serde_json::Value => Json,
);
