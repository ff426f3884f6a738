//! `apply` and `destroy`: the order of the stacks, failures, questions, reviewed plans.

use crate::support::{Ran, TestEnv};
use insta::assert_snapshot;
use serde_json::Value;

/// The lines that say what became of a stack, sorted, since independent stacks end in any order.
fn outcomes(ran: &Ran) -> Vec<&str> {
    let words = ["applied:", "destroyed:", "skipped,", "no changes", "deferred:"];
    let is_outcome = |line: &&str| words.iter().any(|word| line.contains(word));
    let mut lines: Vec<&str> = ran.stderr.lines().filter(is_outcome).collect();
    lines.pop();
    lines.sort_unstable();
    lines
}

fn position(ran: &Ran, line: &str) -> usize {
    ran.stderr.find(line).unwrap_or_else(|| panic!("no `{line}` in {}", ran.stderr))
}

#[test]
fn stacks_are_applied_after_those_they_need_and_destroyed_before_them() {
    let env = TestEnv::new();
    let ran = env.runner("", &["apply", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(position(&ran, "network: applied: 2 added") < position(&ran, "data: planning"));
    assert!(position(&ran, "data: applied: 1 added") < position(&ran, "app: planning"));
    assert!(ran.stderr.ends_with("Done applied: app, data, island, network\n"), "{}", ran.stderr);
    assert_eq!(env.runner("", &["output", "app", "url"]).stdout, "subnets in vpc-1\n");

    let again = env.runner("", &["apply", "--auto-approve"]);
    assert_eq!(again.code, 0);
    assert!(again.stderr.ends_with("Done unchanged: app, data, island, network\n"), "{}", again.stderr);

    let ran = env.runner("", &["destroy", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(position(&ran, "app: destroyed: ") < position(&ran, "data: destroying"));
    assert!(position(&ran, "data: destroyed: ") < position(&ran, "network: destroying"));
    assert_eq!(env.runner("", &["output"]).stdout, "");
}

#[test]
fn a_change_reaches_the_stacks_that_read_it() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    let ran = env.runner("changed", &["apply", "--auto-approve", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let summary: Vec<(&str, &str, u64)> = report["stacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stack| {
            let changed = stack["summary"]["change"].as_u64().unwrap_or_default();
            (stack["stack"].as_str().unwrap(), stack["status"].as_str().unwrap(), changed)
        })
        .collect();
    assert_eq!(
        summary,
        [
            ("app", "applied", 1),
            ("data", "applied", 1),
            ("island", "unchanged", 0),
            ("network", "applied", 1)
        ]
    );
    assert_eq!(env.runner("", &["output", "app", "url"]).stdout, "subnets in vpc-2\n");
}

#[test]
fn a_failure_stops_what_needs_it_and_nothing_else() {
    let env = TestEnv::new();
    let ran = env.runner("failing", &["apply", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        outcomes(&ran),
        [
            "app: skipped, since it needs network",
            "data: skipped, since it needs network",
            "island: applied: 3 added, 0 changed, 0 destroyed",
        ]
    );
    let error = position(&ran, "error: network / terraform_data.broken: local-exec provisioner error\n");
    assert!(ran.stderr[error..].contains("no good"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("error: skipped: app, data; applied: island; failed: network\n"));
    // What failed half-way is continued.
    let ran = env.runner("", &["apply", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("network: applied: 0 added, 0 changed, 1 destroyed"), "{}", ran.stderr);
}

#[test]
fn a_reviewed_plan_is_applied_as_it_is() {
    let env = TestEnv::new();
    let plan = env.runner("", &["plan", "--plan-dir", "plans", "--var", "colour=blue"]);
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    let apply = ["apply", "--plan-dir", "plans", "--var", "colour=blue"];
    let ran = env.runner("", &apply);
    // Two had no plan, and the one that needs the other is not looked at.
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let message = "data / `data` had no plan when it was reviewed: it lacked output vpc_id of stack network";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert_eq!(
        outcomes(&ran),
        [
            "app: skipped, since it needs data",
            "island: applied: 3 added, 0 changed, 0 destroyed",
            "network: applied: 2 added, 0 changed, 0 destroyed",
        ]
    );
    assert_eq!(env.runner("", &["output", "island", "palm"]).stdout, "a blue palm\n");
    // It was for the state before.
    let ran = env.runner("", &apply);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("island / Saved plan is stale"), "{}", ran.stderr);
}

#[test]
fn a_reviewed_plan_to_destroy_is_for_destroy() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "--auto-approve"]).code, 0);
    assert_eq!(env.runner("", &["plan", "--destroy", "--plan-dir", "plans"]).code, 0);
    let ran = env.runner("", &["apply", "island", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("it destroys everything, which is for `destroy`"), "{}", ran.stderr);
    let ran = env.runner("", &["destroy", "--plan-dir", "plans"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(position(&ran, "data: destroyed: ") < position(&ran, "network: destroying"));
    assert_eq!(env.runner("", &["output"]).stdout, "");
}

#[test]
fn a_plan_is_refused_once_anything_changed() {
    let env = TestEnv::new();
    let arguments = ["plan", "island", "--plan-dir", "plans", "--var", "colour=blue"];
    assert_eq!(env.runner("", &arguments).code, 0);
    let refusal = |variant: &str, further: &[&str]| {
        let mut arguments = vec!["apply", "island", "--plan-dir", "plans"];
        arguments.extend(further);
        let ran = env.runner(variant, &arguments);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let line = ran.stderr.lines().find_map(|line| line.split_once("would be applied now: "));
        line.unwrap_or_else(|| panic!("{}", ran.stderr)).1.to_owned()
    };
    let blue = ["--var", "colour=blue"];
    assert_eq!(refusal("felled", &blue), "the document changed since");
    assert_eq!(refusal("", &[]), "variable `colour` was given then, and is not now");
    assert_eq!(refusal("", &["--var", "colour=red"]), "variable `colour` has another value");
    assert_eq!(
        refusal("", &["--var", "colour=blue", "--var", "secret=x"]),
        "variable `secret` was not given then"
    );
    assert_eq!(
        refusal("", &["--sandbox", "--var", "colour=blue"]).split(';').next(),
        Some("it was made with the real providers, not the sandbox ones")
    );
    let record = env.read("plans/island.json");
    assert!(!record.contains("blue"), "{record}");
    env.write("plans/island.json", &record.replace("\"terraform 1.", "\"terraform 0."));
    assert!(refusal("", &blue).starts_with("it was made with terraform 0."));
    env.write("plans/island.json", &record);
    env.write("plans/island.tfplan", "another");
    assert_eq!(refusal("", &blue), "the plan file is another one");
    // A plan that failed leaves no earlier one behind.
    assert_eq!(env.runner("", &["plan", "island", "--plan-dir", "plans", "--target", "?"]).code, 1);
    let ran = env.runner("", &["apply", "island", "--plan-dir", "plans"]);
    assert!(ran.stderr.contains("there is no plan of `island` in plans"), "{}", ran.stderr);
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let env = TestEnv::new();
    for command in ["apply", "destroy", "bootstrap"] {
        let ran = env.runner("", &[command]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("nobody can be asked"), "{}", ran.stderr);
    }
    assert!(!env.path("formwork.out").exists());
}

/// Runs a command on a terminal and types an answer.
fn on_terminal(env: &TestEnv, arguments: &str, answer: &str) -> String {
    let program = env.runner_command("", &[]);
    let line = format!("{} {arguments}", program.get_program().to_string_lossy());
    let mut command = std::process::Command::new("script");
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.current_dir(env.path("")).env_remove("TF_CLI_CONFIG_FILE").env("FIXTURE", "");
    env.write("answer", answer);
    command.stdin(std::fs::File::open(env.path("answer")).expect("it was just written"));
    env.finish(command).stdout
}

#[test]
fn an_apply_on_a_terminal_shows_the_plan_and_asks() {
    let env = TestEnv::new();
    let shown = on_terminal(&env, "apply island", "no\n");
    assert!(shown.contains("terraform_data.palm"), "{shown}");
    assert!(shown.contains("Apply this to island? Only `yes` does it:"), "{shown}");
    assert!(shown.contains("(sensitive value)") && !shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("declined: island"), "{shown}");
    assert_eq!(env.runner("", &["output", "island"]).stdout, "");
    let shown = on_terminal(&env, "apply island", "yes\n");
    assert!(shown.contains("applied: island"), "{shown}");
    assert_eq!(env.runner("", &["output", "island", "palm"]).stdout, "a green palm\n");
}

#[test]
fn guards_hold_for_an_apply_too() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    let ran = env.runner("felled", &["apply", "island", "--auto-approve", "--fail-on", "destroy"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("terraform_data.tree is destroyed: `--fail-on destroy` forbids it"));
    assert!(env.runner("", &["plan", "island"]).stderr.contains("island: no changes"));
}

#[test]
fn simulated_and_real_state_are_apart() {
    let env = TestEnv::new();
    let ran = env.runner("backend", &["apply", "--auto-approve", "--sandbox"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("sandbox: a simulation, nothing here is real\n"), "{}", ran.stderr);
    let ran = env.runner("backend", &["output", "app", "url", "--sandbox"]);
    assert_eq!(ran.stdout, "subnets in vpc-1\n");
    assert!(ran.stderr.contains("sandbox: a simulation"));
    assert!(!env.path("formwork.out/island/kept").exists());
    assert_eq!(env.runner("backend", &["output"]).stdout, "");
    assert!(env.runner("backend", &["plan", "app"]).stderr.contains("app: deferred"));
}

#[test]
fn state_that_could_not_be_saved_is_not_lost() {
    let env = TestEnv::new();
    assert_eq!(env.runner("", &["apply", "island", "--auto-approve"]).code, 0);
    let state = env.read("formwork.out/island/terraform.tfstate");
    env.write("formwork.out/island/errored.tfstate", &state);
    let ran = env.runner("", &["apply", "island", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        island: planning
        error: island / an earlier apply could not save its state: it is in formwork.out/island/errored.tfstate
          hint: save it with `terraform -chdir=formwork.out/island state push errored.tfstate`, delete the file, and run this again
        error: failed: island
        "#);
}
