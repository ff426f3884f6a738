//! The instances of a resource as one block: what they have in common, and a table of what they do not.

use super::build::path;
use super::state::Key;
use crate::configuration::{Attribute, Body, Item};
use crate::expression::Expression;

/// One block for all instances.
pub(super) struct Merged {
    pub(super) body: Body,
    /// For each instance, by name, what it alone has.
    pub(super) rows: Vec<Vec<(String, Expression)>>,
}

/// Puts the bodies of instances together. `local` is the name of the table; none if blocks are there in some only.
pub(super) fn merged(keys: &[Key], bodies: &[Body], local: &str) -> Option<Merged> {
    let mut merger = Merger { keys, local, rows: vec![Vec::new(); keys.len()] };
    let body = merger.body(&bodies.iter().collect::<Vec<_>>(), &mut Vec::new())?;
    Some(Merged { body, rows: merger.rows })
}

struct Merger<'a> {
    keys: &'a [Key],
    local: &'a str,
    rows: Vec<Vec<(String, Expression)>>,
}

impl Merger<'_> {
    fn body(&mut self, bodies: &[&Body], at: &mut Vec<String>) -> Option<Body> {
        let mut items = Vec::new();
        let mut attributes: Vec<&Attribute> = Vec::new();
        for attribute in bodies.iter().flat_map(|body| body.attributes()) {
            if !attributes.iter().any(|known| known.name == attribute.name) {
                attributes.push(attribute);
            }
        }
        attributes.sort_by(|one, other| one.name.cmp(&other.name));
        for first in attributes {
            let values = bodies.iter().map(|body| {
                body.attribute(&first.name).map_or(Expression::Null, |attribute| attribute.value.clone())
            });
            let values: Vec<Expression> = values.collect();
            at.push(first.name.clone());
            let value = self.value(&values, at);
            at.pop();
            items.push(Item::Attribute(Attribute { value, ..first.clone() }));
        }
        let blocks: Vec<Vec<&crate::configuration::Block>> =
            bodies.iter().map(|body| body.blocks().collect()).collect();
        let first = blocks.first()?;
        for (index, block) in first.iter().enumerate() {
            let same: Vec<&crate::configuration::Block> =
                blocks.iter().map(|own| own.get(index).copied()).collect::<Option<_>>()?;
            if same.iter().any(|own| own.kind != block.kind || own.labels != block.labels) {
                return None;
            }
            let several = first.iter().filter(|other| other.kind == block.kind).count() > 1;
            at.push(if several { format!("{}_{index}", block.kind) } else { block.kind.clone() });
            let body = self.body(&same.iter().map(|own| &own.body).collect::<Vec<_>>(), at)?;
            at.pop();
            items.push(Item::Block(crate::configuration::Block { body, ..(*block).clone() }));
        }
        let is_whole = blocks.iter().all(|own| own.len() == first.len());
        is_whole.then_some(Body { items, comments: Vec::new() })
    }

    fn value(&mut self, values: &[Expression], at: &[String]) -> Expression {
        if let Some(first) = values.first()
            && values.iter().all(|value| value == first)
        {
            return first.clone();
        }
        let is_key = |(value, key): (&Expression, &Key)| match key {
            Key::Text(key) => value.as_text() == Some(key),
            Key::Number(_) => false,
        };
        if values.iter().zip(self.keys).all(is_key) {
            return path(&["each", "key"]);
        }
        // Objects with the same keys differ in some of them only.
        if let Some(entries) = self.entries(values, at) {
            return Expression::Object(entries);
        }
        let name = at.join("_");
        for (row, value) in self.rows.iter_mut().zip(values) {
            row.push((name.clone(), value.clone()));
        }
        match self.keys.first() {
            Some(Key::Number(_)) => {
                Expression::Index(Box::new(path(&["local", self.local])), Box::new(path(&["count", "index"])))
                    .field(&name)
            }
            _ => path(&["each", "value", &name]),
        }
    }

    fn entries(&mut self, values: &[Expression], at: &[String]) -> Option<Vec<(Expression, Expression)>> {
        let object = |value: &Expression| match value {
            Expression::Object(entries) => Some(entries.clone()),
            _ => None,
        };
        let objects: Vec<Vec<(Expression, Expression)>> = values.iter().map(object).collect::<Option<_>>()?;
        let first = objects.first()?;
        let is_same = |other: &Vec<(Expression, Expression)>| {
            other.len() == first.len() && other.iter().zip(first).all(|((one, _), (other, _))| one == other)
        };
        if !objects.iter().all(is_same) {
            return None;
        }
        let mut entries = Vec::new();
        for (index, (key, _)) in first.iter().enumerate() {
            let name: String =
                key.as_text()?.chars().map(|it| if it.is_alphanumeric() { it } else { '_' }).collect();
            let mut inner = at.to_vec();
            inner.push(name);
            let values: Vec<Expression> = objects.iter().map(|object| object[index].1.clone()).collect();
            entries.push((key.clone(), self.value(&values, &inner)));
        }
        Some(entries)
    }
}
