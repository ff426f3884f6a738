//! What Terraform would refuse without asking a provider.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::{Hint, is_identifier, nearest};

use crate::configuration::{Block, Body, Item, Module};
use crate::error::{ConvertError, Place};
use crate::expression::Expression;
use crate::functions::Functions;

/// Kinds of blocks that a file can have, and how many labels each has.
const KINDS: [(&str, usize); 13] = [
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// How many labels the blocks of a kind have, if a file can have such blocks.
pub(crate) fn label_count(kind: &str) -> Option<usize> {
    KINDS.iter().find(|(known, _)| *known == kind).map(|(_, count)| *count)
}

/// Checks a module.
pub(crate) fn module(module: &Module, functions: &Functions) -> Result<(), ConvertError> {
    let mut declared: BTreeMap<String, Place> = BTreeMap::new();
    let mut declare = |address: String, place: &Place| match declared.get(&address) {
        Some(first) => Err(place.refused_with(
            format!("`{address}` is declared twice"),
            Hint::new(format!("the first one is at {first}")),
        )),
        None => {
            declared.insert(address, place.clone());
            Ok(())
        }
    };
    for file in &module.files {
        for item in &file.body.items {
            let block = match item {
                Item::Block(block) => block,
                Item::Attribute(attribute) => {
                    return Err(attribute
                        .place
                        .refused(format!("the argument `{}` stands outside of a block", attribute.name)));
                }
            };
            labels(block)?;
            match block.kind.as_str() {
                "locals" => {
                    for attribute in block.body.attributes() {
                        declare(format!("local.{}", attribute.name), &attribute.place)?;
                    }
                }
                "provider" => {
                    let alias = block.body.text("alias").map(|alias| format!(".{alias}")).unwrap_or_default();
                    declare(format!("provider.{}{alias}", block.label(0)), &block.place)?;
                }
                "check" => {
                    for data in block.body.blocks_of("data") {
                        declare(format!("data.{}.{}", data.label(0), data.label(1)), &data.place)?;
                    }
                    declare(format!("check.{}", block.label(0)), &block.place)?;
                }
                _ => {
                    if let Some(address) = block.address() {
                        declare(address, &block.place)?;
                    }
                }
            }
        }
    }
    let names: BTreeSet<String> = declared.into_keys().collect();
    for block in module.blocks() {
        let context = Context { names: &names, functions, block };
        context.body(&block.body, &[])?;
        let repeats = |name: &str| {
            block
                .body
                .attribute(name)
                .filter(|_| matches!(block.kind.as_str(), "resource" | "data" | "module"))
        };
        if let (Some(_), Some(for_each)) = (repeats("count"), repeats("for_each")) {
            return Err(for_each.place.refused("a block has either `count` or `for_each`"));
        }
    }
    Ok(())
}

fn labels(block: &Block) -> Result<(), ConvertError> {
    let kind = block.kind.as_str();
    let Some(count) = label_count(kind) else {
        let near = nearest(kind, KINDS.iter().map(|(kind, _)| *kind));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        return Err(block.place.refused_with(format!("there is no block `{kind}`"), hint.into()));
    };
    if block.labels.len() != count {
        let labels = if count == 1 { "label" } else { "labels" };
        return Err(block
            .place
            .refused(format!("a `{kind}` block has {count} {labels}, and this one {}", block.labels.len())));
    }
    for label in &block.labels {
        if !is_identifier(label) {
            return Err(block.place.refused(format!("`{label}` is not a name")));
        }
    }
    Ok(())
}

struct Context<'a> {
    names: &'a BTreeSet<String>,
    functions: &'a Functions,
    block: &'a Block,
}

impl Context<'_> {
    fn body(&self, body: &Body, bound: &[String]) -> Result<(), ConvertError> {
        let mut seen = BTreeSet::new();
        for item in &body.items {
            match item {
                Item::Attribute(attribute) => {
                    if !seen.insert(&attribute.name) {
                        return Err(attribute
                            .place
                            .refused(format!("the argument `{}` is set twice", attribute.name)));
                    }
                    let is_address = matches!(self.block.kind.as_str(), "moved" | "removed" | "import")
                        && matches!(attribute.name.as_str(), "from" | "to");
                    let is_bare = matches!(
                        attribute.name.as_str(),
                        "type"
                            | "provider"
                            | "providers"
                            | "ignore_changes"
                            | "iterator"
                            | "when"
                            | "on_failure"
                    ) || self.block.kind == "terraform";
                    if !is_address && !is_bare {
                        self.expression(&attribute.value, &attribute.place, bound)?;
                    }
                }
                Item::Block(block) if block.kind == "dynamic" => {
                    let iterator = match block.body.attribute("iterator").map(|attribute| &attribute.value) {
                        Some(Expression::Root(name)) => name.clone(),
                        _ => block.label(0).to_owned(),
                    };
                    let mut inside = bound.to_vec();
                    inside.push(iterator);
                    self.body(&block.body, &inside)?;
                }
                Item::Block(block) => self.body(&block.body, bound)?,
            }
        }
        Ok(())
    }

    fn expression(
        &self,
        expression: &Expression,
        place: &Place,
        bound: &[String],
    ) -> Result<(), ConvertError> {
        for path in expression.references() {
            self.reference(&path, place, bound)?;
        }
        let mut open = vec![expression];
        while let Some(one) = open.pop() {
            if let Expression::Call(name, ..) = one {
                self.function(name, place)?;
            }
            if let Expression::Object(entries) = one {
                let mut keys: Vec<&str> = entries.iter().filter_map(|(key, _)| key.as_text()).collect();
                keys.sort_unstable();
                if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
                    return Err(place.refused(format!("the key `{}` occurs twice", twice[0])));
                }
            }
            open.extend(one.children());
        }
        Ok(())
    }

    fn reference(&self, path: &[String], place: &Place, bound: &[String]) -> Result<(), ConvertError> {
        let root = path[0].as_str();
        if bound.iter().any(|name| name == root) {
            return Ok(());
        }
        let (taken, what) = match root {
            "each" | "count" | "self" | "path" | "terraform" => return Ok(()),
            "var" => (2, "variable"),
            "local" => (2, "local value"),
            "module" => (2, "module"),
            "data" => (3, "data source"),
            "ephemeral" => (3, "ephemeral resource"),
            _ => (2, "resource"),
        };
        if path.len() < taken {
            // A splat or an index may stand where a name would.
            if path.len() == 1 && what == "resource" {
                let problem = format!("`{root}` is no reference: it needs an attribute or a name behind it");
                return Err(place.refused_with(problem, Hint::new(format!("write \"{root}\" for text"))));
            }
            return Ok(());
        }
        let address = path[..taken].join(".");
        if self.names.contains(&address) {
            return Ok(());
        }
        let near = nearest(&address, self.names.iter().map(String::as_str));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        Err(place.refused_with(format!("there is no {what} `{address}`"), hint.into()))
    }

    fn function(&self, name: &str, place: &Place) -> Result<(), ConvertError> {
        let plain = name.strip_prefix("core::").unwrap_or(name);
        // Functions that are newer than the facts, and those of providers, are Terraform's to know.
        let is_newer = matches!(plain, "convert" | "base64gunzip" | "cidrcontains" | "urldecode");
        if plain.starts_with("provider::")
            || is_newer
            || self.functions.get(plain).is_some()
            || plain == "type"
        {
            return Ok(());
        }
        let near = nearest(plain, self.functions.names());
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        Err(place.refused_with(format!("there is no function `{name}`"), hint.into()))
    }
}
