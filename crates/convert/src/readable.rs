//! Names without the hashes that CDK for Terraform has put behind them, and the `moved` blocks that keep what they name.

use std::collections::{BTreeMap, BTreeSet};

use crate::configuration::{Attribute, Block, Body, Item, Module};
use crate::expression::Expression;

/// How many digits a hash has.
const DIGITS: usize = 8;

/// Renames resources and data sources. A name that two would have stays with both.
pub(crate) fn rename(module: &mut Module) {
    let mut wanted: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    for block in module.blocks().filter(|block| is_named(block)) {
        let name = block.label(1);
        let key =
            (block.kind.clone(), block.label(0).to_owned(), without_hash(name).unwrap_or(name).to_owned());
        wanted.entry(key).or_default().push(name.to_owned());
    }
    let mut names: BTreeMap<(String, String), String> = BTreeMap::new();
    for ((kind, type_name, plain), old) in wanted {
        if let [old] = &old[..]
            && *old != plain
        {
            let prefix = if kind == "resource" { String::new() } else { format!("{kind}.") };
            names.insert((format!("{prefix}{type_name}"), old.clone()), plain);
        }
    }
    let mut moved: BTreeSet<(String, String)> = BTreeSet::new();
    for file in &mut module.files {
        let mut blocks = Vec::new();
        for item in &mut file.body.items {
            let Item::Block(block) = item else { continue };
            body(&mut block.body, &names);
            if !is_named(block) {
                continue;
            }
            let prefix = if block.kind == "resource" { String::new() } else { format!("{}.", block.kind) };
            let type_name = block.label(0).to_owned();
            let Some(new) = names.get(&(format!("{prefix}{type_name}"), block.label(1).to_owned())) else {
                continue;
            };
            let old = std::mem::replace(&mut block.labels[1], new.clone());
            if block.kind == "resource" {
                let (from, to) = (format!("{type_name}.{old}"), format!("{type_name}.{new}"));
                if moved.insert((from.clone(), to.clone())) {
                    blocks.push(moved_block(block, &from, &to));
                }
            }
        }
        file.body.items.extend(blocks.into_iter().map(Item::Block));
    }
}

/// Whether a block has a name behind its type.
fn is_named(block: &Block) -> bool {
    matches!(block.kind.as_str(), "resource" | "data" | "ephemeral") && block.labels.len() == 2
}

/// The name before its hash, if it has one.
fn without_hash(name: &str) -> Option<&str> {
    let (plain, hash) = name.rsplit_once('_')?;
    let is_digit = |it: char| it.is_ascii_digit() || ('A'..='F').contains(&it);
    (hash.len() == DIGITS && hash.chars().all(is_digit) && formwork_core::is_identifier(plain))
        .then_some(plain)
}

fn body(body: &mut Body, names: &BTreeMap<(String, String), String>) {
    for item in &mut body.items {
        match item {
            Item::Attribute(attribute) => attribute.value.visit(&mut |it| reference(it, names)),
            Item::Block(block) => self::body(&mut block.body, names),
        }
    }
}

/// Renames in a path, and in an address that is written as text.
fn reference(expression: &mut Expression, names: &BTreeMap<(String, String), String>) {
    if let Expression::Field(inner, name) = expression
        && let Some(path) = inner.as_path()
        && let Some(new) = names.get(&(path.join("."), name.clone()))
    {
        new.clone_into(name);
        return;
    }
    let Some((type_name, name)) = expression.as_text().and_then(|text| text.rsplit_once('.')) else { return };
    if let Some(new) = names.get(&(type_name.to_owned(), name.to_owned())) {
        *expression = Expression::text(format!("{type_name}.{new}"));
    }
}

fn moved_block(of: &Block, from: &str, to: &str) -> Block {
    let argument = |name: &str, value: &str| {
        Item::Attribute(Attribute {
            name: name.to_owned(),
            value: Expression::text(value),
            raw: format!("{value:?}"),
            place: of.place.clone(),
            span: 0..0,
            comments: Vec::new(),
        })
    };
    Block {
        kind: "moved".to_owned(),
        labels: Vec::new(),
        body: Body { items: vec![argument("from", from), argument("to", to)], comments: Vec::new() },
        place: of.place.clone(),
        span: 0..0,
        comments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashes_are_cut_off() {
        assert_eq!(without_hash("api_queue_8F2A1C0D"), Some("api_queue"));
        for name in ["api_queue", "api_8f2a1c0d", "api_8F2A1C0", "_8F2A1C0D", "api8F2A1C0D"] {
            assert_eq!(without_hash(name), None, "{name}");
        }
    }
}
