//! `cost`: estimates what stacks cost in a month.

pub(crate) mod joined;
mod markdown;
mod text;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use formwork_review::cost::{Estimate, PriceSheet, Source, unused};
use serde::Serialize;
use serde_json::json;

use crate::Program;
use crate::{ExitStatus, print, select, synthesized};

/// What no estimate has in it.
const LEFT_OUT: &str = "left out: taxes, discounts, free tiers, data between zones and to the internet (but CloudFront's), \
                        requests of S3, queries of Route 53, storage of logs, snapshots";

/// Estimate what stacks cost in a month, by list prices
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to estimate, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// A file with prices and assumptions of your own, in the form of prices/aws.toml
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Exit with 1 if all of them together cost more than this in a month, with the assumed use
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    budget: Option<f64>,
    /// Print the estimates as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the estimates as tables for a pull request
    #[arg(long)]
    markdown: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let mut sheet = PriceSheet::embedded()?;
    let mut given = Vec::new();
    if let Some(path) = &args.prices {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        given = sheet.replace(&text).with_context(|| path.display().to_string())?;
    }
    let Some(synthesis) = synthesized(program, "there is nothing to estimate")? else {
        return Ok(ExitStatus::Failure);
    };
    let selected = select::stacks(&synthesis.names(), &args.stacks)?;
    // A price may be for a stack that was not asked for.
    let read = (0..synthesis.stacks.len()).filter(|index| args.prices.is_some() || selected.contains(index));
    let mut estimates: Vec<Estimate> =
        read.map(|index| Estimate::of(&synthesis.stacks[index], &sheet)).collect::<Result<_, _>>()?;
    if let Some(path) = &args.prices {
        for text in unused(&given, &estimates, &sheet) {
            print::warning(&format!("{}: {text}", path.display()));
        }
        let wanted: BTreeSet<&str> = selected.iter().map(|index| synthesis.stacks[*index].name()).collect();
        estimates.retain(|estimate| wanted.contains(estimate.stack.as_str()));
    }
    let text = match (args.json, args.markdown) {
        (true, _) => json(&estimates, &sheet)?,
        (false, true) => markdown::tables(&estimates, &sheet),
        (false, false) => text::lines(&estimates, &sheet),
    };
    anstream::stdout().lock().write_all(text.as_bytes())?;
    let Some(budget) = args.budget else { return Ok(ExitStatus::Success) };
    let (total, currency) = (Total::of(&estimates), &sheet.currency);
    if total.unknown > 0 {
        print::warning(&format!(
            "not known, and not in what is compared with the budget: {}",
            joined::parts(total.unknown)
        ));
    }
    let sum = total.fixed + total.assumed;
    if sum > budget {
        print::error(&format!("{sum:.2} {currency} a month is more than the budget of {budget:.2}"));
    }
    Ok(ExitStatus::of(sum <= budget))
}

/// An amount of money from 0.
fn amount(text: &str) -> Result<f64, String> {
    let amount = text.parse::<f64>().ok().filter(|it| it.is_finite() && *it >= 0.0);
    amount.ok_or_else(|| "expected an amount from 0, such as `100` or `99.50`".to_owned())
}

fn json(estimates: &[Estimate], sheet: &PriceSheet) -> serde_json::Result<String> {
    let stacks: Vec<_> = estimates
        .iter()
        .map(|estimate| json!({ "estimate": estimate, "fixed": estimate.fixed(), "assumed": estimate.assumed() }))
        .collect();
    let (assumptions, total) = (&sheet.assumptions, Total::of(estimates));
    let all = json!({
        "currency": sheet.currency, "assumptions": assumptions, "stacks": stacks, "total": total, "left_out": LEFT_OUT,
    });
    Ok(format!("{}\n", print::json(&all)?))
}

/// The sum of estimates.
#[derive(Clone, Copy, Serialize)]
struct Total {
    fixed: f64,
    assumed: f64,
    /// How many parts of resources are in neither.
    unknown: usize,
}

impl Total {
    fn of(estimates: &[Estimate]) -> Self {
        let sum = |amount: fn(&Estimate) -> f64| estimates.iter().fold(0.0, |sum, one| sum + amount(one));
        let unknown = estimates.iter().map(|estimate| estimate.unknown.len()).sum();
        Self { fixed: sum(Estimate::fixed), assumed: sum(Estimate::assumed), unknown }
    }

    /// The sum in words, with what it is too low by.
    fn words(self) -> String {
        let Self { fixed, assumed, unknown } = self;
        let rest = if unknown > 0 { format!(", plus {unknown} unknown") } else { String::new() };
        format!("{fixed:.2} while it exists, {:.2} with the assumed use{rest}", fixed + assumed)
    }
}

/// Where the prices of estimates come from, in order: the region, the date, the service and the page.
fn sources(estimates: &[Estimate]) -> Vec<[String; 4]> {
    let sources: BTreeSet<(&str, &Source)> = estimates.iter().flat_map(Estimate::sources).collect();
    let row = |(region, source): (&str, &Source)| {
        [region.to_owned(), source.date.to_string(), source.service.clone(), source.page.clone()]
    };
    sources.into_iter().map(row).collect()
}
