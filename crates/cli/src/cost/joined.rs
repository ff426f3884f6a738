//! Lines that say the same of resources of one type, as one: fifteen alarms are one line.

use std::collections::{BTreeMap, BTreeSet};

use formwork_review::cost::{Basis, Estimate, Line, PriceSheet, Unknown};

/// The lines of an estimate that are paid whether it is used or not, or those that depend on use.
pub(super) fn lines(estimate: &Estimate, is_wanted: fn(&Basis) -> bool) -> Vec<Line> {
    joined(estimate.lines.iter().filter(|line| is_wanted(&line.basis)))
}

pub(super) fn is_fixed(basis: &Basis) -> bool {
    *basis == Basis::Fixed
}

pub(super) fn is_assumed(basis: &Basis) -> bool {
    !is_fixed(basis)
}

fn joined<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<Line> {
    let mut joined: Vec<(Line, usize)> = Vec::new();
    for line in lines {
        let is_same = |(other, _): &&mut (Line, usize)| {
            type_of(&other.address) == type_of(&line.address)
                && (&other.what, &other.price_name, &other.region)
                    == (&line.what, &line.price_name, &line.region)
        };
        match joined.iter_mut().find(is_same) {
            Some((first, count)) => {
                *count += 1;
                first.quantity += line.quantity;
                first.amount += line.amount;
                first.address = format!("{} ({count})", type_of(&line.address));
            }
            None => joined.push((line.clone(), 1)),
        }
    }
    joined.into_iter().map(|(line, _)| line).collect()
}

/// The regions of an estimate that the sheet has no prices of at all, and how much is in each.
pub(super) fn regions_without_prices(estimate: &Estimate, sheet: &PriceSheet) -> BTreeMap<String, usize> {
    let mut regions = BTreeMap::new();
    for region in estimate.unknown.iter().filter_map(|it| it.region_without_prices(sheet)) {
        *regions.entry(region.to_owned()).or_default() += 1;
    }
    regions
}

/// `1 part`, `2 parts`.
pub(crate) fn parts(count: usize) -> String {
    format!("{count} {}", if count == 1 { "part" } else { "parts" })
}

/// What else is not known: the address, or the type with how many there are, and the reason.
pub(super) fn unknown<'a>(unknown: &'a [Unknown], sheet: &PriceSheet) -> Vec<(String, &'a str)> {
    let mut joined: Vec<(&Unknown, usize)> = Vec::new();
    for one in unknown.iter().filter(|it| it.region_without_prices(sheet).is_none()) {
        let is_same = |(other, _): &&mut (&Unknown, usize)| {
            type_of(&other.address) == type_of(&one.address) && other.reason == one.reason
        };
        match joined.iter_mut().find(is_same) {
            Some((_, count)) => *count += 1,
            None => joined.push((one, 1)),
        }
    }
    let address = |(one, count): (&Unknown, usize)| match count {
        1 => one.address.clone(),
        _ => format!("{} ({count})", type_of(&one.address)),
    };
    joined.into_iter().map(|(one, count)| (address((one, count)), one.reason.as_str())).collect()
}

/// Quantity and price without needless digits, the region if it is another than the stack's, and the assumptions.
pub(super) fn counted(line: &Line, estimate: &Estimate, sheet: &PriceSheet) -> String {
    let quantity = format!("{:.3}", line.quantity);
    let quantity = quantity.trim_end_matches('0').trim_end_matches('.');
    let region = if estimate.region.as_ref() == Some(&line.region) {
        String::new()
    } else {
        format!(" in {}", line.region)
    };
    format!("{quantity} × {}{region}{}", line.price, because(line, sheet))
}

/// The assumptions behind a line.
fn because(line: &Line, sheet: &PriceSheet) -> String {
    let Basis::Assumed(names) = &line.basis else { return String::new() };
    let assumptions: BTreeSet<String> = names
        .iter()
        .map(|name| format!("{name} = {}", sheet.assumptions.get(*name).copied().unwrap_or_default()))
        .collect();
    format!(" ({})", assumptions.into_iter().collect::<Vec<_>>().join(", "))
}

fn type_of(address: &str) -> &str {
    address.split(['.', ' ']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use formwork_review::cost::{Date, Source};

    use super::*;

    #[test]
    fn lines_that_say_the_same_are_one() {
        let date = Date::try_from("2026-01".to_owned()).unwrap();
        let source = std::sync::Arc::new(Source { service: "a".to_owned(), page: "b".to_owned(), date });
        let line = |address: &str, price_name: &str| Line {
            address: address.to_owned(),
            region: "us-east-1".to_owned(),
            what: "metrics".to_owned(),
            quantity: 2.0,
            price_name: price_name.to_owned(),
            price: 0.5,
            source: source.clone(),
            amount: 1.0,
            basis: Basis::Fixed,
        };
        let lines = ["aws_a.x", "aws_a.y", "aws_b.x", "aws_a.z"].map(|address| line(address, "one"));
        let lines = [lines.as_slice(), &[line("aws_a.w", "other")]].concat();
        let joined: Vec<_> =
            joined(lines.iter()).into_iter().map(|line| (line.address, line.amount)).collect();
        let expected = [("aws_a (3)", 3.0), ("aws_b.x", 1.0), ("aws_a.w", 1.0)];
        assert_eq!(joined, expected.map(|(address, amount)| (address.to_owned(), amount)));
    }

    #[test]
    fn what_is_not_known_for_one_reason_is_one_line() {
        let one = |address: &str, reason: &str| Unknown {
            address: address.to_owned(),
            reason: reason.to_owned(),
            missing_price: None,
        };
        let all = [one("aws_a.x", "why"), one("aws_a.y", "why"), one("aws_a.x", "else")];
        let sheet = PriceSheet::embedded().unwrap();
        assert_eq!(unknown(&all, &sheet), [("aws_a (2)".to_owned(), "why"), ("aws_a.x".to_owned(), "else")]);
    }
}
