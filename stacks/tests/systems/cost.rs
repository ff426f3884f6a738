//! What documents say of costs is what `cost` says. The table of `docs/cost.md` is about Shtetl's dev environment: each
//! row's sum, and each amount in its words.

use std::collections::{BTreeMap, BTreeSet};

use formwork::cost::{Estimate, PriceSheet};

#[test]
fn shtetl_costs_what_the_guide_says() {
    let synthesized = crate::snapshots::synthesized();
    let stack = synthesized.stacks.iter().find(|stack| stack.name() == "shtetl-dev").expect("there is a dev");
    let sheet = PriceSheet::embedded().expect("the embedded price sheet is valid");
    let estimate = Estimate::of(stack, &sheet).expect("the stack has no mistakes");
    assert_eq!(estimate.unknown, []);

    // By type, and of that by what is paid for.
    let mut amounts: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for line in &estimate.lines {
        let type_name = line.address.split('.').next().unwrap_or_default();
        *amounts.entry(type_name).or_default().entry(&line.what).or_default() += line.amount;
    }
    let guide = include_str!("../../../docs/cost.md");
    let (fixed, all) = (estimate.fixed(), estimate.fixed() + estimate.assumed());
    let sentence = format!("says {fixed:.2} while it exists, and {all:.2} with the assumed\nuse");
    assert!(guide.contains(&sentence), "docs/cost.md does not say: {sentence}");

    let mut told = BTreeSet::new();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let types: Vec<&str> = cells[0].split('`').filter(|part| part.starts_with("aws_")).collect();
        if types.is_empty() {
            continue;
        }
        let parts = types.iter().filter_map(|name| amounts.get(name)).flat_map(BTreeMap::values);
        let sum = format!("{:.2}", parts.clone().sum::<f64>());
        let [.., words] = cells[..] else { panic!("a row has cells: {row}") };
        assert!(row.contains(&format!(" {sum} | ")), "{row}: the estimate is {sum}");
        let parts: Vec<String> = parts.map(|amount| format!("{amount:.2}")).collect();
        for amount in
            words.split_whitespace().filter(|word| word.parse::<f64>().is_ok() && word.contains('.'))
        {
            assert!(parts.iter().any(|part| part == amount), "{row}: {amount} is none of {parts:?}");
        }
        told.extend(types);
    }
    assert_eq!(told, amounts.into_keys().collect(), "each type has a row");
    assert!(guide.contains(&format!("| **total** | **61** | **{all:.2}** |")), "the total is {all:.2}");
}

#[test]
fn environments_of_the_scheduler_cost_what_their_page_says() {
    let synthesized = crate::snapshots::synthesized();
    let sheet = PriceSheet::embedded().expect("the embedded price sheet is valid");
    let page = include_str!("../../../docs/systems/scheduler.md");
    for environment in ["dev", "staging", "production"] {
        let prefix = format!("scheduler-{environment}-");
        let stacks = synthesized.stacks.iter().filter(|stack| stack.name().starts_with(&prefix));
        let amounts: Vec<(bool, f64)> = stacks
            .map(|stack| {
                let estimate = Estimate::of(stack, &sheet).expect("the stack has no mistakes");
                (stack.name().ends_with("-database"), estimate.fixed() + estimate.assumed())
            })
            .collect();
        let all: f64 = amounts.iter().map(|(_, amount)| amount).sum();
        let database: f64 =
            amounts.iter().filter(|(is_database, _)| *is_database).map(|(_, amount)| amount).sum();
        let figures = format!("| {all:.0} | {database:.0} |");
        let row =
            page.lines().find(|line| line.starts_with(&format!("| {environment} | ")) && line.contains("00"));
        let row = row.expect("the page has a row for each environment");
        assert!(row.ends_with(&figures), "{row}: the estimate is {figures}");
    }
}
