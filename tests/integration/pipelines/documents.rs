//! The job that makes the documents of a pull request checks that the workflows are those that the program asks for.

use std::fs;

use serde_json::json;

use crate::stand_in::{github, workflows_with};
use crate::support::TestEnv;

#[test]
fn a_pull_request_whose_workflows_are_old_is_refused() {
    let env = TestEnv::new();
    let (mut plan, _, _) = workflows_with(&env, &["--changed", "--branch", "trunk"]);
    let mut github = github(&env);
    crate::workflow::copy(&env.path(".github"), &env.path("repository/.github"));
    // What cargo would build is there; the other steps are as they were rendered.
    let program = env.pipelines_command(&[]).get_program().to_string_lossy().into_owned();
    for step in plan["jobs"]["documents"]["steps"].as_array_mut().unwrap() {
        match step["name"].as_str().unwrap() {
            "Install Rust" | "Test" => step["run"] = json!("true"),
            "Build" => step["run"] = json!(format!("mkdir tool; cp {program} tool/runner")),
            _ => {}
        }
    }
    github.kept = None;
    let made = github.run(&plan, "documents", json!({}));
    assert!(made.succeeded, "{}", made.log);
    assert!(made.log.contains("Checked 3 workflows"), "{}", made.log);
    // With a stack less, there are others to be written.
    github.env.insert("FIXTURE".to_owned(), "without-subnets".to_owned());
    let stale = github.run(&plan, "documents", json!({}));
    assert!(!stale.succeeded, "{}", stale.log);
    assert!(stale.log.contains("plan.yml is not as it would be written"), "{}", stale.log);
    // So are those that somebody has changed.
    let path = env.path("repository/.github/workflows/plan.yml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("timeout-minutes: 30", "timeout-minutes: 300")).unwrap();
    github.env.insert("FIXTURE".to_owned(), String::new());
    assert!(!github.run(&plan, "documents", json!({})).succeeded);
}
