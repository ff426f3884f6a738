//! What a month costs in two sets of documents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use formwork_review::cost::{Estimate, PriceSheet};
use serde::Serialize;
use serde_json::Value;

use crate::cost::joined::parts;

/// What a stack costs in a month, with the assumed use.
#[derive(Debug, Serialize)]
pub(super) struct StackCost {
    stack: String,
    currency: String,
    before: f64,
    after: f64,
    /// How many parts are not known afterwards.
    unknown: usize,
    /// Regions that the sheet has no prices of.
    regions_without_prices: BTreeSet<String>,
}

/// The costs of all stacks in which something is paid for, before or after.
///
/// # Errors
/// Fails if the sheet of prices cannot be read.
pub(super) fn between(
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
) -> anyhow::Result<Vec<StackCost>> {
    let sheet = PriceSheet::embedded()?;
    let stacks: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of = |documents: &BTreeMap<String, Value>, stack: &String| {
        documents.get(stack).map(|document| Estimate::of_document(stack, document, &sheet))
    };
    let mut costs = Vec::new();
    for stack in stacks {
        let (old, new) = (of(before, stack), of(after, stack));
        let sum = |it: &Option<Estimate>| it.as_ref().map_or(0.0, |it| it.fixed() + it.assumed());
        let unknown = new.as_ref().map(|it| it.unknown.as_slice()).unwrap_or_default();
        let regions = unknown.iter().filter_map(|it| it.region_without_prices(&sheet));
        let cost = StackCost {
            stack: stack.clone(),
            currency: sheet.currency.clone(),
            before: sum(&old),
            after: sum(&new),
            unknown: unknown.len(),
            regions_without_prices: regions.map(str::to_owned).collect(),
        };
        if cost.before > 0.0 || cost.after > 0.0 || cost.unknown > 0 {
            costs.push(cost);
        }
    }
    Ok(costs)
}

/// A line for each stack, and the sum.
pub(super) fn lines(costs: &[StackCost]) -> String {
    let mut text = String::new();
    for cost in costs {
        let _ = writeln!(
            text,
            "{}: {}{}",
            cost.stack,
            amounts(cost.before, cost.after, &cost.currency),
            rest(cost)
        );
    }
    if let [first, _, ..] = costs {
        let _ = writeln!(text, "{} stacks: {}", costs.len(), sum(costs, &first.currency));
    }
    text
}

/// The same as a table for a comment.
pub(super) fn table(costs: &[StackCost]) -> String {
    let mut text = String::new();
    let Some(first) = costs.first() else { return text };
    let _ = writeln!(
        text,
        "\n| a month in {} | before | after | change | |\n| --- | --: | --: | --: | --- |",
        first.currency
    );
    for cost in costs {
        let StackCost { stack, before, after, .. } = cost;
        let rest = rest(cost);
        let rest = rest.trim_start_matches(", ");
        let _ = writeln!(text, "| {stack} | {before:.2} | {after:.2} | {:+.2} | {rest} |", after - before);
    }
    text
}

fn sum(costs: &[StackCost], currency: &str) -> String {
    let sum = |amount: fn(&StackCost) -> f64| costs.iter().fold(0.0, |sum, one| sum + amount(one));
    amounts(sum(|it| it.before), sum(|it| it.after), currency)
}

fn amounts(before: f64, after: f64, currency: &str) -> String {
    format!("{before:.2} → {after:.2} {currency} a month ({:+.2})", after - before)
}

fn rest(cost: &StackCost) -> String {
    if !cost.regions_without_prices.is_empty() {
        let regions: Vec<&str> = cost.regions_without_prices.iter().map(String::as_str).collect();
        return format!(", no prices of {}", regions.join(", "));
    }
    if cost.unknown > 0 { format!(", {} unknown", parts(cost.unknown)) } else { String::new() }
}
