//! JSON: what a state file holds, and what the sandbox keeps.

use serde_json::Value as Json;

use crate::value::{Number, Value};

impl Value {
    /// Takes JSON as it is; nothing in it can be unknown.
    pub(crate) fn from_json(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Number::Integer(integer),
                (None, Some(float)) if number.is_f64() => Number::Float(float),
                _ => Number::Digits(number.to_string()),
            }),
            Json::String(text) => Self::Text(text),
            Json::Array(elements) => elements.into_iter().map(Self::from_json).collect(),
            Json::Object(members) => {
                Self::Object(members.into_iter().map(|(name, json)| (name, Self::from_json(json))).collect())
            }
        }
    }

    /// Gives JSON; what is unknown is null there, and a value with its type is an object of `type` and `value`, as in
    /// a state file.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Null | Self::Unknown => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(Number::Integer(number)) => Json::from(*number),
            Self::Number(Number::Float(number)) => Json::from(*number),
            Self::Number(Number::Digits(digits)) => {
                digits.parse::<u64>().map_or_else(|_| Json::String(digits.clone()), Json::from)
            }
            Self::Text(text) => Json::String(text.clone()),
            Self::List(elements) => elements.iter().map(Self::to_json).collect(),
            Self::Object(object) => {
                object.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
            }
            Self::Typed(ty, value) => {
                let ty = serde_json::from_slice(ty).unwrap_or(Json::Null);
                serde_json::json!({ "type": ty, "value": value.to_json() })
            }
        }
    }
}
