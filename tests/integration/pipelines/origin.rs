//! Where a plan comes from: the run that was reviewed, of the commit that was merged, as it was agreed to.

use serde_json::{Value as Json, json};

use crate::stand_in::{MERGED, github, openssl, plan_all, plan_run, workflows};
use crate::support::TestEnv;
use crate::workflow::Github;

#[test]
fn plans_are_taken_only_from_the_run_that_was_reviewed() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env);
    plan_all(&env, &mut github, &plan, "");
    let good = github.run(&apply, "reviewed", json!({}));
    assert!(good.succeeded, "{}", good.log);
    let with = |changes: &[(&str, Json)]| {
        let mut run = plan_run();
        changes.iter().for_each(|(pointer, value)| *run.pointer_mut(pointer).unwrap() = value.clone());
        run
    };
    for (what, run) in [
        ("another workflow", with(&[("/path", json!(".github/workflows/other.yml"))])),
        ("a fork", with(&[("/head_repository/full_name", json!("mallory/shop"))])),
        ("another repository", with(&[("/repository/full_name", json!("mallory/shop"))])),
        ("another branch", with(&[("/head_sha", json!("9".repeat(40)))])),
        ("by hand", with(&[("/event", json!("workflow_dispatch"))])),
        ("a failed run", with(&[("/conclusion", json!("failure"))])),
        ("a run that goes on", with(&[("/status", json!("in_progress"))])),
        ("an attempt after the merge", with(&[("/run_started_at", json!("2026-01-02T11:00:00Z"))])),
    ] {
        env.write("answers/run", &run.to_string());
        env.write("answers/runs", &json!({"workflow_runs": [run]}).to_string());
        // Found, and named by a person.
        for run_id in ["", "7"] {
            github.given.insert("inputs".to_owned(), json!({"run_id": run_id, "older": ""}));
            let reviewed = github.run(&apply, "reviewed", json!({}));
            assert!(!reviewed.succeeded, "{what}: {}", reviewed.log);
            assert!(reviewed.log.contains("has no run that succeeded"), "{what}: {}", reviewed.log);
        }
    }
    github.given.insert("inputs".to_owned(), json!({"run_id": "", "older": ""}));
    env.write("answers/runs", &json!({"workflow_runs": [plan_run()]}).to_string());
    // A commit that no pull request was merged as, such as a push to the branch.
    env.write("answers/pulls", "[]");
    let pushed = github.run(&apply, "reviewed", json!({}));
    assert!(!pushed.succeeded && pushed.log.contains("no pull request was merged"), "{}", pushed.log);
}

#[test]
fn an_older_commit_does_not_come_back_unless_it_is_meant() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env);
    plan_all(&env, &mut github, &plan, "");
    env.write("answers/deployments", &json!([{"sha": "c".repeat(40)}, {"sha": MERGED}]).to_string());
    env.write("answers/compare", &json!({"status": "ahead"}).to_string());
    let old = github.run(&apply, "reviewed", json!({}));
    assert!(!old.succeeded && old.log.contains("which comes after this commit"), "{}", old.log);
    github.given.insert("inputs".to_owned(), json!({"run_id": "", "older": "true"}));
    let meant = github.run(&apply, "reviewed", json!({}));
    assert!(meant.succeeded, "{}", meant.log);
}

#[test]
fn what_was_agreed_to_cannot_be_swapped() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env);
    plan_all(&env, &mut github, &plan, "");
    assert!(github.run(&apply, "reviewed", json!({})).succeeded);
    let refused = |github: &mut Github, said: &str| {
        let ran = github.run(&apply, "apply-1", json!({"stack": "network"}));
        assert!(!ran.succeeded && ran.log.contains(said), "{said}: {}", ran.log);
        assert!(!ran.log.contains("applied:"), "{said}: {}", ran.log);
    };
    let sealed = github.artifact("sealed-network");
    let keep = env.path("honest");
    crate::workflow::copy(&sealed, &keep);
    // The run is run again: its artifacts are other ones, of another attempt, or of a job of the same one.
    github.event["run_attempt"] = json!("2");
    assert!(github.run(&plan, "plan", json!({"stack": "network"})).succeeded);
    refused(&mut github, "not made by the reviewed run, or not by the attempt that was reviewed");
    github.event["run_attempt"] = json!("1");
    assert!(github.run(&plan, "plan", json!({"stack": "network"})).succeeded);
    refused(&mut github, "is not the one that was agreed to");
    // The plan of another stack, and one that was signed by somebody else.
    crate::workflow::copy(&github.artifact("sealed-island"), &sealed);
    refused(&mut github, "not made by the reviewed run");
    let honest = github.given["secrets"].clone();
    let theirs = openssl(&["genpkey", "-algorithm", "ed25519"]);
    let secrets = json!({"PLAN_KEY": honest["PLAN_KEY"], "PLAN_SIGNING_KEY": theirs});
    github.given.insert("secrets".to_owned(), secrets);
    assert!(github.run(&plan, "plan", json!({"stack": "network"})).succeeded);
    refused(&mut github, "not made by the reviewed run");
    github.given.insert("secrets".to_owned(), honest);
    crate::workflow::copy(&keep, &sealed);
    let ran = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(ran.succeeded, "{}", ran.log);
}
