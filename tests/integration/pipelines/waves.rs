//! What was reviewed is applied in waves, and what destroys waits for somebody.

use std::fs;

use serde_json::{Value as Json, json};

use crate::stand_in::{MERGED, github, plan_all, workflows};
use crate::support::TestEnv;

#[test]
fn what_was_reviewed_is_applied_in_waves() {
    let env = TestEnv::new();
    let (plan, apply, drift) = workflows(&env);
    let mut github = github(&env);

    // The waves: what needs nothing, then what needs that.
    let stacks = |workflow: &Json, job: &str| workflow["jobs"][job]["strategy"]["matrix"]["stack"].clone();
    assert_eq!(stacks(&apply, "apply-1"), json!(["island", "network"]));
    assert_eq!(stacks(&apply, "apply-2"), json!(["data"]));
    assert_eq!(stacks(&apply, "apply-3"), json!(["app"]));

    plan_all(&env, &mut github, &plan, "");
    fs::remove_dir_all(github.artifact("report-island")).unwrap();
    let commented = github.run(&plan, "comment", json!({}));
    assert!(commented.succeeded, "{}", commented.log);
    assert!(env.read("notes").contains("body=@body.md"));
    let comment = fs::read_to_string(commented.folder.join("comment.md")).unwrap();
    assert!(comment.contains("| network | 0 | 0 | 0 | 2 |  |\n"), "{comment}");
    assert!(comment.contains("| island | 0 | 0 | 0 | 0 | missing |\n"), "{comment}");
    assert!(comment.contains("+ terraform_data.vpc\n"), "{comment}");

    assert!(
        comment.ends_with(&format!("\nPlanned on {MERGED}. What is merged before it is planned again.\n")),
        "{comment}"
    );

    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    assert_eq!(reviewed.outputs["run_id"], "7");
    assert_eq!(reviewed.outputs["destroying"], "0");
    // Nothing is destroyed, so that nobody is asked, and the first wave goes.
    assert!(!github.wants(&apply, "approve"));
    github.needs["approve"] = json!({"result": "skipped"});
    assert!(github.wants(&apply, "apply-1"));
    let applied = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(applied.succeeded, "{}", applied.log);
    assert!(applied.log.contains("network: applied: 2 added"), "{}", applied.log);
    // A stack that had no plan is not applied, and the workflow is not green.
    let deferred = github.run(&apply, "apply-2", json!({"stack": "data"}));
    assert!(
        !deferred.succeeded && deferred.log.contains("had no plan when it was reviewed"),
        "{}",
        deferred.log
    );

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
    let mut github = github(&env);
    plan_all(&env, &mut github, &plan, "");
    assert!(github.run(&apply, "reviewed", json!({})).succeeded);
    let first = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(first.succeeded, "{}", first.log);

    github.env.insert("FIXTURE".to_owned(), "replaced".to_owned());
    plan_all(&env, &mut github, &plan, "replaced");
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    assert!(
        reviewed.summary.contains("- `network`: `terraform_data.subnets` is replaced\n"),
        "{}",
        reviewed.summary
    );
    assert_eq!(reviewed.outputs["destroying"], "1");
    assert!(github.wants(&apply, "approve"));
    // Waiting, declined, or cancelled: nothing is applied.
    for result in ["failure", "cancelled"] {
        github.needs["approve"] = json!({"result": result});
        assert!(!github.wants(&apply, "apply-1"), "{result}");
    }
    github.needs["approve"] = json!({"result": "success"});
    assert!(github.wants(&apply, "apply-1"));
}
