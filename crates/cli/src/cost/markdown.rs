//! Estimates as tables for a pull request.

use std::fmt::Write as _;

use formwork_review::cost::{Estimate, Line, PriceSheet};

use crate::cost::{LEFT_OUT, Total, joined, sources};

pub(super) fn tables(estimates: &[Estimate], sheet: &PriceSheet) -> String {
    let total = Total::of(estimates).words();
    // Writing to a string does not fail.
    let mut text = format!("Cost of a month in {}, by list prices: {total}\n", sheet.currency);
    for estimate in estimates {
        stack(&mut text, estimate, sheet);
    }
    let sources = sources(estimates);
    if !sources.is_empty() {
        text.push_str("\n<details><summary>Where the prices come from</summary>\n\n| region | date | service | page |\n");
        text.push_str("| --- | --- | --- | --- |\n");
        for source in sources {
            let _ = writeln!(text, "| {} |", source.join(" | "));
        }
        text.push_str("\n</details>\n");
    }
    let _ = writeln!(text, "\n<sub>{LEFT_OUT}</sub>");
    text
}

fn stack(text: &mut String, estimate: &Estimate, sheet: &PriceSheet) {
    let region = estimate.region.as_deref().map(|region| format!(" in {region}")).unwrap_or_default();
    let total = Total::of(std::slice::from_ref(estimate)).words();
    let _ = writeln!(text, "\n<details><summary><b>{}</b>{region}: {total}</summary>", estimate.stack);
    table(text, "while it exists", &joined::lines(estimate, joined::is_fixed), estimate, sheet);
    table(text, "by use, as assumed", &joined::lines(estimate, joined::is_assumed), estimate, sheet);
    if !estimate.unknown.is_empty() {
        text.push_str("\n| not known | why |\n| --- | --- |\n");
        for (region, count) in joined::regions_without_prices(estimate, sheet) {
            let _ = writeln!(text, "| {} | there are no prices of {region} |", joined::parts(count));
        }
        for (address, reason) in joined::unknown(&estimate.unknown, sheet) {
            let _ = writeln!(text, "| `{address}` | {reason} |");
        }
    }
    if estimate.emulated > 0 {
        let _ = writeln!(text, "\n{} resources are made by an emulator and cost nothing.", estimate.emulated);
    }
    text.push_str("\n</details>\n");
}

fn table(text: &mut String, title: &str, lines: &[Line], estimate: &Estimate, sheet: &PriceSheet) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n| {title} | what | quantity × price | amount |\n| --- | --- | --- | ---: |");
    for line in lines {
        let counted = joined::counted(line, estimate, sheet);
        let _ = writeln!(text, "| `{}` | {} | {counted} | {:.2} |", line.address, line.what, line.amount);
    }
}
