//! Blocks and arguments that no file has.

use std::path::Path;
use std::sync::Arc;

use crate::configuration::{Attribute, Block, Body, Item};
use crate::error::Place;
use crate::expression::Expression;

/// The beginning of a file.
pub(super) fn place(file: &Path) -> Place {
    Place { file: Arc::from(file), line: 1, column: 1 }
}

/// For what never leaves its block.
pub(super) fn nowhere() -> Place {
    place(Path::new(""))
}

/// `name = value`
pub(super) fn attribute(name: &str, value: Expression, place: &Place) -> Attribute {
    let raw = crate::hcl::write(&value);
    Attribute { name: name.to_owned(), value, raw, place: place.clone(), span: 0..0, comments: Vec::new() }
}

/// `kind "label" { … }`
pub(super) fn block(kind: &str, labels: Vec<String>, body: Body, place: &Place) -> Block {
    Block { kind: kind.to_owned(), labels, body, place: place.clone(), span: 0..0, comments: Vec::new() }
}

/// `kind "label" { name = value }`
pub(super) fn simple(kind: &str, labels: &[&str], values: Vec<(&str, Expression)>, place: &Place) -> Block {
    let items = values.into_iter().map(|(name, value)| Item::Attribute(attribute(name, value, place)));
    let body = Body { items: items.collect(), comments: Vec::new() };
    block(kind, labels.iter().map(|label| (*label).to_owned()).collect(), body, place)
}

/// `a.b.c`
pub(super) fn path(names: &[&str]) -> Expression {
    let (first, rest) = names.split_first().unwrap_or((&"", &[]));
    rest.iter().fold(Expression::Root((*first).to_owned()), |inner, name| inner.field(name))
}
