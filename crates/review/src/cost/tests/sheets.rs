//! The sheet of the repository, and files that replace parts of it.

use super::*;
use crate::cost::{Given, SheetError, unused};

const OWN: &str = r#"
[assumptions]
log_gb = 7

[regions.us-east-1.contract]
source = "our contract"
date = "2026-05-01"
[regions.us-east-1.contract.prices]
nat_gateway_hour = 0.03
"rds_instance_hour.postgres.db.x9.huge" = 9
"#;

/// A file with one price.
fn file(region: &str, price: &str) -> String {
    format!("[regions.{region}.own]\nsource = \"us\"\ndate = \"2026-05\"\nprices = {{ {price} }}\n")
}

#[test]
fn a_file_of_ones_own_replaces_single_prices_with_their_source_and_date() {
    let mut sheet = PriceSheet::embedded().unwrap();
    let before = sheet.regions["us-east-1"].clone();
    let given = sheet.replace(OWN).unwrap();
    let prices = &sheet.regions["us-east-1"];
    assert_eq!(sheet.assumptions["log_gb"], 7.0);
    let source = &prices["nat_gateway_hour"].source;
    assert_eq!((source.page.as_str(), source.date.to_string().as_str()), ("our contract", "2026-05-01"));
    assert_eq!(prices["nat_gateway_hour"].amount, 0.03);
    assert_eq!(prices["nat_gateway_gb"], before["nat_gateway_gb"], "the rest keeps its date");
    assert_eq!(prices.len(), before.len() + 1);
    let is_new: Vec<bool> = given.iter().map(|given| given.is_new).collect();
    assert_eq!(is_new, [false, true]);
}

#[test]
fn a_sheet_with_mistakes_is_refused_with_the_nearest_name() {
    let refused = |text: &str| PriceSheet::embedded().unwrap().replace(text).unwrap_err();
    let message = |text: &str| refused(text).to_string();
    assert_eq!(
        message("[assumptions]\nlog_gbs = 1\n"),
        "nothing depends on the assumption `log_gbs`\n  hint: did you mean `log_gb`?"
    );
    assert_eq!(
        message(&file("us-east-1", "nat_gateway_hours = 1")),
        "nothing has the price `nat_gateway_hours`\n  hint: did you mean `nat_gateway_hour`?"
    );
    assert_eq!(message("[assumptions]\nlog_gb = -1\n"), "`log_gb` is -1, and must be a number from 0");
    let twice =
        file("us-east-1", "kms_key = 1") + &file("us-east-1", "kms_key = 2").replace(".own", ".other");
    assert_eq!(message(&twice), "`kms_key` in us-east-1 has two prices");
    assert!(matches!(refused("currency = \"EUR\"\n"), SheetError::Currency { .. }));
    assert!(matches!(refused("[region]\n"), SheetError::Syntax(_)));
    assert!(matches!(refused("[assumptions]\nlog_gb = nan\n"), SheetError::Number { .. }));
    let wrong_date = file("us-east-1", "kms_key = 1").replace("2026-05", "May");
    let SheetError::Syntax(cause) = refused(&wrong_date) else { panic!("a date is a month or a day") };
    assert!(cause.to_string().contains("`May` is not a month"), "{cause}");
}

#[test]
fn a_price_that_nothing_takes_is_told_with_the_name_that_is_asked_for() {
    let estimate = estimate(aws("us-east-1"), |stack| {
        let database =
            json!({ "engine": "postgres", "instance_class": "db.x9.huge", "allocated_storage": 9 });
        stack.add("one", resource("aws_db_instance", &database));
    });
    let told = |region: &str, price: &str| {
        let mut sheet = PriceSheet::embedded().unwrap();
        let given: Vec<Given> = sheet.replace(&file(region, price)).unwrap();
        let unused = unused(&given, std::slice::from_ref(&estimate), &sheet);
        unused.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told("us-east-1", "\"rds_instance_hour.postgres.db.x9.huge\" = 1"), [] as [&str; 0]);
    assert_eq!(told("us-east-1", "\"nat_gateway_hour\" = 1"), [] as [&str; 0], "the sheet has it");
    let expected = "nothing in us-east-1 has the price `rds_instance_hour.db.x9.huge`\n  \
                    hint: did you mean `rds_instance_hour.postgres.db.x9.huge`?";
    assert_eq!(told("us-east-1", "\"rds_instance_hour.db.x9.huge\" = 1"), [expected]);
    let expected =
        "no stack is in the region `us-east1`, which has prices\n  hint: did you mean `us-east-1`?";
    assert_eq!(told("us-east1", "kms_key = 1"), [expected]);
}

/// A key that no code names would be paid for by nobody.
#[test]
fn every_price_and_assumption_of_the_sheet_is_in_use() {
    let code = [
        include_str!("../count/mod.rs"),
        include_str!("../count/api.rs"),
        include_str!("../count/compute.rs"),
        include_str!("../count/containers.rs"),
        include_str!("../count/data.rs"),
        include_str!("../count/messages.rs"),
        include_str!("../count/network.rs"),
        include_str!("../count/observation.rs"),
    ]
    .concat();
    let sheet = PriceSheet::embedded().unwrap();
    let families =
        sheet.regions.values().flat_map(|prices| prices.keys()).map(|name| match name.split_once('.') {
            Some((family, _)) => format!("\"{family}."),
            None => format!("\"{name}\""),
        });
    let assumptions = sheet.assumptions.keys().map(|name| format!("\"{name}\""));
    let idle: Vec<String> = families.chain(assumptions).filter(|name| !code.contains(name)).collect();
    assert!(idle.is_empty(), "{idle:?}");
    assert!(sheet.regions.values().flat_map(|prices| prices.values()).all(|price| {
        price.source.page.starts_with("https://aws.amazon.com/") && price.source.page.ends_with('/')
    }));
}
