//! The signatures of functions: what Terraform's metadata says of them, and their types in Rust.

use formwork_core::functions::signature::{Parameter, Type};
use serde_json::Value;

/// Reads what Terraform's metadata says of a parameter.
pub(crate) fn parameter(json: &Value) -> Option<Parameter> {
    Some(Parameter {
        name: json["name"].as_str()?.to_owned(),
        ty: ty(&json["type"])?,
        nullable: json["is_nullable"].as_bool().unwrap_or(false),
        variadic: false,
    })
}

/// Reads a type in Terraform's JSON notation.
pub(crate) fn ty(json: &Value) -> Option<Type> {
    match json {
        Value::String(name) => Some(Type::Name(name.clone())),
        Value::Array(pair) => match &pair[..] {
            [Value::String(of), inner] => Some(Type::Of(of.clone(), Box::new(ty(inner)?))),
            _ => None,
        },
        _ => None,
    }
}

/// The type in Rust; none for what may be of any type.
pub(crate) fn rust(ty: &Type) -> Option<String> {
    match ty {
        Type::Name(name) => match name.as_str() {
            "string" => Some("String".to_owned()),
            "number" => Some("f64".to_owned()),
            "bool" => Some("bool".to_owned()),
            "dynamic" => None,
            variable => Some(variable.to_owned()),
        },
        Type::Of(of, inner) => {
            let inner = rust(inner).unwrap_or_else(|| "R".to_owned());
            Some(if of == "map" { format!("Map<{inner}>") } else { format!("Vec<{inner}>") })
        }
    }
}
