//! What is delivered around documents: assets beside them, warnings of renames, guards, modules for others.

use std::collections::BTreeMap;
use std::process::Command;

use crate::support::TestEnv;
use insta::assert_snapshot;

/// The files in a folder of assets, with their contents.
fn assets(env: &TestEnv, stack: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = env.path(&format!("formwork.out/{stack}/assets"));
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file());
    files
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

fn with_code() -> TestEnv {
    let env = TestEnv::new();
    env.write("code/bootstrap", "#!/bin/sh\n");
    env.write("code/lib/data.txt", &"data ".repeat(10_000));
    env.write("page.html", "<p>hello</p>");
    env
}

/// Runs terraform in a stack's folder, and returns what it printed.
fn terraform(env: &TestEnv, folder: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("terraform");
    command.args(arguments).current_dir(env.path(folder)).env_remove("TF_CLI_CONFIG_FILE");
    let ran = env.finish(command);
    assert_eq!(ran.code, 0, "terraform {arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran.stdout
}

#[test]
fn the_sandbox_has_the_assets_too() {
    let env = with_code();
    // Without a `synth` before: nothing is there yet.
    let ran = env.assets("assets", &["apply", "code", "--sandbox", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let output = env.assets("assets", &["output", "code", "--sandbox", "--json"]);
    assert!(output.stdout.contains("<p>hello</p>"), "{}{}", output.stdout, output.stderr);
}

#[test]
fn assets_are_written_once_and_terraform_finds_them() {
    let env = with_code();
    let ran = env.assets("assets", &["synth"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let first = assets(&env, "code");
    let names: Vec<&str> = first.keys().map(|name| name.rsplit_once('-').unwrap().0).collect();
    assert_eq!(names, ["code", "page"]);
    // What is there is not made again, whatever it holds by now.
    let zip = first.keys().next().unwrap().clone();
    let written =
        || std::fs::metadata(env.path(&format!("formwork.out/code/assets/{zip}"))).unwrap().modified();
    let before = written().unwrap();
    env.assets("assets", &["synth"]);
    assert_eq!(written().unwrap(), before);
    assert_eq!(env.assets("assets", &["synth", "--check"]).code, 0);
    terraform(&env, "formwork.out/code", &["init", "-input=false"]);
    terraform(&env, "formwork.out/code", &["apply", "-auto-approve", "-input=false"]);
    let output = terraform(&env, "formwork.out/code", &["output", "-json"]);
    let output: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(output["page"]["value"], "<p>hello</p>");
    assert_eq!(output["files"]["value"], serde_json::json!(["bootstrap", "lib/data.txt"]));
    // 32 bytes in base64.
    assert_eq!(output["hash"]["value"].as_str().unwrap().len(), 44);
}

#[test]
fn other_content_gives_another_name_and_the_old_one_goes() {
    let env = with_code();
    env.assets("assets", &["synth"]);
    let first = assets(&env, "code");
    env.write("page.html", "<p>bye</p>");
    assert_eq!(env.assets("assets", &["synth", "--check"]).code, 1);
    env.assets("assets", &["synth"]);
    let second = assets(&env, "code");
    assert_eq!(second.len(), 2);
    assert_eq!(first.keys().next(), second.keys().next());
    assert_ne!(first.keys().last(), second.keys().last());
    env.assets("no-assets", &["synth"]);
    assert!(!env.path("formwork.out/code/assets").exists());
}

#[test]
fn an_asset_that_is_too_large_or_missing_says_so() {
    let env = with_code();
    let ran = env.assets("small-limit", &["synth"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("the asset code has "), "{}", ran.stderr);
    assert!(ran.stderr.contains(
        " bytes, more than the 100 that it may have\n  --> tests/integration/programs/assets/mod.rs:"
    ));
    assert!(!env.path("formwork.out/code/main.tf.json").exists());
    std::fs::remove_file(env.path("page.html")).unwrap();
    let ran = env.assets("assets", &["synth"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("the asset page.html cannot be read: "), "{}", ran.stderr);
}

#[test]
fn a_rename_is_warned_about_and_explained() {
    let env = TestEnv::new();
    assert_eq!(env.assets("base", &["synth"]).code, 0);
    let lines = env.assets("renamed", &["moves"]);
    assert_snapshot!(lines.stdout, @r#"
    // shop
    stack.moved_scope("shop", "orders");
    "#);
    let ran = env.assets("renamed", &["synth"]);
    assert_eq!(ran.code, 0);
    assert_snapshot!(ran.stderr, @r#"
    warning: terraform_data.shop_main is gone and terraform_data.orders_main came: the next apply replaces it
      in shop
      hint: if it was renamed, say so: `stack.moved("terraform_data.shop_main", "terraform_data.orders_main")`
    warning: terraform_data.shop_queue is gone and terraform_data.orders_queue came: the next apply replaces it
      in shop
      hint: if it was renamed, say so: `stack.moved("terraform_data.shop_queue", "terraform_data.orders_queue")`
      hint: these lines explain all renames of shop:
        stack.moved_scope("shop", "orders");
      shop: 2 resources, 0 data sources, 0 outputs
    Synthesized 1 stack to formwork.out
    "#);
}

#[test]
fn an_explained_rename_replaces_nothing() {
    let env = TestEnv::new();
    env.assets("base", &["synth"]);
    terraform(&env, "formwork.out/shop", &["init", "-input=false"]);
    terraform(&env, "formwork.out/shop", &["apply", "-auto-approve", "-input=false"]);
    let ran = env.assets("explained", &["synth"]);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    let plan = terraform(&env, "formwork.out/shop", &["plan", "-input=false", "-no-color"]);
    assert!(plan.contains("Plan: 0 to add, 0 to change, 0 to destroy."), "{plan}");
}

#[test]
fn a_broken_rule_fails_synth_until_it_is_waived() {
    let env = TestEnv::new();
    let ran = env.assets("open", &["synth"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("every port is open to 0.0.0.0/0 [open-ingress]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--> tests/integration/programs/assets/mod.rs:"), "{}", ran.stderr);
    assert_eq!(env.assets("waived", &["synth"]).code, 0);
}

#[test]
fn others_call_a_module() {
    let env = TestEnv::new();
    assert_eq!(env.assets("module", &["synth"]).code, 0);
    env.write(
        "caller/main.tf.json",
        r#"{"module": {"one": {"source": "../formwork.out/greeting", "name": "you"}},
            "output": {"text": {"value": "${module.one.text}"}}}"#,
    );
    terraform(&env, "caller", &["init", "-input=false"]);
    terraform(&env, "caller", &["apply", "-auto-approve", "-input=false"]);
    assert_eq!(terraform(&env, "caller", &["output", "-raw", "text"]), "hello you");
}

/// The same program in both notations: terraform takes the HCL as it is laid out, and comes to the same values.
#[test]
fn hcl_says_the_same_as_the_json() {
    let env = TestEnv::new();
    let ran = env.assets("language", &["synth", "--hcl"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    terraform(&env, "formwork.hcl/language", &["fmt", "-check", "-diff"]);
    let mut plans = Vec::new();
    for folder in ["formwork.out/language", "formwork.hcl/language"] {
        terraform(&env, folder, &["init", "-input=false"]);
        terraform(&env, folder, &["validate"]);
        let variable = "-var=a_longer_name=2";
        terraform(&env, folder, &["plan", "-input=false", "-out=plan", variable]);
        let plan = terraform(&env, folder, &["show", "-json", "plan"]);
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        plans.push((plan["planned_values"].clone(), plan["resource_changes"].clone()));
    }
    assert_eq!(plans[0], plans[1]);
    assert!(plans[0].0["outputs"]["text"]["value"].as_str().unwrap().contains("dollar ${x} percent %{y}"));
}
