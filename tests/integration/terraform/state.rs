//! `output`, `drift`, `import`, `validate` and `bootstrap`: what is in the states, and where they are.

use crate::support::TestEnv;
use insta::assert_snapshot;
use serde_json::{Value, json};

#[test]
fn outputs_are_read_from_the_states() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    assert_snapshot!(env.runner("", &["output"]).stdout, @r#"
        app.url = "subnets in vpc-1"
        data.endpoint = "in vpc-1"
        island.list = ["a",1]
        island.palm = "a green palm"
        island.secret = (sensitive value)
        network.subnet_ids = "subnets"
        network.vpc_id = "vpc-1"
        "#);
    assert_eq!(env.runner("", &["output", "island", "secret"]).stdout, "hunter2\n");
    let list: Value = serde_json::from_str(&env.runner("", &["output", "island", "list"]).stdout).unwrap();
    assert_eq!(list, json!(["a", 1]));
    let all: Value = serde_json::from_str(&env.runner("", &["output", "--json"]).stdout).unwrap();
    assert_eq!(all["island"]["secret"], json!({"sensitive": true, "type": "string", "value": "hunter2"}));
}

#[test]
fn an_output_that_is_not_there_is_told_from_one_that_nobody_declared() {
    let env = TestEnv::new();
    let ran = env.runner("", &["output", "app", "url"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("hint: `cargo run -- apply app` brings it"), "{}", ran.stderr);
    let ran = env.runner("", &["output", "app", "ulr"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("hint: did you mean `url`?"), "{}", ran.stderr);
    assert_eq!(env.runner("", &["output", "*", "url"]).code, 2);
}

#[test]
fn drift_is_found_and_taken_over() {
    let env = TestEnv::new();
    assert_eq!(env.runner("mirror", &["apply", "--auto-approve"]).code, 0);
    let ran = env.runner("mirror", &["drift"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Seen from the one stack, the other one changed outside.
    assert_eq!(env.runner("mirror,changed", &["apply", "network", "--auto-approve"]).code, 0);
    let ran = env.runner("mirror", &["drift", "app"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stdout, @r#"
        app
              output.mirror: "vpc-1" -> "vpc-2"
        "#);
    assert!(ran.stderr.ends_with("error: drifted: app\n"), "{}", ran.stderr);
    let ran = env.runner("mirror", &["apply", "app", "--refresh-only", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(env.runner("mirror", &["drift", "app"]).code, 0);
}

#[test]
fn what_exists_is_taken_into_a_state() {
    let env = TestEnv::new();
    let ran = env.runner("", &["import", "island", "terraform_data.palm", "palm-1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let plan = env.runner("", &["plan", "island"]).stdout;
    assert!(plan.contains("  ~ terraform_data.palm"), "{plan}");
    let ran = env.runner("", &["import", "island", "terraform_data.plam", "x"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("hint: did you mean `terraform_data.palm`?"), "{}", ran.stderr);
    let ran = env.runner("", &["import", "island", "terraform_data.palm", "palm-2"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("Resource already managed by Terraform"), "{}", ran.stderr);
}

#[test]
fn terraform_checks_documents_without_state_or_credentials() {
    let env = TestEnv::new();
    let ran = env.runner("unreachable", &["validate"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = env.runner("invalid", &["validate", "--json"]);
    assert_eq!(ran.code, 1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let island =
        report["stacks"].as_array().unwrap().iter().find(|stack| stack["stack"] == "island").unwrap();
    assert_eq!(island["status"], "failed");
    assert_eq!(island["diagnostics"][0]["summary"], "Extraneous JSON object property");
}

#[test]
fn a_stack_moves_its_state_to_where_it_belongs() {
    let env = TestEnv::new();
    let bootstrap = || env.runner("backend", &["bootstrap", "island", "--auto-approve"]);
    let ran = bootstrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(env.path("formwork.out/island/kept/island.tfstate").exists());
    assert!(!env.path("formwork.out/island/bootstrap.tfstate").exists());
    let ran = bootstrap();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("island: its state is where it belongs already"), "{}", ran.stderr);
    assert!(env.runner("backend", &["plan", "island"]).stderr.contains("island: no changes"));
}

#[test]
fn a_bootstrap_continues_wherever_it_was_ended() {
    let env = TestEnv::new();
    let island = "formwork.out/island";
    // Applied before it had a backend.
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    let state = env.read(&format!("{island}/terraform.tfstate"));
    let refused = env.runner("backend", &["plan", "island"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("`cargo run -- bootstrap island` moves it"), "{}", refused.stderr);
    let bootstrap = || {
        let ran = env.runner("backend", &["bootstrap", "island", "--auto-approve"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!ran.stderr.contains("created"), "{}", ran.stderr);
        assert!(env.runner("backend", &["plan", "island"]).stderr.contains("island: no changes"));
        assert!(!env.path(&format!("{island}/bootstrap.tfstate")).exists());
    };
    bootstrap();
    // Ended before the state was moved: with the state in the local file, and terraform told to use it.
    std::fs::remove_dir_all(env.path(&format!("{island}/kept"))).unwrap();
    env.write(&format!("{island}/bootstrap.tfstate"), &state);
    let settings = json!({"terraform": {"backend": {"local": {"path": "bootstrap.tfstate"}}}});
    let overriding = format!("{island}/formwork_bootstrap_override.tf.json");
    env.write(&overriding, &settings.to_string());
    let ran = env.runner("backend", &["plan", "island"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("the bootstrap of `island` is not finished"), "{}", ran.stderr);
    bootstrap();
    // Ended after it was moved, before the local file was removed.
    let kept = env.read(&format!("{island}/kept/island.tfstate"));
    env.write(&format!("{island}/bootstrap.tfstate"), &kept);
    bootstrap();
    // Somebody else's state is not written over.
    let other = kept.replacen("\"lineage\": \"", "\"lineage\": \"0", 1).replace("oak", "elm");
    env.write(&format!("{island}/bootstrap.tfstate"), &other);
    let ran = env.runner("backend", &["bootstrap", "island", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("there are two different states of `island`"), "{}", ran.stderr);
}

#[test]
fn the_stack_to_bootstrap_is_the_one_that_makes_its_own_bucket() {
    let ran = TestEnv::new().runner("", &["bootstrap", "--auto-approve"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no stack creates the bucket of its own state"), "{}", ran.stderr);
}

#[test]
fn what_terraform_says_has_the_line_of_its_address() {
    let env = TestEnv::new();
    let ran = env.runner("invalid", &["validate", "island", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found[0]["rule"], "terraform");
    assert!(found[0]["subject"].as_str().unwrap().contains("terraform_data.invalid"), "{found}");
    assert_eq!(found[0]["file"], "tests/integration/programs/runner/mod.rs");
    assert!(found[0]["line"].as_u64().unwrap() > 1);
    let people = env.runner("invalid", &["validate", "island"]);
    assert!(people.stderr.contains("--> tests/integration/programs/runner/mod.rs:"), "{}", people.stderr);
}
