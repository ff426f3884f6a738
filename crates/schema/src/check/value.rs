//! Whether a value fits a type, as Terraform converts values.

use formwork_core::{Json, references};

use crate::Type;

/// What is wrong with a value, if anything is: where within it, and what.
pub(crate) type Misfit = (String, String);

/// Checks a value against a type. Expressions fit anything here: what they refer to is checked elsewhere.
pub(crate) fn fits(ty: &Type, json: &Json) -> Result<(), Misfit> {
    match (ty, json) {
        (Type::Dynamic, _) | (_, Json::Null | Json::Invalid(_)) => Ok(()),
        (_, Json::String(text)) => text_fits(ty, text),
        (_, Json::Template(text)) => template_fits(ty, text),
        (Type::String, Json::Bool(_) | Json::Integer(_) | Json::Decimal(_))
        | (Type::Bool, Json::Bool(_))
        | (Type::Number, Json::Integer(_) | Json::Decimal(_)) => Ok(()),
        (Type::List(element) | Type::Set(element), Json::Array(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| within(|| format!("[{index}]"), fits(element, item))),
        (Type::List(element) | Type::Set(element), Json::Blocks(blocks)) => {
            blocks.iter().enumerate().try_for_each(|(index, block)| {
                within(|| format!("[{index}]"), fits(element, &Json::Block(Box::new(block.clone()))))
            })
        }
        (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => types
            .iter()
            .zip(items)
            .enumerate()
            .try_for_each(|(index, (ty, item))| within(|| format!("[{index}]"), fits(ty, item))),
        (Type::Map(element), Json::Object(entries)) => {
            entries.iter().try_for_each(|(key, value)| within(|| format!(".{key}"), fits(element, value)))
        }
        (Type::Map(element), Json::Block(block)) => block
            .entries()
            .try_for_each(|entry| within(|| format!(".{}", entry.name), fits(element, &entry.value))),
        (Type::Object(_), Json::Object(entries)) => {
            object_fits(ty, &Vec::from_iter(entries.iter().map(|(key, value)| (&**key, value))))
        }
        (Type::Object(_), Json::Block(block)) => {
            object_fits(ty, &Vec::from_iter(block.entries().map(|entry| (&*entry.name, &entry.value))))
        }
        _ => Err((String::new(), format!("expected {}, found {}", ty.description(), found(json)))),
    }
}

/// Whether what has one type can be put where another is expected.
pub(crate) fn converts(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Dynamic, _) | (_, Type::Dynamic | Type::String) => {
            !is_collection(from) || !matches!(to, Type::String)
        }
        (Type::String, Type::Number | Type::Bool)
        | (Type::Number, Type::Number)
        | (Type::Bool, Type::Bool) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) => converts(from, to),
        (Type::Map(from), Type::Map(to)) => converts(from, to),
        // Terraform tries; whether it succeeds depends on the values.
        (Type::Object(_), Type::Map(_) | Type::Object(_)) | (Type::Map(_), Type::Object(_)) => true,
        (Type::Tuple(_), Type::List(_) | Type::Set(_) | Type::Tuple(_)) | (Type::List(_), Type::Tuple(_)) => {
            true
        }
        _ => false,
    }
}

const fn is_collection(ty: &Type) -> bool {
    !matches!(ty, Type::String | Type::Number | Type::Bool | Type::Dynamic)
}

fn text_fits(ty: &Type, text: &str) -> Result<(), Misfit> {
    let fits = match ty {
        Type::String => true,
        Type::Number => text.parse::<f64>().is_ok(),
        Type::Bool => matches!(text, "true" | "false"),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err((String::new(), format!("expected {}, found the text `{text}`", ty.description())))
    }
}

/// A template that is one expression gives any type; one with text around it gives text, which Terraform may convert.
fn template_fits(ty: &Type, text: &str) -> Result<(), Misfit> {
    let is_text = matches!(ty, Type::String | Type::Number | Type::Bool);
    if is_text || references::whole(text).is_some() {
        Ok(())
    } else {
        Err((String::new(), format!("expected {}, found the text `{text}`", ty.description())))
    }
}

fn object_fits<'a>(ty: &Type, entries: &[(&'a str, &'a Json)]) -> Result<(), Misfit> {
    let Type::Object(attributes) = ty else { return Ok(()) };
    for (key, value) in entries {
        match attributes.iter().find(|attribute| *attribute.name == **key) {
            Some(attribute) => within(|| format!(".{key}"), fits(&attribute.ty, value))?,
            None => {
                let near = formwork_core::nearest(key, attributes.iter().map(|attribute| &*attribute.name));
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err((format!(".{key}"), format!("the object has no key `{key}`{hint}")));
            }
        }
    }
    let missing = attributes
        .iter()
        .find(|attribute| !attribute.optional && !entries.iter().any(|(key, _)| **key == *attribute.name));
    match missing {
        Some(attribute) => Err((
            String::new(),
            format!(
                "the object lacks the key `{}`; in JSON every key must be there, null where unset",
                attribute.name
            ),
        )),
        None => Ok(()),
    }
}

fn within(step: impl FnOnce() -> String, result: Result<(), Misfit>) -> Result<(), Misfit> {
    result.map_err(|(path, message)| (step() + &path, message))
}

fn found(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Integer(_) | Json::Decimal(_) => "a number",
        Json::String(_) | Json::Template(_) => "text",
        Json::Array(_) | Json::Blocks(_) => "a list",
        Json::Object(_) | Json::Block(_) => "an object",
        Json::Invalid(_) => "nothing that can be written",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misfit(ty: &Type, json: serde_json::Value) -> Option<Misfit> {
        fits(ty, &Json::from(json)).err()
    }

    #[test]
    fn values_convert_as_terraform_converts_them() {
        use serde_json::json;
        let strings = Type::List(Box::new(Type::String));
        assert_eq!(misfit(&Type::String, json!(5)), None);
        assert_eq!(misfit(&Type::Number, json!("5")), None);
        assert_eq!(misfit(&Type::Bool, json!("true")), None);
        assert_eq!(misfit(&strings, json!(["a", 1])), None);
        assert_eq!(
            misfit(&Type::Number, json!("x")),
            Some((String::new(), "expected number, found the text `x`".into()))
        );
        assert_eq!(
            misfit(&strings, json!("a")),
            Some((String::new(), "expected list of string, found the text `a`".into()))
        );
        assert_eq!(
            misfit(&strings, json!(["a", []])),
            Some(("[1]".into(), "expected string, found a list".into()))
        );
        assert_eq!(
            misfit(&Type::Bool, json!(1)),
            Some((String::new(), "expected bool, found a number".into()))
        );
        assert_eq!(fits(&strings, &Json::bare("${a.b.c}")), Ok(()));
        assert!(fits(&strings, &Json::bare("x${a.b.c}")).is_err());
    }

    #[test]
    fn types_convert_as_terraform_converts_them() {
        let strings = Type::List(Box::new(Type::String));
        assert!(converts(&Type::Number, &Type::String) && converts(&Type::String, &Type::Number));
        assert!(!converts(&Type::String, &strings) && !converts(&strings, &Type::String));
        assert!(converts(&strings, &Type::Set(Box::new(Type::String))));
        assert!(!converts(&Type::Bool, &Type::Number));
    }
}
