//! The functions in the repository are those of the terraform binary on the path.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use formwork_bindgen::functions::{FACTS, SOURCE_PATH, facts, source};

fn terraform(arguments: &[&str]) -> String {
    let output = Command::new("terraform")
        .args(arguments)
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .expect("these tests need terraform 1.11 or later on the path: see README.md, \"Prerequisites\"");
    assert!(output.status.success(), "terraform {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn generated_functions_are_what_the_facts_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SOURCE_PATH);
    let found = std::fs::read_to_string(&path).unwrap();
    assert!(
        found == source(FACTS).unwrap(),
        "{SOURCE_PATH} differs: see crates/bindgen/examples/functions.rs"
    );
}

#[test]
fn the_facts_are_those_of_the_terraform_on_the_path() {
    let found = facts("any", &terraform(&["metadata", "functions", "-json"])).unwrap();
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<BTreeSet<_>>();
    let (found, known) = (lines(&found), lines(FACTS));
    let differences: Vec<String> = known
        .difference(&found)
        .map(|line| format!("- {line}"))
        .chain(found.difference(&known).map(|line| format!("+ {line}")))
        .collect();
    assert!(
        differences.is_empty(),
        "{} has other functions than {}:\n{}",
        terraform(&["version"]).lines().next().unwrap_or_default(),
        FACTS.lines().next().unwrap_or_default(),
        differences.join("\n"),
    );
}
