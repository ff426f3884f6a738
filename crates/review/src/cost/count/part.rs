//! What formulas are given, and what they make of it.

use formwork_core::Kind;
use serde::Serialize;
use serde_json::Value;

use crate::cost::arguments::{Arguments, Reason};

/// What a line rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It is paid for as long as the resource exists.
    Fixed,
    /// It depends on use; the assumptions of these names were multiplied in.
    Assumed(Vec<&'static str>),
}

/// Hours of a month, as AWS counts them in its calculator.
pub(crate) const HOURS: f64 = 730.0;

/// A part of what a resource costs, before prices.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// So much of something that has a price.
    Item(Item),
    /// Something is paid that nobody can count; the text says why.
    Unknown(Reason),
}

/// An amount of something that has a price.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// What it is, in words.
    pub what: String,
    /// The name of the price in the sheet.
    pub price: String,
    /// How much of it there is in a month, in the price's unit; what is assumed comes on top, as a factor.
    pub quantity: f64,
    pub basis: Basis,
}

/// The parts of what a resource costs: none if it costs nothing by itself.
pub(crate) type Counted = Result<Vec<Part>, Reason>;

/// A resource with the document around it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub type_name: &'a str,
    pub arguments: Arguments<'a>,
    /// The whole document of its stack.
    pub document: &'a Value,
}

impl<'a> Subject<'a> {
    /// The resource of a type that an argument refers to, if it is in the same stack.
    pub(super) fn referred(&self, argument: &str, type_name: &str) -> Option<Arguments<'a>> {
        let reference = self.arguments.given(argument)?.as_str()?;
        let reference = formwork_core::references::reference(reference)?;
        let block =
            reference.block().filter(|block| block.kind == Kind::Resource && block.type_name == type_name)?;
        self.document["resource"][type_name][block.name].as_object().map(Arguments)
    }

    /// How many resources of a type have the same value for an argument, such as the methods of the same API.
    pub(super) fn siblings(&self, type_name: &str, argument: &str) -> f64 {
        let own = self.arguments.given(argument);
        self.others(type_name).filter(|other| other.given(argument) == own).count() as f64
    }

    /// The stack's resources of a type.
    pub(super) fn others(&self, type_name: &str) -> impl Iterator<Item = Arguments<'a>> {
        let resources = self.document["resource"][type_name].as_object();
        resources.into_iter().flat_map(|all| all.values()).filter_map(Value::as_object).map(Arguments)
    }
}

pub(super) fn fixed(what: &str, price: &str, quantity: f64) -> Part {
    Part::Item(Item { what: what.to_owned(), price: price.to_owned(), quantity, basis: Basis::Fixed })
}

pub(super) fn hours(what: &str, price: &str, count: f64) -> Part {
    fixed(what, price, count * HOURS)
}

pub(super) fn assumed(what: &str, price: &str, factor: f64, assumptions: &[&'static str]) -> Part {
    let basis = Basis::Assumed(assumptions.to_vec());
    Part::Item(Item { what: what.to_owned(), price: price.to_owned(), quantity: factor, basis })
}

pub(super) fn unknown(reason: impl Into<Reason>) -> Part {
    Part::Unknown(reason.into())
}
