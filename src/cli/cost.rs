//! `cost`: estimates what stacks cost in a month.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use crate::Program;
use crate::cli::{Verdict, print, select, synthesized};
use crate::cost::{Basis, Estimate, Line, PriceSheet};

/// Estimate what stacks cost in a month, by list prices
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to estimate, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// A file with prices and assumptions of your own, in the form of prices/aws.toml
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Print the estimates as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the estimates as tables for a pull request
    #[arg(long)]
    markdown: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let mut sheet = PriceSheet::embedded()?;
    if let Some(path) = &args.prices {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        sheet.replace(&text).with_context(|| path.display().to_string())?;
    }
    let Some(synthesis) = synthesized(program, "there is nothing to estimate")? else {
        return Ok(Verdict::Bad);
    };
    let selected = select::stacks(&synthesis.names(), &args.stacks)?;
    let estimates: Vec<Estimate> = selected
        .into_iter()
        .map(|index| Estimate::of(&synthesis.stacks[index], &sheet))
        .collect::<Result<_, _>>()?;
    let text = match (args.json, args.markdown) {
        (true, _) => json(&estimates, &sheet)?,
        (false, true) => markdown(&estimates, &sheet),
        (false, false) => text(&estimates, &sheet),
    };
    anstream::stdout().lock().write_all(text.as_bytes())?;
    if !args.json {
        let PriceSheet { currency, date, .. } = &sheet;
        print::note(&format!(
            "list prices in {currency} of {date}, without taxes, free tiers, discounts and data to the internet"
        ));
    }
    Ok(Verdict::Good)
}

fn json(estimates: &[Estimate], sheet: &PriceSheet) -> serde_json::Result<String> {
    let stacks: Vec<_> = estimates
        .iter()
        .map(|estimate| json!({ "estimate": estimate, "fixed": estimate.fixed(), "assumed": estimate.assumed() }))
        .collect();
    let assumptions = &sheet.assumptions;
    let all = json!({ "currency": sheet.currency, "date": sheet.date, "assumptions": assumptions, "stacks": stacks });
    Ok(format!("{}\n", serde_json::to_string_pretty(&all)?))
}

fn text(estimates: &[Estimate], sheet: &PriceSheet) -> String {
    let mut text = String::new();
    let width =
        estimates.iter().flat_map(|estimate| &estimate.lines).map(|line| line.address.chars().count());
    let width = width.max().unwrap_or_default().clamp(20, 60);
    for estimate in estimates {
        let region = estimate.region.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}{region}", estimate.stack);
        for (title, is_fixed) in [("while it exists", true), ("by use, as assumed", false)] {
            let mut lines = joined(&estimate.lines);
            lines.retain(|line| (line.basis == Basis::Fixed) == is_fixed);
            if lines.is_empty() {
                continue;
            }
            let sum: f64 = lines.iter().map(|line| line.amount).sum();
            let _ = writeln!(text, "  {title}: {sum:.2}");
            for line in &lines {
                let Line { address, amount, what, .. } = line;
                let (count, because) = (counted(line), because(line, sheet));
                let _ = writeln!(text, "    {amount:8.2}  {address:width$}  {what}: {count}{because}");
            }
        }
        for (address, reason) in &estimate.unknown {
            let _ = writeln!(text, "           ?  {address:width$}  {reason}");
        }
        let _ = writeln!(text, "  {} resources cost nothing by themselves", estimate.free);
        let (fixed, all) = (estimate.fixed(), estimate.fixed() + estimate.assumed());
        let _ = writeln!(text, "  a month: {fixed:.2} while it exists, {all:.2} with the assumed use\n");
    }
    text
}

fn markdown(estimates: &[Estimate], sheet: &PriceSheet) -> String {
    let mut text = format!("Cost of a month in {}, by list prices of {}\n", sheet.currency, sheet.date);
    for estimate in estimates {
        let (fixed, assumed) = (estimate.fixed(), estimate.assumed());
        let _ = writeln!(
            text,
            "\n<details><summary><b>{}</b>: {fixed:.2}, and {assumed:.2} by use</summary>\n\n\
             | resource | what | quantity × price | amount |\n| --- | --- | --- | ---: |",
            estimate.stack
        );
        for line in &joined(&estimate.lines) {
            let (count, because) = (counted(line), because(line, sheet));
            let _ = writeln!(
                text,
                "| `{}` | {} | {count}{because} | {:.2} |",
                line.address, line.what, line.amount
            );
        }
        for (address, reason) in &estimate.unknown {
            let _ = writeln!(text, "| `{address}` | {reason} | | ? |");
        }
        text.push_str("\n</details>\n");
    }
    text
}

/// Joins the lines of resources of one type that say the same: fifteen alarms are one line.
fn joined(lines: &[Line]) -> Vec<Line> {
    let type_of = |line: &Line| line.address.split(['.', ' ']).next().unwrap_or_default().to_owned();
    let mut joined: Vec<(Line, usize)> = Vec::new();
    for line in lines {
        let is_same = |(other, _): &&mut (Line, usize)| {
            type_of(other) == type_of(line) && other.what == line.what && other.price_name == line.price_name
        };
        match joined.iter_mut().find(is_same) {
            Some((first, count)) => {
                *count += 1;
                first.quantity += line.quantity;
                first.amount += line.amount;
                first.address = format!("{} ({count})", type_of(line));
            }
            None => joined.push((line.clone(), 1)),
        }
    }
    joined.into_iter().map(|(line, _)| line).collect()
}

/// Quantity and price, without needless digits.
fn counted(line: &Line) -> String {
    let quantity = format!("{:.3}", line.quantity);
    let quantity = quantity.trim_end_matches('0').trim_end_matches('.');
    format!("{quantity} × {}", line.price)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_the_same_are_one() {
        let line = |address: &str, price_name: &str| Line {
            address: address.to_owned(),
            what: "metrics".to_owned(),
            quantity: 2.0,
            price_name: price_name.to_owned(),
            price: 0.5,
            amount: 1.0,
            basis: Basis::Fixed,
        };
        let lines = ["aws_a.x", "aws_a.y", "aws_b.x", "aws_a.z"].map(|address| line(address, "one"));
        let lines = [lines.as_slice(), &[line("aws_a.w", "other")]].concat();
        let joined: Vec<_> = joined(&lines).into_iter().map(|line| (line.address, line.amount)).collect();
        let expected = [("aws_a (3)", 3.0), ("aws_b.x", 1.0), ("aws_a.w", 1.0)];
        assert_eq!(joined, expected.map(|(address, amount)| (address.to_owned(), amount)));
    }
}
