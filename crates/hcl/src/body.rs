//! The body of a block: which of its arguments are blocks, and which are read bare.

use std::sync::Arc;

use formwork_schema::{BlockSchema, Catalogue};
use serde_json::Value;

use crate::expression::{self, literal};
use crate::layout::{Item, braced};
use crate::{Object, block, each, object};

/// What kind of block it is, which decides what its arguments mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Resource,
    Module,
    Variable,
    Output,
    /// `import`, `moved` and `removed`.
    Statement,
    Lifecycle,
}

/// What a provider says of a block.
pub(crate) struct Nested<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) schema: Arc<BlockSchema>,
}

impl Nested<'_> {
    fn of(&self, name: &str) -> anyhow::Result<Option<Nested<'_>>> {
        match self.schema.nested_block(name) {
            Some(nested) => {
                Ok(Some(Nested { catalogue: self.catalogue, schema: self.catalogue.block(nested.shape)? }))
            }
            None => Ok(None),
        }
    }
}

/// The arguments and blocks of a body, in their order, attributes before blocks as is usual in HCL.
pub(crate) fn of(
    arguments: &Object,
    kind: BlockKind,
    nested: Option<&Nested<'_>>,
) -> anyhow::Result<Vec<Item>> {
    let (mut attributes, mut blocks) = (Vec::new(), Vec::new());
    for (name, value) in arguments {
        if name == "//" || value.is_null() {
            continue;
        }
        if let Some(inner) = nested.map(|nested| nested.of(name)).transpose()?.flatten() {
            for one in each(value) {
                blocks.push(block(name, &[], of(object(one)?, BlockKind::Resource, Some(&inner))?));
            }
            continue;
        }
        let is_meta = |names: &[&str]| names.contains(&name.as_str());
        match kind {
            BlockKind::Resource | BlockKind::Statement if is_meta(&["lifecycle"]) => {
                blocks.push(block(name, &[], of(object(value)?, BlockKind::Lifecycle, None)?));
            }
            BlockKind::Resource | BlockKind::Statement if is_meta(&["connection"]) => {
                blocks.push(block(name, &[], of(object(value)?, BlockKind::Resource, None)?));
            }
            BlockKind::Resource | BlockKind::Statement if is_meta(&["provisioner", "dynamic"]) => {
                for labelled in each(value) {
                    for (label, ones) in object(labelled)? {
                        let inner = nested.map(|nested| nested.of(label)).transpose()?.flatten();
                        for one in each(ones) {
                            let body = match name.as_str() {
                                "dynamic" => dynamic(object(one)?, inner.as_ref())?,
                                _ => of(object(one)?, BlockKind::Resource, None)?,
                            };
                            blocks.push(block(name, &[label], body));
                        }
                    }
                }
            }
            BlockKind::Lifecycle | BlockKind::Variable | BlockKind::Output
                if is_meta(&["precondition", "postcondition", "validation", "assert", "action_trigger"]) =>
            {
                for one in each(value) {
                    blocks.push(block(name, &[], of(object(one)?, BlockKind::Resource, None)?));
                }
            }
            _ => attributes.push(Item::attribute(name, attribute(name, value, kind))),
        }
    }
    attributes.append(&mut blocks);
    Ok(attributes)
}

/// A `dynamic` block: what it repeats over, and the content as the provider describes it.
fn dynamic(arguments: &Object, nested: Option<&Nested<'_>>) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for (name, value) in arguments {
        match name.as_str() {
            "content" => items.push(block(name, &[], of(object(value)?, BlockKind::Resource, nested)?)),
            "iterator" => items.push(Item::attribute(name, bare(value))),
            _ => items.push(Item::attribute(name, expression::value(value))),
        }
    }
    items.sort_by_key(|item| matches!(item, Item::Block(..)));
    Ok(items)
}

fn attribute(name: &str, value: &Value, kind: BlockKind) -> String {
    match (kind, name) {
        (_, "depends_on" | "provider")
        | (BlockKind::Lifecycle, "ignore_changes" | "replace_triggered_by")
        | (BlockKind::Statement, "from" | "to")
        | (BlockKind::Variable | BlockKind::Output, "type")
        | (BlockKind::Module, "providers") => bare(value),
        (BlockKind::Variable, "default" | "description")
        | (BlockKind::Output, "description")
        | (BlockKind::Module, "source" | "version") => literal(value),
        _ => expression::value(value),
    }
}

/// What Terraform reads as it stands: references, types, names.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(bare).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) => braced(entries.iter().map(|(key, value)| (key.clone(), bare(value)))),
        other => other.to_string(),
    }
}

/// An entry of `required_providers`: text is literal, and the configurations of callers are references.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Object(entries) => braced(entries.iter().map(|(key, value)| {
            let text = if key == "configuration_aliases" { bare(value) } else { literal(value) };
            (key.clone(), text)
        })),
        other => literal(other),
    }
}
