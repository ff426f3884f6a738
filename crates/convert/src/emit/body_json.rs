//! Bodies in the JSON syntax, for blocks without a binding.

use crate::configuration::{Block, Body};
use crate::emit::body::{Counts, raw};
use crate::emit::code::Untyped;
use crate::emit::expression::Writer;
use crate::emit::literal;
use crate::expression::Expression;
use crate::types::Type;

impl Writer<'_> {
    /// A body in the JSON syntax, for blocks without a binding.
    pub(crate) fn body_json(&mut self, body: &Body, skipped: &[&str], counts: &mut Counts) -> String {
        let mut entries: Vec<String> = Vec::new();
        for attribute in body.attributes().filter(|attribute| !skipped.contains(&attribute.name.as_str())) {
            counts.raw += 1;
            let value = self
                .json(&attribute.value)
                .unwrap_or_else(|Untyped(reason)| raw(&attribute.value, &Type::Any, &reason));
            entries.push(format!("{}: {value}", literal::string(&attribute.name)));
        }
        let mut kinds: Vec<&str> = Vec::new();
        for block in body.blocks() {
            if !kinds.contains(&block.kind.as_str()) && !skipped.contains(&block.kind.as_str()) {
                kinds.push(&block.kind);
            }
        }
        for kind in kinds {
            let mut ones = Vec::new();
            for block in body.blocks_of(kind) {
                let inner = match kind {
                    "dynamic" => self.dynamic_json(block, counts),
                    _ => self.body_json(&block.body, &[], counts),
                };
                let labelled = block
                    .labels
                    .iter()
                    .rev()
                    .fold(inner, |inner, label| format!("{{ {}: {inner} }}", literal::string(label)));
                ones.push(labelled);
            }
            entries.push(format!("{}: [{}]", literal::string(kind), ones.join(", ")));
        }
        if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
    }

    fn dynamic_json(&mut self, block: &Block, counts: &mut Counts) -> String {
        let label = block.label(0);
        let name = match block.body.attribute("iterator").map(|attribute| &attribute.value) {
            Some(Expression::Root(name)) => name.clone(),
            Some(other) => other.as_text().unwrap_or(label).to_owned(),
            None => label.to_owned(),
        };
        let mut entries = Vec::new();
        if let Some(for_each) = block.body.attribute("for_each") {
            let value = self
                .json(&for_each.value)
                .unwrap_or_else(|Untyped(reason)| raw(&for_each.value, &Type::Any, &reason));
            entries.push(format!("\"for_each\": {value}"));
        }
        if block.body.attribute("iterator").is_some() {
            entries.push(format!("\"iterator\": {}", literal::string(&name)));
        }
        if let Some(content) = block.body.blocks_of("content").next() {
            // Its element has no variable in Rust here.
            let inner = self.raw_json(&content.body, counts);
            entries.push(format!("\"content\": {inner}"));
        }
        format!("{{ {} }}", entries.join(", "))
    }

    fn raw_json(&mut self, body: &Body, counts: &mut Counts) -> String {
        let mut entries: Vec<String> = Vec::new();
        for attribute in body.attributes() {
            counts.raw += 1;
            let value = match attribute.value.is_plain() {
                true => self
                    .json(&attribute.value)
                    .unwrap_or_else(|Untyped(reason)| raw(&attribute.value, &Type::Any, &reason)),
                false => raw(&attribute.value, &Type::Any, "its block has no binding"),
            };
            entries.push(format!("{}: {value}", literal::string(&attribute.name)));
        }
        let mut kinds: Vec<&str> = Vec::new();
        for block in body.blocks() {
            if !kinds.contains(&block.kind.as_str()) {
                kinds.push(&block.kind);
            }
        }
        for kind in kinds {
            let mut ones = Vec::new();
            for block in body.blocks_of(kind) {
                let inner = if kind == "dynamic" {
                    self.dynamic_json(block, counts)
                } else {
                    self.raw_json(&block.body, counts)
                };
                let labelled = block
                    .labels
                    .iter()
                    .rev()
                    .fold(inner, |inner, label| format!("{{ {}: {inner} }}", literal::string(label)));
                ones.push(labelled);
            }
            entries.push(format!("{}: [{}]", literal::string(kind), ones.join(", ")));
        }
        if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
    }
}
