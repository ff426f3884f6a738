//! `cost`: estimates by list prices.

use crate::support::TestEnv;
use insta::assert_snapshot;

const SHEET: &str = r#"
[assumptions]
s3_gb = 10

[regions.eu-central-1.s3]
source = "an invoice"
date = "2026-05"
prices = { s3_gb = 0.0245 }
"#;

#[test]
fn a_stack_is_estimated_line_by_line() {
    let env = TestEnv::new();
    env.write("own.toml", SHEET);
    let ran = env.run(&["cost", "pages", "alerts", "--prices", "own.toml"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_snapshot!(ran.stdout, @r#"
        alerts in eu-central-1
          not known: 1
                   ?  aws_sns_topic.topic   messages published: the sheet has no price `sns_publishes_million` in eu-central-1
          a month in USD: 0.00 while it exists, 0.00 with the assumed use, plus 1 unknown

        pages in eu-central-1
          by use, as assumed: 0.24
                0.24  aws_s3_bucket.pages   S3 Standard storage: 10 × 0.0245 (s3_gb = 10)
          a month in USD: 0.00 while it exists, 0.24 with the assumed use

        2 stacks, a month in USD: 0.00 while it exists, 0.24 with the assumed use, plus 1 unknown

        list prices in USD, by region, date and page
          eu-central-1  2026-05  s3  an invoice

        left out: taxes, discounts, free tiers, data between zones and to the internet (but CloudFront's), requests of S3, queries of Route 53, storage of logs, snapshots
        "#);
    let table = env.run(&["cost", "pages", "alerts", "--prices", "own.toml", "--markdown"]);
    assert_snapshot!(table.stdout, @r#"
        Cost of a month in USD, by list prices: 0.00 while it exists, 0.24 with the assumed use, plus 1 unknown

        <details><summary><b>alerts</b> in eu-central-1: 0.00 while it exists, 0.00 with the assumed use, plus 1 unknown</summary>

        | not known | why |
        | --- | --- |
        | `aws_sns_topic.topic` | messages published: the sheet has no price `sns_publishes_million` in eu-central-1 |

        </details>

        <details><summary><b>pages</b> in eu-central-1: 0.00 while it exists, 0.24 with the assumed use</summary>

        | by use, as assumed | what | quantity × price | amount |
        | --- | --- | --- | ---: |
        | `aws_s3_bucket.pages` | S3 Standard storage | 10 × 0.0245 (s3_gb = 10) | 0.24 |

        </details>

        <details><summary>Where the prices come from</summary>

        | region | date | service | page |
        | --- | --- | --- | --- |
        | eu-central-1 | 2026-05 | s3 | an invoice |

        </details>

        <sub>left out: taxes, discounts, free tiers, data between zones and to the internet (but CloudFront's), requests of S3, queries of Route 53, storage of logs, snapshots</sub>
        "#);
    let json = env.run(&["cost", "pages", "alerts", "--prices", "own.toml", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let line = &json["stacks"][1]["estimate"]["lines"][0];
    assert_eq!((&line["amount"], &line["region"]), (&0.245.into(), &"eu-central-1".into()));
    let source = serde_json::json!({ "service": "s3", "page": "an invoice", "date": "2026-05" });
    assert_eq!(line["source"], source);
    assert_eq!(json["total"], serde_json::json!({ "fixed": 0.0, "assumed": 0.245, "unknown": 1 }));
}

#[test]
fn a_sheet_with_a_mistake_is_named() {
    let env = TestEnv::new();
    env.write("own.toml", "[assumptions]\ns3_gbs = 10\n");
    let ran = env.run(&["cost", "--prices", "own.toml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_snapshot!(ran.stderr, @r#"
        error: own.toml: nothing depends on the assumption `s3_gbs`
          hint: did you mean `s3_gb`?
        "#);
    let ran = env.run(&["cost", "--prices", "none.toml"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @"error: cannot read none.toml: No such file or directory (os error 2)");
    assert_eq!(env.run(&["cost", "--json", "--markdown"]).code, 2);
    assert_eq!(env.run_as("broken", &["cost"]).code, 1);
}

#[test]
fn prices_for_a_region_that_no_stack_is_in_are_told() {
    let env = TestEnv::new();
    env.write("own.toml", &SHEET.replace("eu-central-1", "eu-central1"));
    let ran = env.run(&["cost", "alerts", "--prices", "own.toml"]);
    assert_eq!(ran.code, 0);
    assert_snapshot!(ran.stderr, @r#"
        warning: own.toml: no stack is in the region `eu-central1`, which has prices
          hint: did you mean `eu-central-1`?
        "#);
}

#[test]
fn a_budget_that_is_not_enough_fails() {
    let env = TestEnv::new();
    env.write("own.toml", SHEET);
    let within = |budget: &str| env.run(&["cost", "pages", "--prices", "own.toml", "--budget", budget]);
    assert_eq!(within("0.25").code, 0);
    let above = within("0.2");
    assert_eq!(above.code, 1);
    assert!(above.stderr.contains("0.24 USD a month is more than the budget of 0.20"), "{}", above.stderr);
    assert_eq!(within("-1").code, 2);
    assert_eq!(within("much").code, 2);
    // What is not known is not nothing.
    let unknown = env.run(&["cost", "pages", "alerts", "--prices", "own.toml", "--budget", "1"]);
    assert_eq!(unknown.code, 0);
    assert!(unknown.stderr.contains("budget: 1 part"), "{}", unknown.stderr);
}

#[test]
fn a_region_without_prices_is_one_line() {
    let env = TestEnv::new();
    let ran = env.run(&["cost", "pages", "alerts"]);
    assert_eq!(
        ran.stdout.matches("there are no prices of eu-central-1: 1 part\n").count(),
        2,
        "{}",
        ran.stdout
    );
    let diff = env.run(&["diff", "pages", "--cost"]);
    assert!(
        diff.stdout.contains("pages: 0.00 → 0.00 USD a month (+0.00), no prices of eu-central-1"),
        "{}",
        diff.stdout
    );
    let json = env.run(&["diff", "pages", "--cost", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["cost"][0]["regions_without_prices"], serde_json::json!(["eu-central-1"]));
}
