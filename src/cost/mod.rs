//! What stacks cost in a month, by a sheet of list prices: what is counted, what is assumed, what is not known.
//!
//! It reads the program, not a bill. Taxes, discounts, free tiers and the transfer of data to the internet are left out;
//! nothing here asks AWS.

mod count;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use formwork_core::Stack;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cost::count::{Counted, Item, Subject, count};
pub use crate::cost::sheet::{PriceSheet, Region, SheetError};

/// What a line rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It is paid for as long as the resource exists.
    Fixed,
    /// It depends on use; the assumptions of these names were multiplied in.
    Assumed(Vec<&'static str>),
}

/// One line of an estimate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The resource's address.
    pub address: String,
    /// What is paid for, in words.
    pub what: String,
    /// How much of it in a month, in the unit that the price's name ends with.
    pub quantity: f64,
    /// The name of the price in the sheet.
    pub price_name: String,
    /// The price of one, in the sheet's currency.
    pub price: f64,
    /// Quantity times price.
    pub amount: f64,
    /// What it rests on.
    pub basis: Basis,
}

/// What one stack costs in a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The stack's name.
    pub stack: String,
    /// The region whose prices were taken; nothing for a stack without resources of AWS.
    pub region: Option<String>,
    /// All that is paid for, in the order of the document.
    pub lines: Vec<Line>,
    /// Resources whose price is not known, each with the reason.
    pub unknown: BTreeMap<String, String>,
    /// How many resources cost nothing by themselves.
    pub free: usize,
}

impl Estimate {
    /// Estimates a stack.
    ///
    /// # Errors
    /// Fails for a stack that synthesis found mistakes in.
    pub fn of(stack: &Stack, sheet: &PriceSheet) -> serde_json::Result<Self> {
        let document = serde_json::to_value(stack)?;
        let region = region(&document);
        let prices = region.as_ref().and_then(|region| sheet.regions.get(region));
        let mut estimate = Self {
            stack: stack.name().to_owned(),
            region,
            lines: Vec::new(),
            unknown: BTreeMap::new(),
            free: 0,
        };
        for (type_name, name, _) in stack.resources() {
            let address = format!("{type_name}.{name}");
            let Some(body) = document["resource"][type_name][name].as_object() else { continue };
            match count(&Subject { type_name, body, document: &document }) {
                Counted::Free => estimate.free += 1,
                Counted::Unknown(reason) => {
                    estimate.unknown.insert(address, reason);
                }
                Counted::Items(items) => match instances(body) {
                    Some(count) => {
                        for item in items {
                            estimate.add(&address, item, count, prices, sheet);
                        }
                    }
                    None => {
                        let reason = "how many there are is an expression".to_owned();
                        estimate.unknown.insert(address, reason);
                    }
                },
            }
        }
        Ok(estimate)
    }

    /// What exists costs, whether it is used or not.
    #[must_use]
    pub fn fixed(&self) -> f64 {
        sum(self.lines.iter().filter(|line| line.basis == Basis::Fixed))
    }

    /// What the assumed use costs.
    #[must_use]
    pub fn assumed(&self) -> f64 {
        sum(self.lines.iter().filter(|line| line.basis != Basis::Fixed))
    }

    fn add(&mut self, address: &str, item: Item, count: f64, prices: Option<&Region>, sheet: &PriceSheet) {
        let Some(price) = prices.and_then(|region| region.prices.get(&item.price)) else {
            let region = self.region.as_deref().unwrap_or("an unknown region");
            let reason = format!("the sheet has no price `{}` in {region}", item.price);
            self.unknown.insert(address.to_owned(), reason);
            return;
        };
        let factor: f64 = match &item.basis {
            Basis::Fixed => 1.0,
            Basis::Assumed(names) => {
                names.iter().map(|name| sheet.assumptions.get(*name).copied().unwrap_or_default()).product()
            }
        };
        let quantity = item.quantity * factor * count;
        self.lines.push(Line {
            address: address.to_owned(),
            what: item.what,
            quantity,
            price_name: item.price,
            price: *price,
            amount: quantity * price,
            basis: item.basis,
        });
    }
}

/// The amounts of lines together; the standard library's sum of none is a negative zero.
fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> f64 {
    lines.fold(0.0, |sum, line| sum + line.amount)
}

/// The region of the provider's first configuration without an alias.
fn region(document: &Value) -> Option<String> {
    let provider = &document["provider"]["aws"];
    let configurations = provider.as_array().map_or_else(|| vec![provider], |list| list.iter().collect());
    let mut defaults =
        configurations.into_iter().filter(|configuration| configuration.get("alias").is_none());
    let region = defaults.next()?.get("region")?.as_str()?;
    (!region.contains("${")).then(|| region.to_owned())
}

/// How many instances a resource has; nothing if only Terraform knows.
fn instances(body: &Map<String, Value>) -> Option<f64> {
    match (body.get("count"), body.get("for_each")) {
        (None, None) => Some(1.0),
        (Some(count), _) => count.as_f64(),
        (None, Some(Value::Object(each))) => Some(each.len() as f64),
        (None, Some(_)) => None,
    }
}
