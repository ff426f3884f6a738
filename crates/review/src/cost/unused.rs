//! Prices of one's own that nothing takes, which are mistyped more often than not.

use std::collections::BTreeSet;
use std::fmt;

use formwork_core::Hint;

use crate::cost::estimate::Estimate;
use crate::cost::sheet::{Given, PriceSheet};

/// A price of a file that none of a program's stacks takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedPrice {
    /// What is wrong with it.
    pub message: String,
    /// The nearest name that a stack asks for.
    pub hint: Hint,
}

impl fmt::Display for UnusedPrice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.message, self.hint)
    }
}

/// The new prices of a file that none of a program's stacks takes. A price that the sheet has for that region too may
/// wait for a stack.
#[must_use]
pub fn unused(given: &[Given], estimates: &[Estimate], own: &PriceSheet) -> Vec<UnusedPrice> {
    let of_lines = estimates
        .iter()
        .flat_map(|estimate| &estimate.lines)
        .map(|line| (line.region.as_str(), line.price_name.as_str()));
    let missing = estimates.iter().flat_map(|estimate| &estimate.unknown);
    let missing = missing
        .filter_map(|unknown| unknown.missing_price.as_ref())
        .map(|(region, name)| (region.as_str(), name.as_str()));
    let asked: BTreeSet<(&str, &str)> = of_lines.chain(missing).collect();
    let regions: BTreeSet<&str> =
        estimates.iter().filter_map(|estimate| estimate.region.as_deref()).collect();
    let regions: BTreeSet<&str> =
        regions.into_iter().chain(asked.iter().map(|(region, _)| *region)).collect();

    let mut unused: Vec<UnusedPrice> = Vec::new();
    for Given { region, name, .. } in given.iter().filter(|given| given.is_new) {
        let price = if !regions.contains(region.as_str()) {
            let known = own.regions.keys().map(String::as_str).filter(|known| known != region);
            let hint = Hint::nearest(region, known.chain(regions.iter().copied()));
            UnusedPrice { message: format!("no stack is in the region `{region}`, which has prices"), hint }
        } else if !asked.contains(&(region, name)) {
            let here = asked.iter().filter(|(other, _)| other == region).map(|(_, name)| *name);
            let message = format!("nothing in {region} has the price `{name}`");
            UnusedPrice { message, hint: Hint::nearest(name, here) }
        } else {
            continue;
        };
        if !unused.contains(&price) {
            unused.push(price);
        }
    }
    unused
}
