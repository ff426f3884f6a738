//! `pipelines`: workflows for any project, rendered and run.

use std::fs;
use std::path::Path;

use crate::support::TestEnv;
use crate::workflow::{Github, read};
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

/// The workflows that `init` writes for the stacks of the runner's program.
fn workflows(env: &TestEnv) -> (Json, Json, Json) {
    let ran = env.runner("", &["pipelines", "init", "--binary", "runner"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rendered = |file: &str| read(&env.path(&format!(".github/workflows/{file}")));
    (rendered("plan.yml"), rendered("apply.yml"), rendered("drift.yml"))
}

/// GitHub with the program of the repository already built, and a `gh` that notes what it is asked and answers from a
/// file: GitHub itself cannot be had here.
fn github(env: &TestEnv, variant: &str) -> Github {
    env.write("repository/README.md", "");
    let mut github = Github::new(&env.path("repository"));
    let runner = env.runner_command("", &[]).get_program().to_owned();
    fs::create_dir_all(github.artifact("tool")).unwrap();
    fs::copy(runner, github.artifact("tool").join("runner")).unwrap();
    env.write("bin/gh", "#!/bin/bash\nprintf '%s\\n' \"$@\" >> \"$GH_NOTES\"\nfor argument; do\n  case $argument in\n    */pulls) cat \"$GH_ANSWERS/pulls\"; exit;;\n    */runs\\?*) cat \"$GH_ANSWERS/run\"; exit;;\n    */runs/*) cat \"$GH_ANSWERS/run\"; exit;;\n  esac\ndone\n");
    fs::set_permissions(env.path("bin/gh"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    env.write("answers/pulls", "1234567890123456789012345678901234567890\n");
    let run = json!({
        "id": 5, "path": ".github/workflows/plan.yml", "conclusion": "success", "event": "pull_request",
        "head_repository": {"full_name": "acme/shop"},
    });
    env.write("answers/run", &run.to_string());
    env.write("gnupg/keep", "");
    fs::set_permissions(env.path("gnupg"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    github.path = vec![env.path("bin")];
    let text = |path: &str| env.path(path).display().to_string();
    github.env = [
        ("FIXTURE", variant.to_owned()),
        ("FORMWORK_TEST_PROGRAM", "runner".to_owned()),
        ("GH_NOTES", text("notes")),
        ("GH_ANSWERS", text("answers")),
        ("GNUPGHOME", text("gnupg")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    github.kept = Some("formwork.out".to_owned());
    github.given.insert("secrets".to_owned(), json!({"PLAN_KEY": "a key with 'quotes'"}));
    github.given.insert("inputs".to_owned(), json!({"run_id": ""}));
    github.given.insert("vars".to_owned(), json!({"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/plan"}));
    github
}

#[test]
fn what_was_reviewed_is_applied_in_waves() {
    let env = TestEnv::new();
    let (plan, apply, drift) = workflows(&env);
    let mut github = github(&env, "");

    // The waves: what needs nothing, then what needs that.
    let stacks = |workflow: &Json, job: &str| workflow["jobs"][job]["strategy"]["matrix"]["stack"].clone();
    assert_eq!(stacks(&apply, "apply-1"), json!(["island", "network"]));
    assert_eq!(stacks(&apply, "apply-2"), json!(["data"]));
    assert_eq!(stacks(&apply, "apply-3"), json!(["app"]));

    let planned = github.run(&plan, "plan", json!({"stack": "network"}));
    assert!(planned.succeeded, "{}", planned.log);
    assert!(github.artifact("sealed-network").join("plans.tar.gpg").exists());
    assert!(planned.summary.contains("network"), "{}", planned.summary);
    assert!(planned.summary.contains("```mermaid\nflowchart LR\n"), "{}", planned.summary);
    let commented = github.run(&plan, "comment", json!({}));
    assert!(commented.succeeded, "{}", commented.log);
    assert!(env.read("notes").contains("body=@body.md"));

    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    assert_eq!(reviewed.outputs, json!({"run_id": "5", "destroying": "0"}));
    // Nothing is destroyed, so that nobody is asked, and the first wave goes.
    assert!(!github.wants(&apply, "approve"));
    github.needs["approve"] = json!({"result": "skipped"});
    github.needs["tool"] = json!({"result": "success"});
    assert!(github.wants(&apply, "apply-1"));
    let applied = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(applied.succeeded, "{}", applied.log);
    assert!(applied.log.contains("network: applied: 2 added"), "{}", applied.log);

    // What was applied has not drifted.
    let drifted = github.run(&drift, "drift", json!({"stack": "network"}));
    assert!(drifted.succeeded, "{}", drifted.log);
    assert!(!drifted.steps.contains(&"Open an issue".to_owned()));

    // A plan that was applied is no plan any more: terraform refuses it.
    let again = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(!again.succeeded, "{}", again.log);
}

#[test]
fn what_destroys_waits_for_somebody() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env, "");
    let first = github.run(&plan, "plan", json!({"stack": "network"}));
    assert!(first.succeeded, "{}", first.log);
    let first = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(first.succeeded, "{}", first.log);

    github.env.insert("FIXTURE".to_owned(), "replaced".to_owned());
    let planned = github.run(&plan, "plan", json!({"stack": "network"}));
    assert!(planned.succeeded, "{}", planned.log);
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.summary.contains("`network`: 1 destroyed"), "{}", reviewed.summary);
    assert!(github.wants(&apply, "approve"));
    github.needs["tool"] = json!({"result": "success"});
    // Waiting, declined, or cancelled: nothing is applied.
    for result in ["failure", "cancelled"] {
        github.needs["approve"] = json!({"result": result});
        assert!(!github.wants(&apply, "apply-1"), "{result}");
    }
    github.needs["approve"] = json!({"result": "success"});
    assert!(github.wants(&apply, "apply-1"));
}

#[test]
fn a_plan_of_somebody_else_is_not_applied() {
    let env = TestEnv::new();
    let (_, apply, _) = workflows(&env);
    let mut github = github(&env, "");
    for (what, run) in [
        (
            "another workflow",
            json!({"id": 5, "path": ".github/workflows/other.yml", "conclusion": "success", "event": "pull_request", "head_repository": {"full_name": "acme/shop"}}),
        ),
        (
            "a fork",
            json!({"id": 5, "path": ".github/workflows/plan.yml", "conclusion": "success", "event": "pull_request", "head_repository": {"full_name": "mallory/shop"}}),
        ),
        (
            "a failed run",
            json!({"id": 5, "path": ".github/workflows/plan.yml", "conclusion": "failure", "event": "pull_request", "head_repository": {"full_name": "acme/shop"}}),
        ),
        ("nothing", json!("")),
    ] {
        env.write("answers/run", &run.to_string());
        let reviewed = github.run(&apply, "reviewed", json!({}));
        assert!(!reviewed.succeeded, "{what}: {}", reviewed.log);
    }
}

#[test]
fn hostile_names_run_nothing() {
    let env = TestEnv::new();
    let (plan, apply, drift) = workflows(&env);
    for workflow in [&plan, &apply, &drift] {
        let jobs = workflow["jobs"].as_object().unwrap().values();
        let steps = jobs.flat_map(|job| job["steps"].as_array().unwrap());
        let pasted = steps.filter(|step| step["run"].as_str().is_some_and(|script| script.contains("${{")));
        assert_eq!(pasted.count(), 0, "{workflow}");
    }
    let mut github = github(&env, "");
    let canary = env.path("canary").display().to_string();
    for attack in hostile(&canary) {
        for key in ["ref", "ref_name", "base_ref", "actor", "workflow"] {
            github.event[key] = json!(attack);
        }
        github.event["event"] =
            json!({"pull_request": {"number": attack, "title": attack, "head": {"ref": attack}}});
        github.given.insert("inputs".to_owned(), json!({"run_id": attack}));
        github.given.insert("secrets".to_owned(), json!({"PLAN_KEY": attack, "SLACK_WEBHOOK_URL": attack}));
        github.needs = json!({"reviewed": {"outputs": {"run_id": attack, "destroying": attack}}});
        for (workflow, job) in [
            (&plan, "plan"),
            (&plan, "comment"),
            (&apply, "reviewed"),
            (&apply, "approve"),
            (&apply, "apply-1"),
            (&drift, "drift"),
        ] {
            // Most of them fail, as they should; none does what the text says.
            github.run(workflow, job, json!({"stack": attack}));
            assert!(!Path::new(&canary).exists(), "{job} ran {attack}");
        }
    }
}

/// Texts that a shell, YAML or GitHub would act on if they got to it.
fn hostile(canary: &str) -> Vec<String> {
    [
        "\"; touch CANARY; \"",
        "'; touch CANARY; '",
        "$(touch CANARY)",
        "`touch CANARY`",
        "a\ntouch CANARY",
        "${{ github.token }}$(touch CANARY)",
        "|| touch CANARY ||",
        "--chdir=$(touch CANARY)",
    ]
    .map(|text| text.replace("CANARY", canary))
    .into()
}

#[test]
fn init_does_not_write_over_what_is_not_its_own() {
    let env = TestEnv::new();
    env.write(".github/workflows/plan.yml", "name: mine\n");
    let ran = env.runner("", &["pipelines", "init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plan.yml is there already, and not Formwork's"), "{}", ran.stderr);
    assert_eq!(env.read(".github/workflows/plan.yml"), "name: mine\n");
    assert_eq!(env.runner("", &["pipelines", "init", "--force"]).code, 0);
    // Again, nothing is to be changed.
    let ran = env.runner("", &["pipelines", "init"]);
    assert!(ran.stderr.contains("3 workflows, of which 0 changed"), "{}", ran.stderr);
}

#[test]
fn a_program_without_workflows_says_so() {
    let ran = TestEnv::new().run(&["pipelines", "render"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("this program has no workflows"), "{}", ran.stderr);
}

#[test]
fn what_is_rendered_is_checked_and_what_differs_is_named() {
    let env = TestEnv::new();
    let pipelines = |arguments: &[&str]| env.runner("", &[&["pipelines"], arguments].concat());
    let missing = pipelines(&["check", "shop"]);
    assert_eq!(missing.code, 1);
    assert_snapshot!(missing.stderr, @"
    error: .github/workflows/ci.yml is missing
    error: .github/workflows/nightly.yml is missing
      hint: run `cargo run --features pipelines -- pipelines render shop` and review the change
    ");
    let rendered = pipelines(&["render"]);
    assert_eq!((rendered.code, rendered.stderr.as_str()), (0, "Rendered 3 files, of which 3 changed\n"));
    let again = pipelines(&["render", "office"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, "Rendered 1 file, of which 0 changed\n"));
    assert_eq!(pipelines(&["check"]).code, 0);

    // Somebody changed one by hand, wrote one of their own, and one was rendered once.
    let text = env.read(".github/workflows/ci.yml");
    env.write(".github/workflows/ci.yml", &text.replace("timeout-minutes: 10", "timeout-minutes: 300"));
    env.write(".github/workflows/mine.yml", "name: mine\n");
    env.write(".github/workflows/old.yml", &text);
    let changed = pipelines(&["check"]);
    assert_eq!(changed.code, 1);
    assert_snapshot!(changed.stderr, @"
    error: .github/workflows/ci.yml is not up to date
    error: .github/workflows/old.yml is no longer part of the program
      hint: run `cargo run --features pipelines -- pipelines render` and review the change
    ");
    // Of one system, the others do not matter.
    assert_eq!(pipelines(&["check", "office"]).code, 0);
    let rendered = pipelines(&["render"]);
    assert!(rendered.stderr.contains("old.yml: removed"), "{}", rendered.stderr);
    assert_eq!(pipelines(&["check"]).code, 0);
    assert_eq!(env.read(".github/workflows/mine.yml"), "name: mine\n");
}

#[test]
fn what_is_not_there_is_wrong_usage() {
    let env = TestEnv::new();
    for (arguments, said) in [
        (&["render", "shopp"][..], "there are no workflows of `shopp`\n  hint: did you mean `shop`?"),
        (&["check", "warehouse"], "hint: there are workflows of shop, office"),
        (
            &["check", "shop", "--out", "nowhere"],
            "there is no folder nowhere\n  hint: `cargo run --features pipelines -- pipelines render shop --out nowhere` makes it",
        ),
        (&["check", "--linters", "nowhere"], "there is no folder nowhere\n  hint: name one with zizmor"),
        (
            &["graph", "shop", "--workflow", "ci.yaml"],
            "there is no workflow `ci.yaml`\n  hint: did you mean `ci.yml`?",
        ),
        (&["render", "shop", "office"], "unexpected argument 'office'"),
    ] {
        let ran = env.runner("", &[&["pipelines"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    // What cannot be written is no wrong usage, and leaves nothing behind.
    env.write("file", "");
    let ran = env.runner("", &["pipelines", "render", "--out", "file"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot write below file"), "{}", ran.stderr);
}
