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
    assert_snapshot!(ran.stdout, @"");
    let table = env.run(&["cost", "pages", "--prices", "own.toml", "--markdown"]);
    assert_snapshot!(table.stdout, @"");
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
    assert_snapshot!(ran.stderr, @"");
    let ran = env.run(&["cost", "--prices", "none.toml"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @"");
    assert_eq!(env.run(&["cost", "--json", "--markdown"]).code, 2);
    assert_eq!(env.run_as("broken", &["cost"]).code, 1);
}
