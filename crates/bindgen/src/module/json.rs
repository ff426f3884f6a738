//! Declarations in Terraform's JSON syntax.
//!
//! Source: the Terraform language documentation, "JSON Configuration Syntax": a block is an object, or a list of
//! objects, under each of its labels.

use std::fmt;
use std::path::Path;

use formwork_schema::Type;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::module::declaration::{Arguments, Declaration, Declarations, Declares, Default, Given};
use crate::module::{ModuleError, SourceLine, constraint, native};

/// JSON whose objects keep keys that occur twice.
#[derive(Clone, Debug)]
enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// What a file declares.
pub(crate) fn declarations(text: &str, file: &Path) -> Result<Declarations, ModuleError> {
    let root: Node = serde_json::from_str(text).map_err(|error| {
        let location = SourceLine { file: file.to_owned(), line: Some(error.line()) };
        location.invalid(format!("this is not JSON: {error}"))
    })?;
    let location = SourceLine { file: file.to_owned(), line: None };
    let mut found = Declarations::default();
    for (name, value) in bodies(&root, &location)? {
        if let Some(declares) = Declares::of(name) {
            for (name, value) in bodies(value, &location)? {
                let one = Declaration {
                    declares,
                    name: name.clone(),
                    location: location.clone(),
                    arguments: arguments(declares, name, value, &location)?,
                };
                found.blocks.push(one);
            }
        } else if name == "terraform" {
            let required = bodies(value, &location)?.filter(|(name, _)| *name == "required_providers");
            for (_, required) in required {
                for (_, provider) in bodies(required, &location)? {
                    found.configurations.append(&mut configurations(provider));
                }
            }
        }
    }
    Ok(found)
}

fn arguments(
    declares: Declares,
    name: &str,
    value: &Node,
    location: &SourceLine,
) -> Result<Arguments, ModuleError> {
    let mut arguments = Arguments::default();
    for (argument, value) in bodies(value, location)? {
        arguments.take(argument, value, location).map_err(|error| match error {
            // Without a line, at least the block is named.
            ModuleError::Invalid { location, problem, hint } => ModuleError::Invalid {
                location,
                problem: format!("{} `{name}`: {problem}", declares.noun()),
                hint,
            },
            other => other,
        })?;
    }
    Ok(arguments)
}

/// The entries of an object, or of all objects of a list; `//` begins comments.
fn bodies<'a>(
    node: &'a Node,
    location: &SourceLine,
) -> Result<impl Iterator<Item = (&'a String, &'a Node)> + use<'a>, ModuleError> {
    let mut entries = Vec::new();
    let objects = match node {
        Node::List(objects) => objects.as_slice(),
        one => std::slice::from_ref(one),
    };
    for object in objects {
        match object {
            Node::Object(object) => entries.extend(object.iter().map(|(key, value)| (key, value))),
            Node::Null => {}
            _ => return Err(location.invalid("there must be an object where a block is")),
        }
    }
    Ok(entries.into_iter().filter(|(key, _)| *key != "//"))
}

fn configurations(provider: &Node) -> Vec<String> {
    let Node::Object(entries) = provider else { return Vec::new() };
    let aliases = entries.iter().filter(|(key, _)| key == "configuration_aliases");
    let aliases = aliases.filter_map(|(_, value)| match value {
        Node::List(aliases) => Some(aliases),
        _ => None,
    });
    aliases.flatten().filter_map(Given::text).collect()
}

impl Given for Node {
    fn constraint(&self, location: &SourceLine) -> Result<Type, ModuleError> {
        match self {
            Self::Text(text) => constraint::of(&native::expression(text, location)?, location),
            _ => Err(location.invalid("a type is written as text")),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn default(&self) -> Default {
        match self {
            Self::Null => Default::Plain("null".to_owned()),
            Self::Bool(truth) => Default::Plain(truth.to_string()),
            Self::Number(digits) => Default::Plain(digits.clone()),
            Self::Text(text) => Default::Plain(formwork_core::text::quoted(text)),
            Self::List(_) | Self::Object(_) => Default::Composed,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Object(entries))
    }
}
