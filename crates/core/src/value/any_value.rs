//! What Rust has as Terraform JSON, for arguments that take any type.

use std::collections::BTreeMap;

use crate::value::typed::object;
use crate::{Expr, Json, Map, Value};

impl<T> From<Value<T>> for Json {
    fn from(value: Value<T>) -> Self {
        value.into_json()
    }
}

macro_rules! any_argument {
    ($($from:ty => $content:ty),+) => {$(
        impl From<$from> for Json {
            fn from(value: $from) -> Self {
                Value::<$content>::from(value).into_json()
            }
        }
    )+};
}

any_argument!(
    &str => String, String => String, &String => String, char => String, bool => bool, f64 => f64,
    u8 => f64, u16 => f64, u32 => f64, u64 => f64, u128 => f64, usize => f64,
    i8 => f64, i16 => f64, i32 => f64, i64 => f64, i128 => f64, isize => f64
);

impl<T> From<Expr<T>> for Json {
    fn from(expression: Expr<T>) -> Self {
        Self::Template(expression.into_template())
    }
}

impl<T> From<&Expr<T>> for Json {
    fn from(expression: &Expr<T>) -> Self {
        Self::Template(expression.clone().into_template())
    }
}

impl<I: Into<Self>> From<Vec<I>> for Json {
    fn from(items: Vec<I>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<I: Into<Self>, const N: usize> From<[I; N]> for Json {
    fn from(items: [I; N]) -> Self {
        Self::from(Vec::from(items))
    }
}

impl<I: Clone + Into<Self>> From<&[I]> for Json {
    fn from(items: &[I]) -> Self {
        Self::from(items.to_vec())
    }
}

impl<I: Clone + Into<Self>> From<&Vec<I>> for Json {
    fn from(items: &Vec<I>) -> Self {
        Self::from(items.clone())
    }
}

impl<K: Into<String>, V: Into<Self>> From<BTreeMap<K, V>> for Json {
    fn from(entries: BTreeMap<K, V>) -> Self {
        object(entries.into_iter().map(|(key, value)| (key, Value::<Self>::from_json(value.into()))))
    }
}

impl<T> From<Map<T>> for Json {
    fn from(map: Map<T>) -> Self {
        object(map)
    }
}

/// What is not there leaves the argument out.
impl<I: Into<Self>> From<Option<I>> for Json {
    fn from(value: Option<I>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntoValue;

    #[test]
    fn what_rust_has_stands_for_itself_wherever_any_type_goes() {
        let x = Expr::<f64>::postfix(&["local.x"]);
        let written = |value: Json| serde_json::to_string(&value).unwrap();
        let text = "a".to_owned();
        assert_eq!(written(Json::from([Some(1_u8), None])), "[1,null]");
        assert_eq!(written(Json::from(&text)), r#""a""#);
        assert_eq!(written(Json::from(BTreeMap::from([("k", [&x])]))), r#"{"k":["${local.x}"]}"#);
        assert_eq!(written(Json::from(Map::<f64>::new().with("k", 5_u64))), r#"{"k":5}"#);
        let any = |value: Value<Vec<Vec<String>>>| written(value.into_json());
        assert_eq!(any([vec!["a"], vec!["b"]].into_value()), r#"[["a"],["b"]]"#);
        assert_eq!(
            written(BTreeMap::from([("k", Some(&x))]).into_value().into_json()),
            r#"{"k":"${local.x}"}"#
        );
        assert_eq!(written(Value::<String>::from(Option::<&str>::None).into_json()), "null");
        assert_eq!(written(Value::<f64>::from(Some(5)).into_json()), "5");
    }
}
