//! Terraform JSON as a tree: what the arguments of blocks hold.

use std::borrow::Cow;

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::block::stack_set::StackSet;
use crate::block::text;
use crate::{Block, Json, Text};

impl Json {
    /// Makes a string that Terraform reads bare, such as a reference, a name or a template. It is not escaped.
    #[must_use]
    pub fn bare(text: impl Into<String>) -> Self {
        Self::bare_from(text, StackSet::NONE)
    }

    /// A bare string that refers into stacks.
    pub(crate) fn bare_from(text: impl Into<String>, stacks: StackSet) -> Self {
        match text::literal_text(text.into()) {
            Self::String(text) => {
                let is_template = crate::syntax::references::holds_template(&text);
                let text = Text::from_stacks(String::from(text).into_boxed_str(), stacks);
                if is_template { Self::Template(text) } else { Self::String(text) }
            }
            refused => refused,
        }
    }

    /// Text for the places that Terraform reads as it is, such as a description: whatever is in it is text, and an
    /// expression is refused.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        text::literal_text(text.into())
    }

    /// Plain data for the places that Terraform reads as it is, such as the default of a variable or the settings of a
    /// backend: whatever is in it is text, and an expression is refused.
    #[must_use]
    pub fn literal_document(value: &serde_json::Value) -> Self {
        convert(value, &|text| Self::literal(text), &|key| match text::literal_text(key.to_owned()) {
            Self::Invalid(reason) => Err(reason),
            _ => Ok((Cow::Borrowed(key), StackSet::NONE)),
        })
    }

    /// Adds stacks that it refers into, for the key of an object, which cannot carry them. What is no text forgets them.
    pub(crate) fn with_stacks(self, stacks: StackSet) -> Self {
        if stacks.is_empty() {
            return self;
        }
        let with = |text: Text| {
            let all = text.stacks().and(stacks);
            Text::from_stacks(String::from(text).into_boxed_str(), all)
        };
        match self {
            Self::String(text) => Self::String(with(text)),
            Self::Template(text) => Self::Template(with(text)),
            other => other,
        }
    }

    /// Visits every string that holds expressions, keys included.
    pub fn each_template(&self, visit: &mut impl FnMut(&str)) {
        match self {
            Self::Template(text) => visit(text),
            Self::Array(items) => items.iter().for_each(|item| item.each_template(visit)),
            Self::Object(entries) => {
                for (key, value) in entries {
                    if crate::syntax::references::holds_template(key) {
                        visit(key);
                    }
                    value.each_template(visit);
                }
            }
            Self::Block(block) => block.entries().for_each(|entry| entry.value.each_template(visit)),
            Self::Blocks(blocks) => {
                blocks.iter().flat_map(Block::entries).for_each(|entry| entry.value.each_template(visit));
            }
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Decimal(_)
            | Self::String(_)
            | Self::Invalid(_) => {}
        }
    }

    /// Whether a string somewhere in this value holds an expression.
    #[must_use]
    pub fn has_expression(&self) -> bool {
        match self {
            Self::Template(_) => true,
            Self::Array(items) => items.iter().any(Self::has_expression),
            Self::Object(entries) => entries
                .iter()
                .any(|(key, value)| crate::syntax::references::holds_template(key) || value.has_expression()),
            Self::Block(block) => block.entries().any(|entry| entry.value.has_expression()),
            Self::Blocks(blocks) => {
                blocks.iter().flat_map(Block::entries).any(|entry| entry.value.has_expression())
            }
            Self::Null
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Decimal(_)
            | Self::String(_)
            | Self::Invalid(_) => false,
        }
    }
}

/// Converts plain data into Terraform JSON: strings and keys are text and are escaped, expressions inside keep working.
impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Self {
        convert(value, &text::template, &|key| Ok(text::key(key)))
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        Self::from(&value)
    }
}

fn convert(
    value: &serde_json::Value,
    string: &impl Fn(&str) -> Json,
    key: &impl Fn(&str) -> Result<(Cow<'_, str>, StackSet), Box<str>>,
) -> Json {
    match value {
        serde_json::Value::Null => Json::Null,
        serde_json::Value::Bool(value) => Json::Bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(integer) => Json::Integer(integer),
            None => Json::Decimal(number.to_string().into_boxed_str()),
        },
        serde_json::Value::String(text) => string(text),
        serde_json::Value::Array(items) => {
            Json::Array(items.iter().map(|item| convert(item, string, key)).collect())
        }
        serde_json::Value::Object(entries) => {
            // The order of `entries` depends on a Cargo feature of serde_json; sorted, the bytes do not.
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            let convert_entry = |(name, value): (&String, &_)| {
                let (name, stacks) = key(name)?;
                let value = convert(value, string, key).with_stacks(stacks);
                Ok((Cow::Owned(name.into_owned()), value))
            };
            match sorted.into_iter().map(convert_entry).collect() {
                Ok(entries) => Json::Object(entries),
                Err(reason) => Json::Invalid(reason),
            }
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Decimal(digits) => {
                RawValue::from_string(digits.to_string()).map_err(S::Error::custom)?.serialize(serializer)
            }
            Self::String(text) | Self::Template(text) => serializer.serialize_str(text),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Block(block) => block.serialize(serializer),
            Self::Blocks(blocks) => blocks.serialize(serializer),
            Self::Invalid(reason) => Err(S::Error::custom(reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_data_is_escaped_and_sorted() {
        let value = Json::from(json!({"b": "${x}", "a${": [1, 1.5, true, null]}));
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"a$${":[1,1.5,true,null],"b":"$${x}"}"#);
    }

    #[test]
    fn literal_data_is_left_alone() {
        let value = Json::literal_document(&json!({"k": "${x}"}));
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"k":"${x}"}"#);
        assert!(!value.has_expression());
        let expression = crate::Expr::<String>::raw("a.b");
        for refused in [json!(expression), json!({ expression.to_string(): 1 })] {
            assert!(matches!(Json::literal_document(&refused), Json::Invalid(_)));
        }
    }

    #[test]
    fn digits_of_long_numbers_are_kept() {
        let value = Json::Decimal("123456789012345678901234567890".into());
        assert_eq!(serde_json::to_string(&value).unwrap(), "123456789012345678901234567890");
    }
}
