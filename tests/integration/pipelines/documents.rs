//! The job that makes the documents of a pull request checks that the workflows are those that the program asks for.

use std::fs;

use serde_json::{Value as Json, json};

use crate::stand_in::{github, workflows_with};
use crate::support::TestEnv;

/// The job without cargo: what it would build is there; the other steps are as they were rendered.
fn built(env: &TestEnv, mut plan: Json) -> Json {
    let program = env.pipelines_command(&[]).get_program().to_string_lossy().into_owned();
    for step in plan["jobs"]["documents"]["steps"].as_array_mut().unwrap() {
        match step["name"].as_str().unwrap() {
            "Install Rust" | "Test" => step["run"] = json!("true"),
            "Build" => step["run"] = json!(format!("mkdir tool; cp {program} tool/runner")),
            _ => {}
        }
    }
    plan
}

#[test]
fn a_pull_request_whose_workflows_are_old_is_refused() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows_with(&env, &["--changed", "--branch", "trunk"]);
    let plan = built(&env, plan);
    let mut github = github(&env);
    crate::workflow::copy(&env.path(".github"), &env.path("repository/.github"));
    github.kept = None;
    let made = github.run(&plan, "documents", json!({}));
    assert!(made.succeeded, "{}", made.log);
    assert!(made.log.contains("Checked 3 workflows"), "{}", made.log);
    // With a stack less, there are others to be written.
    github.env.insert("FIXTURE".to_owned(), "without-subnets".to_owned());
    let stale = github.run(&plan, "documents", json!({}));
    assert!(!stale.succeeded, "{}", stale.log);
    let annotation = "::error file=.github/workflows/plan.yml,line=1";
    for said in ["plan.yml is not as it would be written", annotation] {
        assert!(stale.log.contains(said), "{said}: {}", stale.log);
    }
    // So are those that somebody has changed.
    let path = env.path("repository/.github/workflows/plan.yml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("timeout-minutes: 30", "timeout-minutes: 300")).unwrap();
    github.env.insert("FIXTURE".to_owned(), String::new());
    assert!(!github.run(&plan, "documents", json!({})).succeeded);
}

#[test]
fn workflows_of_the_program_are_checked_too_where_they_are_kept() {
    let env = TestEnv::new();
    // Those of another repository are rendered elsewhere, and nobody asks for them here.
    let (plan, _, _) = workflows_with(&env, &[]);
    assert!(!plan.to_string().contains("pipelines check"), "{plan}");
    assert_eq!(env.pipelines(&["pipelines", "render"]).code, 0);
    let (plan, _, _) = workflows_with(&env, &[]);
    // Neither verb takes the other's for its own.
    for arguments in [&["pipelines", "check"][..], &["pipelines", "init", "--binary", "runner", "--check"]] {
        let ran = env.pipelines(arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let rendered = env.pipelines(&["pipelines", "render"]);
    assert_eq!(rendered.stderr, "Rendered 3 files, of which 0 changed\n");

    let plan = built(&env, plan);
    let mut github = github(&env);
    github.kept = None;
    for folder in [".github", "office"] {
        crate::workflow::copy(&env.path(folder), &env.path(&format!("repository/{folder}")));
    }
    let made = github.run(&plan, "documents", json!({}));
    assert!(made.succeeded && made.log.contains("Checked 3 files in ."), "{}", made.log);
    // Somebody has changed one by hand, and removes another.
    let ci = env.path("repository/.github/workflows/ci.yml");
    let text = fs::read_to_string(&ci).unwrap();
    fs::write(&ci, text.replace("permissions: {}", "permissions: write-all")).unwrap();
    let changed = github.run(&plan, "documents", json!({}));
    assert!(!changed.succeeded, "{}", changed.log);
    let annotation = "::error file=.github/workflows/ci.yml,line=1";
    assert!(changed.log.contains(annotation), "{}", changed.log);
    fs::remove_file(&ci).unwrap();
    let removed = github.run(&plan, "documents", json!({}));
    assert!(!removed.succeeded && removed.log.contains("ci.yml is missing"), "{}", removed.log);
}
