//! Values of a resource's arguments: references to others, documents, and variables for what is secret.

use std::collections::BTreeMap;

use formwork_schema::{AttributeType, BlockSchema, Catalogue, CatalogueError};
use serde_json::Value;

use super::build::simple;
use super::literal::of_json;
use super::references::References;
use super::state::Key;
use crate::configuration::{Block, Body, Item};
use crate::error::Place;
use crate::expression::{Expression, Part};

/// Words in the names of what is secret, in keys of environments and the like.
const SECRET_WORDS: [&str; 7] =
    ["password", "passwd", "passphrase", "secret", "token", "credential", "credentials"];
/// Words that say so together.
const SECRET_PAIRS: [(&str, &str); 3] = [("private", "key"), ("api", "key"), ("access", "key")];
/// The last word of a name that only says where the secret is, or something else of it.
const POINTERS: [&str; 14] = [
    "arn",
    "name",
    "id",
    "path",
    "file",
    "url",
    "uri",
    "endpoint",
    "parameter",
    "version",
    "ttl",
    "type",
    "length",
    "prefix",
];

/// A secret that became a variable.
pub(super) struct Secret {
    /// The name of the variable.
    pub(super) variable: String,
    /// Where it is in the state.
    pub(super) of: String,
    /// Its type: `string`, or `any`.
    pub(super) ty: &'static str,
    /// Its value.
    pub(super) value: Value,
    /// Who says that it is secret.
    pub(super) by: Secrecy,
}

/// Who says that a value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Nobody.
    Open,
    /// Its name alone. Terraform shows it, and to have it hidden would be a change.
    Named,
    /// The provider, the state or the program that made it.
    Marked,
}

impl Secret {
    /// The block of its variable, under a name.
    pub(super) fn variable(&self, name: &str, place: &Place) -> Block {
        let mut values = vec![
            ("type", Expression::Root(self.ty.to_owned())),
            ("description", Expression::text(format!("The secret of {}", self.of))),
        ];
        if self.by == Secrecy::Marked {
            values.push(("sensitive", Expression::Bool(true)));
        }
        simple("variable", &[name], values, place)
    }

    /// What there is to do about its variable, under a name.
    pub(super) fn note(&self, name: &str) -> String {
        let hidden = match self.by {
            Secrecy::Marked => "",
            _ => " It is not marked as sensitive, as it was not before.",
        };
        format!("Give the variable `{name}`, a secret: {}.{hidden}", self.of)
    }
}

/// An instance of a resource whose arguments are linked.
pub(super) struct Linker<'a> {
    pub(super) references: &'a mut References,
    /// The position of the resource.
    pub(super) resource: usize,
    pub(super) type_name: &'a str,
    pub(super) name: &'a str,
    pub(super) key: Option<&'a Key>,
    /// What describes its type; nothing for what is part of terraform.
    pub(super) catalogue: Option<&'a Catalogue>,
    /// Paths that the state has marked as sensitive.
    pub(super) sensitive: &'a [Vec<String>],
    pub(super) secrets: &'a mut Vec<Secret>,
}

impl Linker<'_> {
    /// Links all arguments of a body.
    pub(super) fn body(
        &mut self,
        body: &mut Body,
        schema: Option<&BlockSchema>,
        at: &mut Vec<String>,
    ) -> Result<(), CatalogueError> {
        let mut counts = BTreeMap::new();
        for item in &mut body.items {
            match item {
                Item::Attribute(attribute) => {
                    let known = schema.and_then(|schema| schema.attribute(&attribute.name));
                    let secrecy = match known.is_some_and(|known| known.sensitive) {
                        true => Secrecy::Marked,
                        false => Secrecy::Open,
                    };
                    at.push(attribute.name.clone());
                    let value = std::mem::replace(&mut attribute.value, Expression::Null);
                    attribute.value = self.value(value, at, secrecy);
                    if let (Some(AttributeType::Nested { shape, .. }), Some(catalogue)) =
                        (known.map(|known| &known.ty), self.catalogue)
                    {
                        let shape = catalogue.block(*shape)?;
                        self.nested(&mut attribute.value, &shape, at);
                    }
                    at.pop();
                }
                Item::Block(block) => {
                    let nested = schema.and_then(|schema| schema.nested_block(&block.kind));
                    let (Some(nested), Some(catalogue)) = (nested, self.catalogue) else { continue };
                    let shape = catalogue.block(nested.shape)?;
                    let index = counts.entry(block.kind.clone()).or_insert(0_usize);
                    at.extend([block.kind.clone(), index.to_string()]);
                    *index += 1;
                    self.body(&mut block.body, Some(&shape), at)?;
                    at.truncate(at.len() - 2);
                }
            }
        }
        Ok(())
    }

    /// Secrets among attributes that have flags of their own.
    fn nested(&mut self, value: &mut Expression, shape: &BlockSchema, at: &mut Vec<String>) {
        match value {
            Expression::List(items) => items.iter_mut().for_each(|item| self.nested(item, shape, at)),
            Expression::Object(entries) => {
                for (key, value) in entries {
                    let Some(name) = key.as_text().map(str::to_owned) else { continue };
                    at.push(name.clone());
                    if shape.attribute(&name).is_some_and(|known| known.sensitive) && value.is_plain() {
                        let plain = std::mem::replace(value, Expression::Null);
                        *value = self.secret(plain, at, Secrecy::Marked);
                    }
                    at.pop();
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, value: Expression, at: &mut Vec<String>, secrecy: Secrecy) -> Expression {
        let secrecy = if self.sensitive.contains(at) { Secrecy::Marked } else { secrecy };
        if secrecy != Secrecy::Open && value != Expression::Null && value.is_plain() {
            return self.secret(value, at, secrecy);
        }
        match value {
            Expression::Template(_) => match value.as_text().map(str::to_owned) {
                Some(text) => self.text(&text, at),
                None => value,
            },
            Expression::List(items) => Expression::List(self.items(items, at)),
            Expression::Object(entries) => Expression::Object(self.entries(entries, at)),
            Expression::Call(name, arguments, expand) if name == "jsonencode" => {
                Expression::Call(name, self.items(arguments, at), expand)
            }
            other => other,
        }
    }

    fn items(&mut self, items: Vec<Expression>, at: &mut Vec<String>) -> Vec<Expression> {
        let mut out = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            at.push(index.to_string());
            out.push(self.value(item, at, Secrecy::Open));
            at.pop();
        }
        out
    }

    fn entries(
        &mut self,
        entries: Vec<(Expression, Expression)>,
        at: &mut Vec<String>,
    ) -> Vec<(Expression, Expression)> {
        // Some documents have a list of names with values.
        let text = |wanted: &str| {
            let mut texts = entries.iter().filter(|(key, _)| key.as_text() == Some(wanted));
            texts.next().and_then(|(_, value)| value.as_text()).map(str::to_owned)
        };
        let named = text("name").filter(|name| is_secret_name(name)).filter(|_| text("value").is_some());
        let mut out = Vec::new();
        for (key, value) in entries {
            let name = key.as_text().unwrap_or_default().to_owned();
            let is_text = value.as_text().is_some_and(|text| !text.is_empty());
            let is_secret = is_text && (is_secret_name(&name) || (named.is_some() && name == "value"));
            at.push(match &named {
                Some(named) if is_secret && name == "value" => named.clone(),
                _ => name,
            });
            let secrecy = if is_secret { Secrecy::Named } else { Secrecy::Open };
            out.push((key, self.value(value, at, secrecy)));
            at.pop();
        }
        out
    }

    /// A text: a reference, a document, or text with references in it.
    fn text(&mut self, text: &str, at: &mut Vec<String>) -> Expression {
        // Who calls a thing so does not name another.
        if at.first().is_some_and(|name| name == "tags")
            || at.last().is_some_and(|name| name == "description")
        {
            return Expression::text(text);
        }
        // Positions in a list are no names.
        let is_name = |step: &&String| step.parse::<usize>().is_err();
        let argument = at.iter().rev().find(is_name).cloned().unwrap_or_default();
        if let Some(reference) = self.references.exact(text, self.resource, &argument) {
            return reference;
        }
        if let Some(document) = document(text, &argument) {
            let inner = self.value(of_json(&document), at, Secrecy::Open);
            return Expression::call("jsonencode", vec![inner]);
        }
        let mut parts = Vec::new();
        let mut done = 0;
        for (start, end, reference) in self.references.within(text, self.resource) {
            parts.push(Part::Text(text[done..start].to_owned()));
            parts.push(Part::Value(reference));
            done = end;
        }
        parts.push(Part::Text(text[done..].to_owned()));
        Expression::template(parts)
    }

    /// A variable for what nobody may read in a program, or the reference that it is.
    fn secret(&mut self, value: Expression, at: &[String], by: Secrecy) -> Expression {
        if let Some(text) = value.as_text()
            && let Some(reference) =
                self.references.exact(text, self.resource, at.last().map_or("", String::as_str))
        {
            return reference;
        }
        let key = match self.key {
            Some(Key::Text(key)) => format!("_{key}"),
            Some(Key::Number(index)) => format!("_{index}"),
            None => String::new(),
        };
        let steps: Vec<&str> =
            at.iter().map(String::as_str).filter(|step| step.parse::<usize>().is_err()).collect();
        let plain = format!("{}{key}_{}", self.name, steps.join("_"));
        let plain: String = plain
            .chars()
            .map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '_' })
            .collect();
        let mut variable = plain.clone();
        let mut number = 2;
        while self.secrets.iter().any(|known| known.variable == variable) {
            variable = format!("{plain}_{number}");
            number += 1;
        }
        let ty = if value.as_text().is_some() { "string" } else { "any" };
        let of = format!("{}.{}: {}", self.type_name, self.name, at.join("."));
        let reference = super::build::path(&["var", &variable]);
        self.secrets.push(Secret { variable, of, ty, value: json_of(&value), by });
        reference
    }
}

/// Whether a name says that its value is secret: `DB_PASSWORD`, `apiKey`, but not `password_length`.
fn is_secret_name(name: &str) -> bool {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut is_new = true;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            // A name with a colon is one of a policy's conditions.
            if letter == ':' {
                return false;
            }
            is_new = true;
            continue;
        }
        if is_new || (was_lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        is_new = false;
        was_lower = letter.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    let is_pair = |pair: &[String]| SECRET_PAIRS.contains(&(pair[0].as_str(), pair[1].as_str()));
    let is_secret =
        words.iter().any(|word| SECRET_WORDS.contains(&word.as_str())) || words.windows(2).any(is_pair);
    is_secret && words.last().is_none_or(|last| !POINTERS.contains(&last.as_str()))
}

/// The document that a text is, if `jsonencode` gives it back, or if the API takes all forms of it for one.
fn document(text: &str, argument: &str) -> Option<Value> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let is_policy = argument.ends_with("policy") || argument.ends_with("policies");
    let is_large = matches!(&value, Value::Object(entries) if !entries.is_empty())
        || matches!(&value, Value::Array(items) if !items.is_empty());
    (is_large && has_whole_numbers(&value) && (is_policy || encoded(&value) == text)).then_some(value)
}

/// What `jsonencode` makes of a document.
fn encoded(value: &Value) -> String {
    let text = value.to_string();
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Fractions have more than one form.
fn has_whole_numbers(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(has_whole_numbers),
        Value::Object(entries) => entries.values().all(has_whole_numbers),
        _ => true,
    }
}

fn json_of(value: &Expression) -> Value {
    match value {
        Expression::Bool(truth) => Value::Bool(*truth),
        Expression::Number(digits) => serde_json::from_str(digits).unwrap_or_default(),
        Expression::Unary('-', inner) => match &**inner {
            Expression::Number(digits) => serde_json::from_str(&format!("-{digits}")).unwrap_or_default(),
            _ => Value::Null,
        },
        Expression::Template(_) => value.as_text().map_or(Value::Null, Value::from),
        Expression::List(items) => Value::Array(items.iter().map(json_of).collect()),
        Expression::Object(entries) => Value::Object(
            entries
                .iter()
                .filter_map(|(key, value)| Some((key.as_text()?.to_owned(), json_of(value))))
                .collect(),
        ),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_names_about_them() {
        for name in ["DB_PASSWORD", "apiKey", "github_token", "clientSecret", "private-key", "Password"] {
            assert!(is_secret_name(name), "{name}");
        }
        let others =
            ["SECRET_ARN", "password_length", "ec2:MetadataHttpTokens", "tokens", "API_KEY_PARAMETER"];
        for name in others.into_iter().chain(["key", "monkey", "SECRET_NAME"]) {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
