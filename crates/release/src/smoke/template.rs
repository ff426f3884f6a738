//! Text with variables in it: `/jobs/${job_id}`. `$${` stands for `${`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Text in which `${name}` stands for a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(String),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// Says what is wrong with a `${` that does not begin a variable.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(position) = rest.find("${") {
            if rest[..position].ends_with('$') {
                plain.push_str(&rest[..position]);
                plain.push('{');
                rest = &rest[position + 2..];
                continue;
            }
            plain.push_str(&rest[..position]);
            let after = &rest[position + 2..];
            let Some(end) = after.find('}') else {
                return Err(format!("`{text}` has a `${{` without a `}}`; write `$${{` for the text itself"));
            };
            let name = &after[..end];
            if !is_name(name) {
                return Err(format!(
                    "`${{{name}}}` does not name a variable: letters, digits and `_`; write `$${{` for the text itself"
                ));
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Variable(name.to_owned()));
            rest = &after[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// The variables that the text needs.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with the variables' values.
    ///
    /// # Errors
    /// Gives back the name of a variable that has no value.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<String, String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Variable(name) => text.push_str(values.get(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(text)
    }
}

/// Whether a text may be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Does something with every text within a JSON value; keys are left alone.
///
/// # Errors
/// Fails as the work does.
pub(super) fn for_each_text<E>(
    value: &mut Value,
    work: &mut impl FnMut(&mut String) -> Result<(), E>,
) -> Result<(), E> {
    match value {
        Value::String(text) => work(text),
        Value::Array(items) => items.iter_mut().try_for_each(|item| for_each_text(item, work)),
        Value::Object(members) => members.values_mut().try_for_each(|member| for_each_text(member, work)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A number stands for its text, so that `attempts = 5` and `attempts = "${attempts}"` both read well.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Scalar {
            Text(String),
            Number(u64),
        }
        let text = match Scalar::deserialize(deserializer)? {
            Scalar::Text(text) => text,
            Scalar::Number(number) => number.to_string(),
        };
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::smoke::Template;

    #[test]
    fn variables_are_filled_in() {
        let values =
            BTreeMap::from([("job".to_owned(), "7".to_owned()), ("host".to_owned(), "h".to_owned())]);
        for (text, filled) in [
            ("", ""),
            ("plain $5", "plain $5"),
            ("https://${host}/jobs/${job}", "https://h/jobs/7"),
            ("$${job} ${job}", "${job} 7"),
        ] {
            assert_eq!(Template::parse(text).unwrap().fill(&values).as_deref(), Ok(filled), "{text}");
        }
        assert_eq!(Template::parse("${nobody}").unwrap().fill(&values), Err("nobody".to_owned()));
        for wrong in ["${", "${a b}", "${}", "x ${job"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
