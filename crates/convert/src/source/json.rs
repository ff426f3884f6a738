//! Terraform's JSON syntax: what is a block there is known for Terraform's own blocks; within those of providers a
//! catalogue tells later (`shape.rs`).
//!
//! Source: the Terraform language documentation, "JSON Configuration Syntax".

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::check;
use crate::configuration::{Attribute, Block, Body, Item};
use crate::error::{ConvertError, Place};
use crate::expression::Expression;
use crate::source::native;
use crate::source::text::SourceText;

/// Reads a file.
pub(crate) fn read(source: &SourceText) -> Result<Body, ConvertError> {
    let root: &RawValue = serde_json::from_str(source.text()).map_err(|error| {
        source.at_line(error.line(), error.column()).refused(format!("this is not JSON: {error}"))
    })?;
    let reader = Reader { source };
    let mut items = Vec::new();
    for (kind, node) in reader.objects(root)? {
        if kind == "//" {
            continue;
        }
        let labels = match kind.as_str() {
            // What `check` refuses has labels too.
            "action" | "list" => 2,
            known => check::label_count(known).unwrap_or(0),
        };
        reader.labelled(&kind, labels, &[], node, &mut items)?;
    }
    Ok(Body { items, comments: Vec::new() })
}

struct Reader<'a> {
    source: &'a SourceText,
}

/// What a string is.
#[derive(Clone, Copy, PartialEq)]
enum Strings {
    /// A template.
    Template,
    /// As it is.
    Literal,
    /// A reference or another expression.
    Bare,
}

impl<'a> Reader<'a> {
    fn place(&self, node: &RawValue) -> Place {
        // A raw value is a part of the text that it was read from.
        let offset = (node.get().as_ptr() as usize).wrapping_sub(self.source.text().as_ptr() as usize);
        self.source.at(offset)
    }

    fn labelled(
        &self,
        kind: &str,
        labels: usize,
        before: &[String],
        node: &'a RawValue,
        items: &mut Vec<Item>,
    ) -> Result<(), ConvertError> {
        if before.len() < labels {
            for (label, inner) in self.objects(node)? {
                if label == "//" {
                    continue;
                }
                let labels_now: Vec<String> = before.iter().cloned().chain([label]).collect();
                self.labelled(kind, labels, &labels_now, inner, items)?;
            }
            return Ok(());
        }
        for one in self.each(node)? {
            let mut body = self.body(kind, one)?;
            items.push(Item::Block(Block {
                kind: kind.to_owned(),
                labels: before.to_vec(),
                comments: std::mem::take(&mut body.comments),
                body,
                place: self.place(one),
                span: 0..0,
            }));
        }
        Ok(())
    }

    fn body(&self, kind: &str, node: &'a RawValue) -> Result<Body, ConvertError> {
        let mut items = Vec::new();
        let mut comments = Vec::new();
        for (name, value) in self.entries(node)? {
            if name == "//" {
                let said: serde_json::Value = serde_json::from_str(value.get()).unwrap_or_default();
                // CDK for Terraform says which construct it was.
                let construct = said["metadata"]["path"].as_str();
                comments.extend(said.as_str().or(construct).map(str::to_owned));
                continue;
            }
            match (kind, name.as_str()) {
                (_, "lifecycle" | "connection") if kind != "locals" && kind != "module" => {
                    self.labelled(&name, 0, &[], value, &mut items)?;
                }
                ("resource" | "removed", "provisioner") => self.labelled(&name, 1, &[], value, &mut items)?,
                ("terraform", "backend" | "provider_meta") => {
                    self.labelled(&name, 1, &[], value, &mut items)?;
                }
                ("terraform", "required_providers" | "cloud")
                | ("variable", "validation")
                | ("check", "assert") => {
                    self.labelled(&name, 0, &[], value, &mut items)?;
                }
                ("cloud", "workspaces") => self.labelled(&name, 0, &[], value, &mut items)?,
                ("check", "data") => self.labelled(&name, 2, &[], value, &mut items)?,
                ("lifecycle" | "output", "precondition" | "postcondition" | "action_trigger") => {
                    self.labelled(&name, 0, &[], value, &mut items)?;
                }
                _ if value.get() == "null"
                    && !(kind == "variable" && name == "default")
                    && kind != "locals" => {}
                _ => items.push(Item::Attribute(self.attribute(kind, name, value)?)),
            }
        }
        Ok(Body { items, comments })
    }

    fn attribute(&self, kind: &str, name: String, node: &'a RawValue) -> Result<Attribute, ConvertError> {
        let strings = match (kind, name.as_str()) {
            (_, "depends_on" | "provider")
            | ("module", "providers")
            | ("lifecycle", "ignore_changes" | "replace_triggered_by" | "events" | "actions")
            | ("moved" | "import" | "removed", "from" | "to")
            | ("provisioner", "when" | "on_failure")
            | ("variable" | "output", "type") => Strings::Bare,
            ("variable", "default" | "description")
            | ("output", "description")
            | ("module", "source" | "version")
            | ("provider", "alias" | "version")
            | ("terraform" | "required_providers" | "backend" | "cloud" | "workspaces", _) => {
                Strings::Literal
            }
            _ => Strings::Template,
        };
        Ok(Attribute {
            value: self.value(node, strings)?,
            raw: node.get().to_owned(),
            place: self.place(node),
            span: 0..0,
            comments: Vec::new(),
            name,
        })
    }

    fn value(&self, node: &'a RawValue, strings: Strings) -> Result<Expression, ConvertError> {
        let text = node.get();
        Ok(match text.as_bytes().first() {
            Some(b'n') => Expression::Null,
            Some(b't') => Expression::Bool(true),
            Some(b'f') => Expression::Bool(false),
            Some(b'"') => self.string(&self.parsed::<String>(node)?, strings, node)?,
            Some(b'[') => {
                let items = self.parsed::<Vec<&RawValue>>(node)?;
                Expression::List(
                    items.into_iter().map(|item| self.value(item, strings)).collect::<Result<_, _>>()?,
                )
            }
            Some(b'{') => {
                let mut entries = Vec::new();
                for (key, value) in self.entries(node)? {
                    let keys = if strings == Strings::Template { strings } else { Strings::Literal };
                    let inner = match key.as_str() {
                        // Within `required_providers` these alone are references.
                        "configuration_aliases" => Strings::Bare,
                        _ => strings,
                    };
                    entries.push((self.string(&key, keys, node)?, self.value(value, inner)?));
                }
                Expression::Object(entries)
            }
            _ => Expression::Number(text.to_owned()),
        })
    }

    fn string(&self, text: &str, strings: Strings, node: &RawValue) -> Result<Expression, ConvertError> {
        let read = match strings {
            Strings::Template => native::template(text, self.source),
            Strings::Literal => Ok(Expression::text(text)),
            Strings::Bare => native::expression(text, self.source),
        };
        read.map_err(|problem| self.place(node).refused(format!("`{text}` cannot be read: {problem}")))
    }

    /// The entries of an object, or of all objects of a list.
    fn objects(&self, node: &'a RawValue) -> Result<Vec<(String, &'a RawValue)>, ConvertError> {
        let mut entries = Vec::new();
        for one in self.each(node)? {
            entries.append(&mut self.entries(one)?);
        }
        Ok(entries)
    }

    fn each(&self, node: &'a RawValue) -> Result<Vec<&'a RawValue>, ConvertError> {
        Ok(match node.get().as_bytes().first() {
            Some(b'[') => self.parsed(node)?,
            Some(b'n') => Vec::new(),
            _ => vec![node],
        })
    }

    fn entries(&self, node: &'a RawValue) -> Result<Vec<(String, &'a RawValue)>, ConvertError> {
        if !node.get().starts_with('{') {
            return Err(self.place(node).refused("there must be an object where a block is"));
        }
        Ok(self.parsed::<Entries<'a>>(node)?.0)
    }

    fn parsed<T: Deserialize<'a>>(&self, node: &'a RawValue) -> Result<T, ConvertError> {
        serde_json::from_str(node.get())
            .map_err(|error| self.place(node).refused(format!("this is not JSON: {error}")))
    }
}

/// The entries of an object in their order, also those of one key.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
