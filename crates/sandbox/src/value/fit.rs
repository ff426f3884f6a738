//! Values from outside, brought to the type of an argument as Terraform does it.

use formwork_schema::{AttributeType, Type};
use serde_json::Value as Json;

use crate::value::Value;

/// The value as one of the type: text may stand for a number or a truth, and the other way round. Nothing if it is of
/// another type.
pub(crate) fn fit(ty: &AttributeType, value: &Json) -> Option<Value> {
    match ty {
        AttributeType::Value(ty) => fit_type(ty, value),
        AttributeType::Nested { .. } => {
            let is_nested = matches!(value, Json::Array(_) | Json::Object(_) | Json::Null);
            is_nested.then(|| Value::from_json(value.clone()))
        }
    }
}

/// What messages call a type.
pub(crate) fn name(ty: &AttributeType) -> &'static str {
    match ty {
        AttributeType::Value(Type::String) => "text",
        AttributeType::Value(Type::Number) => "a number",
        AttributeType::Value(Type::Bool) => "`true` or `false`",
        AttributeType::Value(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => "a list",
        AttributeType::Value(Type::Map(_) | Type::Object(_)) => "an object",
        AttributeType::Value(Type::Dynamic) => "any value",
        AttributeType::Nested { .. } => "an object or a list of objects",
    }
}

fn fit_type(ty: &Type, value: &Json) -> Option<Value> {
    Some(match (ty, value) {
        (_, Json::Null) => Value::Null,
        (Type::Dynamic, value) => Value::from_json(value.clone()),
        (Type::String, Json::String(text)) => Value::Text(text.clone()),
        (Type::String, Json::Number(_) | Json::Bool(_)) => Value::Text(value.to_string()),
        (Type::Number, Json::Number(_)) | (Type::Bool, Json::Bool(_)) => Value::from_json(value.clone()),
        (Type::Number, Json::String(text)) => {
            let number: serde_json::Number = text.parse().ok()?;
            Value::from_json(Json::Number(number))
        }
        (Type::Bool, Json::String(text)) => Value::Bool(text.parse().ok()?),
        (Type::List(element) | Type::Set(element), Json::Array(elements)) => {
            let elements: Option<Vec<Value>> = elements.iter().map(|it| fit_type(element, it)).collect();
            Value::List(elements?)
        }
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => {
            let elements = types.iter().zip(elements).map(|(ty, it)| fit_type(ty, it));
            Value::List(elements.collect::<Option<_>>()?)
        }
        (Type::Map(element), Json::Object(members)) => {
            let members = members.iter().map(|(name, it)| Some((name.clone(), fit_type(element, it)?)));
            Value::Object(members.collect::<Option<_>>()?)
        }
        (Type::Object(attributes), Json::Object(members)) => {
            let of = |attribute: &formwork_schema::ObjectAttribute| {
                let member = members.get(&*attribute.name).unwrap_or(&Json::Null);
                Some((attribute.name.to_string(), fit_type(&attribute.ty, member)?))
            };
            Value::Object(attributes.iter().map(of).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_converted_as_terraform_does_it() {
        let fit = |ty: Type, value: Json| fit_type(&ty, &value).map(|value| value.to_json());
        assert_eq!(fit(Type::Number, json!("3")), Some(json!(3)));
        assert_eq!(fit(Type::Number, json!("three")), None);
        assert_eq!(fit(Type::String, json!(5)), Some(json!("5")));
        assert_eq!(fit(Type::Bool, json!("true")), Some(json!(true)));
        assert_eq!(fit(Type::Bool, json!(1)), None);
        let list = || Type::List(Box::new(Type::Number));
        assert_eq!(fit(list(), json!(["1", 2])), Some(json!([1, 2])));
        assert_eq!(fit(list(), json!("1")), None);
        assert_eq!(fit(Type::Map(Box::new(Type::String)), json!(["a"])), None);
    }
}
