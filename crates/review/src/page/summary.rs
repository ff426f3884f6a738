//! The first part of a page in lines, as a comment of a pull request has it: risk, cost, access, exposure.

use std::collections::BTreeMap;

use crate::action::Action;
use crate::exposure::ExposureKind;
use crate::iam::AccessKind;
use crate::impact::{CostChange, Impact};

/// How many things of a kind a line names.
const NAMED: usize = 3;

/// At most ten lines, each with its title: what to look at in the plans of stacks, given with their changes. Text is as it
/// was given, with control characters and all.
#[must_use]
pub fn summary(stacks: &[(&Impact, Vec<Action>)]) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let changes = || stacks.iter().flat_map(|(_, changes)| changes);
    let count = |action| changes().filter(|it| **it == action).count();
    let counted: Vec<String> = [
        (Action::Replace, "replaced"),
        (Action::Destroy, "destroyed"),
        (Action::Update, "changed"),
        (Action::Create, "added"),
    ]
    .into_iter()
    .map(|(action, word)| (count(action), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if !counted.is_empty() {
        lines.push(("Risk", counted.join(", ")));
    }
    let losses: Vec<String> = stacks
        .iter()
        .flat_map(|(impact, _)| &impact.losses)
        .map(|loss| format!("{} ({})", loss.what, loss.address))
        .collect();
    if !losses.is_empty() {
        lines.push(("Loses", named(&losses)));
    }
    let costs: Vec<&CostChange> = stacks.iter().filter_map(|(impact, _)| impact.cost.as_ref()).collect();
    if let Some(first) = costs.first() {
        lines.push(("Cost", cost(&costs, &first.currency)));
        let regions: Vec<String> = costs
            .iter()
            .flat_map(|it| &it.regions_without_prices)
            .cloned()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        if !regions.is_empty() {
            lines.push(("Without prices", format!("what is in {}", regions.join(", "))));
        }
    }
    let mut access: BTreeMap<AccessKind, Vec<String>> = BTreeMap::new();
    for change in stacks.iter().flat_map(|(impact, _)| &impact.access) {
        let text = match &change.permission {
            Some(it) => format!("{} of {}", it.actions, it.principals),
            None => change.address.clone(),
        };
        access.entry(change.kind).or_default().push(text);
    }
    for (kind, texts) in access {
        let title = match kind {
            AccessKind::Gained => "Access gained",
            AccessKind::Widened => "Access widened",
            AccessKind::Unknown => "Access known after the apply",
            AccessKind::Narrowed => "Access narrowed",
            AccessKind::Lost => "Access lost",
        };
        lines.push((title, named(&texts)));
    }
    let mut ways: BTreeMap<ExposureKind, Vec<String>> = BTreeMap::new();
    for change in stacks.iter().flat_map(|(impact, _)| &impact.exposure) {
        ways.entry(change.kind).or_default().push(format!("{} from {}", change.what, change.from));
    }
    for (kind, texts) in ways {
        let title = match kind {
            ExposureKind::Gained => "Reachable now",
            ExposureKind::Unknown => "Perhaps reachable",
            ExposureKind::Lost => "Not reachable any more",
        };
        lines.push((title, named(&texts)));
    }
    // What is lost asks for no look.
    let is_less = |title: &str| matches!(title, "Access narrowed" | "Access lost" | "Not reachable any more");
    while lines.len() > 10 {
        let Some(at) = lines.iter().rposition(|(title, _)| is_less(title)) else { break };
        lines.remove(at);
    }
    lines.truncate(10);
    lines
}

/// `20.00 → 31.50 USD a month (+11.50), 2 parts unknown`.
fn cost(costs: &[&CostChange], currency: &str) -> String {
    let sum = |amount: fn(&CostChange) -> f64| costs.iter().fold(0.0, |sum, one| sum + amount(one));
    let (before, after) = (sum(|it| it.before), sum(|it| it.after));
    let unknown: usize = costs.iter().map(|it| it.unknown.len()).sum();
    let parts = if unknown == 1 { "part" } else { "parts" };
    let unknown = if unknown > 0 { format!(", {unknown} {parts} unknown") } else { String::new() };
    format!("{before:.2} → {after:.2} {currency} a month ({:+.2}){unknown}", after - before)
}

/// How many there are, and the first of them.
fn named(texts: &[String]) -> String {
    let mut distinct: Vec<&String> = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    let first: Vec<String> = distinct.iter().take(NAMED).map(|text| cut(text)).collect();
    let more = distinct.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", first.join("; "))
}

fn cut(text: &str) -> String {
    const MOST: usize = 160;
    let mut cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
