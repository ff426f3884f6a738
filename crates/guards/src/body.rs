//! One view of blocks and objects: what `ingress { … }` holds, whether it was set as a block or as plain data.

use std::borrow::Cow;

use formwork_core::{Block, Json, Kind, references};

/// The arguments of a block, however they were given.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    Block(&'a Block),
    Object(&'a [(Cow<'static, str>, Json)]),
}

/// What an argument that turns something on is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Missing,
    On,
    Off,
    /// Terraform computes it.
    Unknown,
}

impl<'a> Body<'a> {
    pub(crate) fn get(self, name: &str) -> Option<&'a Json> {
        let value = match self {
            Self::Block(block) => block.get(name),
            Self::Object(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
        };
        value.filter(|value| !matches!(value, Json::Null))
    }

    /// The nested blocks of a kind, and what a `dynamic` block makes them of.
    pub(crate) fn nested(self, kind: &str) -> Vec<Self> {
        let mut nested = self.get(kind).map(bodies).unwrap_or_default();
        for dynamic in self.get("dynamic").map(bodies).unwrap_or_default() {
            let of_kind = dynamic.get(kind).map(bodies).unwrap_or_default();
            nested.extend(
                of_kind.into_iter().flat_map(|one| one.get("content").map(bodies).unwrap_or_default()),
            );
        }
        nested
    }

    pub(crate) fn switch(self, name: &str) -> Switch {
        match self.get(name) {
            None => Switch::Missing,
            Some(Json::Bool(true)) => Switch::On,
            Some(Json::Bool(false)) => Switch::Off,
            Some(Json::String(text)) if **text == *"true" => Switch::On,
            Some(Json::String(text)) if **text == *"false" => Switch::Off,
            Some(_) => Switch::Unknown,
        }
    }

    /// A literal string, as it will be.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        self.get(name).and_then(literal)
    }

    /// The literal strings of a list; those that Terraform computes are not among them.
    pub(crate) fn texts(self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Json::Array(items)) => items.iter().filter_map(literal).collect(),
            Some(other) => literal(other).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The strings of a list as they are written, expressions among them.
    pub(crate) fn written(self, name: &str) -> Vec<String> {
        let written = |value: &Json| match value {
            Json::Template(text) => Some(text.to_string()),
            other => literal(other),
        };
        match self.get(name) {
            Some(Json::Array(items)) => items.iter().filter_map(written).collect(),
            Some(other) => written(other).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A literal whole number.
    pub(crate) fn number(self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Json::Integer(number) => Some(*number),
            Json::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// The blocks that a value stands for: one, several, or none.
fn bodies(value: &Json) -> Vec<Body<'_>> {
    match value {
        Json::Block(block) => vec![Body::Block(block)],
        Json::Blocks(blocks) => blocks.iter().map(Body::Block).collect(),
        Json::Object(entries) => vec![Body::Object(entries)],
        Json::Array(items) => items.iter().flat_map(bodies).collect(),
        _ => Vec::new(),
    }
}

/// A string without expressions, as Terraform will read it.
pub(crate) fn literal(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(references::unescaped(text)),
        _ => None,
    }
}

/// Whether a value refers to an object of the stack.
pub(crate) fn refers_to(value: &Json, type_name: &str, name: &str) -> bool {
    match value {
        Json::Template(text) => {
            let mut found = false;
            // What cannot be read is a diagnostic of the check on references.
            let _ = references::in_template(text, &mut |traversal| {
                found |= traversal.block().is_some_and(|block| {
                    (block.kind, block.type_name, block.name) == (Kind::Resource, type_name, name)
                });
            });
            found
        }
        Json::Array(items) => items.iter().any(|item| refers_to(item, type_name, name)),
        Json::Object(entries) => entries.iter().any(|(_, item)| refers_to(item, type_name, name)),
        Json::Block(block) => block.entries().any(|entry| refers_to(&entry.value, type_name, name)),
        Json::Blocks(blocks) => {
            blocks.iter().flat_map(Block::entries).any(|entry| refers_to(&entry.value, type_name, name))
        }
        _ => false,
    }
}
