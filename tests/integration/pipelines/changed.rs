//! Only what a pull request changes is planned and applied.

use std::fs;

use serde_json::{Value as Json, json};

use crate::stand_in::{github, synthesize, workflows_with};
use crate::support::TestEnv;
use crate::workflow::Github;

/// Plans what a pull request changes, as its matrix says.
fn plan_changed(env: &TestEnv, github: &mut Github, plan: &Json, variant: &str) -> Vec<String> {
    synthesize(env, github, variant);
    let after = std::mem::replace(&mut github.event["event_name"], json!("pull_request"));
    let changed = github.run(plan, "changed", json!({}));
    assert!(changed.succeeded, "{}", changed.log);
    assert_eq!(changed.outputs["plan"], changed.outputs["stacks"]);
    let stacks: Vec<String> = serde_json::from_str(changed.outputs["plan"].as_str().unwrap()).unwrap();
    assert_eq!(github.wants(plan, "plan"), !stacks.is_empty());
    for stack in &stacks {
        let planned = github.run(plan, "plan", json!({"stack": stack}));
        assert!(planned.succeeded, "{}", planned.log);
    }
    github.event["event_name"] = after;
    stacks
}

/// A repository all of whose stacks are applied.
fn applied(env: &TestEnv) -> (Json, Json, Github) {
    let (plan, apply, _) = workflows_with(env, &["--changed"]);
    let github = github(env);
    let kept = github.kept_folder().display().to_string();
    let ran = env.pipelines(&["apply", "--auto-approve", "--out", &kept]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    (plan, apply, github)
}

#[test]
fn what_a_pull_request_changes_is_planned_and_applied_and_nothing_else() {
    let env = TestEnv::new();
    let (plan, apply, mut github) = applied(&env);
    let matrix = &plan["jobs"]["plan"]["strategy"]["matrix"]["stack"];
    assert_eq!(matrix, "${{ fromJSON(needs.changed.outputs.plan) }}");
    assert_eq!(plan_changed(&env, &mut github, &plan, "felled"), ["island"]);
    let commented = github.run(&plan, "comment", json!({}));
    assert!(commented.succeeded, "{}", commented.log);
    let comment = fs::read_to_string(commented.folder.join("comment.md")).unwrap();
    assert!(comment.contains("| island | 0 | 1 | 0 | 0 |") && !comment.contains("network"), "{comment}");

    // It is merged.
    github.env.insert("FIXTURE".to_owned(), "felled".to_owned());
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    assert_eq!(reviewed.outputs["apply-1"], r#"["island"]"#);
    assert_eq!((&reviewed.outputs["apply-2"], &reviewed.outputs["apply-3"]), (&json!("[]"), &json!("[]")));
    assert!(
        reviewed.summary.contains("- `island`: `terraform_data.tree` is destroyed"),
        "{}",
        reviewed.summary
    );
    assert!(github.wants(&apply, "approve"));
    github.needs["approve"] = json!({"result": "success"});
    assert!(github.wants(&apply, "apply-1"));
    let applied = github.run(&apply, "apply-1", json!({"stack": "island"}));
    assert!(applied.succeeded, "{}", applied.log);
    assert!(applied.log.contains("island: applied: 0 added, 0 changed, 1 destroyed"), "{}", applied.log);
    // There is nothing in the waves behind it.
    assert!(!github.wants(&apply, "apply-2") && !github.wants(&apply, "apply-3"));
}

#[test]
fn what_reads_a_stack_that_changes_goes_after_it() {
    let env = TestEnv::new();
    let (plan, apply, mut github) = applied(&env);
    assert_eq!(plan_changed(&env, &mut github, &plan, "replaced"), ["network", "data", "app"]);
    github.env.insert("FIXTURE".to_owned(), "replaced".to_owned());
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    assert_eq!(reviewed.outputs["apply-1"], r#"["network"]"#);
    assert_eq!(reviewed.outputs["apply-3"], r#"["app"]"#);
    github.needs["approve"] = json!({"result": "success"});
    for (first, wants) in [("success", true), ("skipped", true), ("failure", false), ("cancelled", false)] {
        github.needs["apply-1"] = json!({"result": first});
        assert_eq!(github.wants(&apply, "apply-2"), wants, "{first}");
        // A wave that was skipped since one before it failed is no reason to go on.
        github.needs["apply-2"] = json!({"result": if wants { "success" } else { "skipped" }});
        assert_eq!(github.wants(&apply, "apply-3"), wants, "{first}");
    }
}

#[test]
fn nothing_can_be_taken_out_of_what_was_planned() {
    let env = TestEnv::new();
    let (plan, apply, mut github) = applied(&env);
    assert_eq!(plan_changed(&env, &mut github, &plan, "felled"), ["island"]);
    github.env.insert("FIXTURE".to_owned(), "felled".to_owned());
    let list = github.artifact("planned").join("stacks.json");
    let honest = fs::read_to_string(&list).unwrap();
    fs::write(&list, "[]\n").unwrap();
    let refused = github.run(&apply, "reviewed", json!({}));
    let said = "the list of what was planned was not made by the reviewed run";
    assert!(!refused.succeeded && refused.log.contains(said), "{}", refused.log);
    fs::write(&list, honest).unwrap();
    fs::remove_dir_all(github.artifact("sealed-island")).unwrap();
    let refused = github.run(&apply, "reviewed", json!({}));
    assert!(
        !refused.succeeded && refused.log.contains("island has changed, and has no plan"),
        "{}",
        refused.log
    );
}

#[test]
fn a_pull_request_that_changes_no_stack_has_nothing_to_apply() {
    let env = TestEnv::new();
    let (plan, apply, mut github) = applied(&env);
    assert!(plan_changed(&env, &mut github, &plan, "").is_empty());
    let commented = github.run(&plan, "comment", json!({}));
    assert!(commented.succeeded, "{}", commented.log);
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    assert!(!reviewed.steps.contains(&"Open the plans".to_owned()), "{:?}", reviewed.steps);
    assert!(!github.wants(&apply, "approve"));
    github.needs["approve"] = json!({"result": "skipped"});
    assert!(!github.wants(&apply, "apply-1"));
}
