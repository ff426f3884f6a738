//! `cost`: estimates by list prices.

mod support;

use insta::assert_snapshot;
use support::TestEnv;

const SHEET: &str = "[assumptions]\ns3_gb = 10\n[regions.eu-central-1]\nsource = \"an invoice\"\n\
                     [regions.eu-central-1.prices]\ns3_gb = 0.0245\n";

#[test]
fn a_stack_is_estimated_line_by_line() {
    let env = TestEnv::new();
    env.write("own.toml", SHEET);
    let ran = env.run(&["cost", "pages", "alerts", "--prices", "own.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stdout, @r#"
        alerts in eu-central-1
                   ?  aws_sns_topic.topic   the sheet has no price `sns_notifications_million` in eu-central-1
          0 resources cost nothing by themselves
          a month: 0.00 while it exists, 0.00 with the assumed use

        pages in eu-central-1
          by use, as assumed: 0.24
                0.24  aws_s3_bucket.pages   S3 Standard storage: 10 × 0.0245 (s3_gb = 10)
          0 resources cost nothing by themselves
          a month: 0.00 while it exists, 0.24 with the assumed use
        "#);
    let table = env.run(&["cost", "pages", "--prices", "own.toml", "--markdown"]);
    assert_snapshot!(table.stdout, @r#"
        Cost of a month in USD, by list prices of 2026-01

        <details><summary><b>pages</b>: 0.00, and 0.24 by use</summary>

        | resource | what | quantity × price | amount |
        | --- | --- | --- | ---: |
        | `aws_s3_bucket.pages` | S3 Standard storage | 10 × 0.0245 (s3_gb = 10) | 0.24 |

        </details>
        "#);
    let json = env.run(&["cost", "pages", "--prices", "own.toml", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["stacks"][0]["estimate"]["lines"][0]["amount"], 0.245);
    assert_eq!((&json["stacks"][0]["fixed"], &json["stacks"][0]["assumed"]), (&0.0.into(), &0.245.into()));
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
