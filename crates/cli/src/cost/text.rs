//! Estimates as lines for a terminal.

use std::fmt::Write as _;

use formwork_review::cost::{Estimate, PriceSheet};

use crate::cost::{LEFT_OUT, Total, joined, sources};

pub(super) fn lines(estimates: &[Estimate], sheet: &PriceSheet) -> String {
    let mut text = String::new();
    let addresses = estimates.iter().flat_map(|estimate| {
        estimate.lines.iter().map(|line| &line.address).chain(estimate.unknown.iter().map(|one| &one.address))
    });
    let width = addresses.map(|address| address.chars().count()).max().unwrap_or_default().clamp(20, 70);
    for estimate in estimates {
        stack(&mut text, estimate, sheet, width);
    }
    let currency = &sheet.currency;
    // Writing to a string does not fail.
    if estimates.len() > 1 {
        let total = Total::of(estimates).words();
        let _ = writeln!(text, "{} stacks, a month in {currency}: {total}\n", estimates.len());
    }
    let sources = sources(estimates);
    if !sources.is_empty() {
        let _ = writeln!(text, "list prices in {currency}, by region, date and page");
        let widths =
            [0, 2].map(|column| sources.iter().map(|row| row[column].len()).max().unwrap_or_default());
        for [region, date, service, page] in &sources {
            let _ = writeln!(text, "  {region:0$}  {date}  {service:1$}  {page}", widths[0], widths[1]);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{LEFT_OUT}");
    text
}

fn stack(text: &mut String, estimate: &Estimate, sheet: &PriceSheet, width: usize) {
    let region = estimate.region.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
    let _ = writeln!(text, "{}{region}", estimate.stack);
    for (title, is_wanted, amount) in [
        ("while it exists", joined::is_fixed as fn(&_) -> bool, estimate.fixed()),
        ("by use, as assumed", joined::is_assumed, estimate.assumed()),
    ] {
        let lines = joined::lines(estimate, is_wanted);
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {title}: {amount:.2}");
        for line in &lines {
            let counted = joined::counted(line, estimate, sheet);
            let _ =
                writeln!(text, "    {:8.2}  {:width$}  {}: {counted}", line.amount, line.address, line.what);
        }
    }
    if !estimate.unknown.is_empty() {
        let _ = writeln!(text, "  not known: {}", estimate.unknown.len());
        for (region, count) in joined::regions_without_prices(estimate, sheet) {
            let _ = writeln!(text, "           ?  there are no prices of {region}: {}", joined::parts(count));
        }
        for (address, reason) in joined::unknown(&estimate.unknown, sheet) {
            let _ = writeln!(text, "           ?  {address:width$}  {reason}");
        }
    }
    if estimate.emulated > 0 {
        let address = estimate.emulator.as_deref().unwrap_or("another provider configuration");
        let _ = writeln!(
            text,
            "  {} resources are made by an emulator ({address}) and cost nothing",
            estimate.emulated
        );
    }
    if estimate.free > 0 {
        let _ = writeln!(text, "  {} resources cost nothing by themselves", estimate.free);
    }
    let total = Total::of(std::slice::from_ref(estimate)).words();
    let _ = writeln!(text, "  a month in {}: {total}\n", sheet.currency);
}
