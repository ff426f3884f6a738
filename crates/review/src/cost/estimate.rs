//! The estimate of a stack: its lines, what is not known, and their sums.

use std::collections::BTreeSet;
use std::sync::Arc;

use formwork_core::Stack;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::cost::arguments::Arguments;
use crate::cost::count::count;
use crate::cost::count::part::{Basis, Item, Part, Subject};
use crate::cost::location::{Location, default_location, location};
use crate::cost::sheet::{PriceSheet, Source};

/// One line of an estimate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The resource's address.
    pub address: String,
    /// The region that it is in.
    pub region: String,
    /// What is paid for, in words.
    pub what: String,
    /// How much of it in a month, in the unit of the price.
    pub quantity: f64,
    /// The name of the price in the sheet.
    pub price_name: String,
    /// The price of one, in the sheet's currency.
    pub price: f64,
    /// Where the price comes from.
    #[serde(serialize_with = "shared")]
    pub source: Arc<Source>,
    /// Quantity times price.
    pub amount: f64,
    /// What it rests on.
    pub basis: Basis,
}

/// Something that is paid for, and that nobody can count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The resource's address.
    pub address: String,
    /// Why it is not counted.
    pub reason: String,
    /// The region and the name of the price, if that is what is missing.
    pub missing_price: Option<(String, String)>,
}

/// What one stack costs in a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The stack's name.
    pub stack: String,
    /// The region of its provider; nothing for a stack without resources of AWS.
    pub region: Option<String>,
    /// The address of the emulator that its provider points at.
    pub emulator: Option<String>,
    /// All that is paid for, in the order of addresses.
    pub lines: Vec<Line>,
    /// What is not known, in the order of addresses. A resource may have lines and this too.
    pub unknown: Vec<Unknown>,
    /// How many resources cost nothing by themselves.
    pub free: usize,
    /// How many resources an emulator makes, which cost nothing.
    pub emulated: usize,
}

impl Unknown {
    /// The region of it, if the sheet has no prices of that at all.
    #[must_use]
    pub fn region_without_prices(&self, sheet: &PriceSheet) -> Option<&str> {
        let (region, _) = self.missing_price.as_ref()?;
        (!sheet.regions.contains_key(region)).then_some(region)
    }
}

impl Estimate {
    /// Estimates a stack.
    ///
    /// # Errors
    /// Fails for a stack that synthesis found mistakes in.
    pub fn of(stack: &Stack, sheet: &PriceSheet) -> serde_json::Result<Self> {
        Ok(Self::of_document(stack.name(), &serde_json::to_value(stack)?, sheet))
    }

    /// Estimates what a document says.
    #[must_use]
    pub fn of_document(stack: &str, document: &Value, sheet: &PriceSheet) -> Self {
        let (region, emulator) = match default_location(document) {
            Location::Region(region) => (Some(region), None),
            Location::Emulator(address) => (None, Some(address)),
            Location::Unknown => (None, None),
        };
        let (lines, unknown) = (Vec::new(), Vec::new());
        let stack = stack.to_owned();
        let mut estimate = Self { stack, region, emulator, lines, unknown, free: 0, emulated: 0 };
        for (type_name, name, body) in resources(document) {
            let address = format!("{type_name}.{name}");
            let location = location(document, body);
            if type_name.starts_with("aws_") && matches!(location, Location::Emulator(_)) {
                estimate.emulated += 1;
                continue;
            }
            let subject = Subject { type_name, arguments: Arguments(body), document };
            match (count(&subject), instances(body)) {
                (Err(reason), _) => estimate.add_unknown(&address, reason),
                (Ok(parts), _) if parts.is_empty() => estimate.free += 1,
                (Ok(_), None) => {
                    estimate.add_unknown(&address, "how many there are is an expression".to_owned());
                }
                (Ok(parts), Some(count)) => {
                    for part in parts {
                        match part {
                            Part::Item(item) => estimate.add(&address, item, count, &location, sheet),
                            Part::Unknown(reason) => estimate.add_unknown(&address, reason),
                        }
                    }
                }
            }
        }
        estimate
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

    /// Where the prices come from, by region.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<(&str, &Source)> {
        self.lines.iter().map(|line| (line.region.as_str(), line.source.as_ref())).collect()
    }

    fn add_unknown(&mut self, address: &str, reason: String) {
        self.unknown.push(Unknown { address: address.to_owned(), reason, missing_price: None });
    }

    fn add(&mut self, address: &str, item: Item, count: f64, location: &Location, sheet: &PriceSheet) {
        let Location::Region(region) = location else {
            self.add_unknown(address, "its region is an expression, or that of the environment".to_owned());
            return;
        };
        let Some(price) = sheet.regions.get(region).and_then(|prices| prices.get(&item.price)) else {
            let reason = format!("{}: the sheet has no price `{}` in {region}", item.what, item.price);
            let missing_price = Some((region.clone(), item.price));
            self.unknown.push(Unknown { address: address.to_owned(), reason, missing_price });
            return;
        };
        let names: &[&str] = if let Basis::Assumed(names) = &item.basis { names } else { &[] };
        let mut factor = 1.0;
        for name in names {
            let Some(assumption) = sheet.assumptions.get(*name) else {
                self.add_unknown(address, format!("{}: the sheet assumes no `{name}`", item.what));
                return;
            };
            factor *= assumption;
        }
        let quantity = item.quantity * factor * count;
        self.lines.push(Line {
            address: address.to_owned(),
            region: region.clone(),
            what: item.what,
            quantity,
            price_name: item.price,
            price: price.amount,
            source: Arc::clone(&price.source),
            amount: quantity * price.amount,
            basis: item.basis,
        });
    }
}

/// The resources of a document with their types and names, in the order of addresses.
fn resources(document: &Value) -> Vec<(&str, &str, &Map<String, Value>)> {
    let types = document.get("resource").and_then(Value::as_object).into_iter().flatten();
    let mut all: Vec<(&str, &str, &Map<String, Value>)> = Vec::new();
    for (type_name, named) in types {
        for (name, body) in named.as_object().into_iter().flatten() {
            all.extend(body.as_object().map(|body| (type_name.as_str(), name.as_str(), body)));
        }
    }
    all.sort_by_key(|(type_name, name, _)| (*type_name, *name));
    all
}

/// The amounts of lines together; the standard library's sum of none is a negative zero.
fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> f64 {
    lines.fold(0.0, |sum, line| sum + line.amount)
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

fn shared<S: Serializer>(source: &Arc<Source>, serializer: S) -> Result<S::Ok, S::Error> {
    source.as_ref().serialize(serializer)
}
