//! Pull requests that are open while another one is merged: they are planned again, on what is there then.

use serde_json::{Value as Json, json};

use crate::stand_in::{HEAD, github, plan_run, workflows};
use crate::support::TestEnv;

#[test]
fn what_is_open_is_planned_again_after_an_apply() {
    let env = TestEnv::new();
    let (_, apply, _) = workflows(&env);
    let mut github = github(&env);
    let pull = |number: u32, repository: &str| json!({"number": number, "head": {"sha": HEAD, "repo": {"full_name": repository}}});
    env.write("answers/open", &json!([pull(4, "acme/shop"), pull(5, "mallory/shop")]).to_string());
    github.env.insert("PAUSE".to_owned(), "0".to_owned());
    let run = github.run(&apply, "replan", json!({}));
    assert!(run.succeeded && run.log.contains("pull request 4 is planned again"), "{}", run.log);
    assert!(!run.log.contains("pull request 5"), "{}", run.log);
    let asked = env.read("notes");
    assert!(asked.contains("POST\nrepos/acme/shop/actions/runs/7/rerun\n"), "{asked}");
    assert!(!asked.contains("runs/7/cancel"), "{asked}");
    // Whatever became of the apply, unless the run was cancelled.
    let job = &apply["jobs"]["replan"];
    assert_eq!(job["if"], "!cancelled()");
    let needs: Vec<&str> = job["needs"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(needs, ["reviewed", "apply-1", "apply-2", "apply-3"]);

    // One that is being planned began with the branch as it was.
    let mut running = plan_run();
    running["status"] = json!("in_progress");
    env.write("answers/run", &running.to_string());
    github.run(&apply, "replan", json!({}));
    assert!(env.read("notes").contains("POST\nrepos/acme/shop/actions/runs/7/cancel\n"));
    // One that was never planned is left to its author, and nothing open is nothing to do.
    env.write("answers/runs", &json!({"workflow_runs": []}).to_string());
    let run = github.run(&apply, "replan", json!({}));
    assert!(run.succeeded && run.log.contains("was never planned"), "{}", run.log);
    env.write("answers/open", "[]");
    assert!(github.run(&apply, "replan", json!({})).succeeded);
}

#[test]
fn a_run_that_is_started_again_plans_the_branch_as_it_is_now() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let jobs = &plan["jobs"];
    let checkout = &jobs["documents"]["steps"][0]["with"];
    let merged = "${{ github.event_name == 'pull_request' && format('refs/pull/{0}/merge', github.event.pull_request.number) || github.ref }}";
    assert_eq!(checkout["ref"], merged);
    assert_eq!(jobs["tool"]["steps"][0]["with"]["ref"], "${{ github.event.pull_request.base.ref }}");
    // A merge queue waits for the documents, and asks for no plan.
    let mut github = github(&env);
    github.event["event_name"] = json!("merge_group");
    assert!(plan["on"]["merge_group"].is_object() || plan["on"].get("merge_group").is_some());
    assert!(github.wants(&plan, "documents") && !github.wants(&plan, "plan") && !github.wants(&plan, "tool"));
    github.event["event_name"] = json!("pull_request");

    // The commit is the merge of the branch with the very commit that the run is of.
    let mut only: Json = plan.clone();
    only["jobs"]["documents"]["steps"].as_array_mut().unwrap().truncate(2);
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["commit", "-q", "--allow-empty", "-m", "base"],
        &["checkout", "-q", "-b", "change"],
        &["commit", "-q", "--allow-empty", "-m", "change"],
        &["checkout", "-q", "main"],
        &["merge", "-q", "--no-ff", "-m", "merge", "change"],
    ] {
        env.git(&[&["-C", "repository"], arguments].concat());
    }
    let commit = |name: &str| env.git(&["-C", "repository", "rev-parse", name]).stdout.trim().to_owned();
    github.event["event"]["pull_request"]["head"]["sha"] = json!(commit("change"));
    let ran = github.run(&only, "documents", json!({}));
    assert!(ran.succeeded, "{}", ran.log);
    assert_eq!(ran.outputs["base"], json!(commit("main^1")));
    github.event["event"]["pull_request"]["head"]["sha"] = json!(HEAD);
    let ran = github.run(&only, "documents", json!({}));
    assert!(!ran.succeeded && ran.log.contains("has another last commit"), "{}", ran.log);
    assert!(!apply["jobs"]["replan"].to_string().contains("contents"), "it needs no source");
}
