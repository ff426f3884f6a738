//! A stack that has another name now: its state comes along.

use serde_json::Value;

use crate::support::{Ran, TestEnv};

/// For real with the states in the folders of the stacks, for real with states elsewhere, and in the sandbox.
const PLACES: [(&str, &str, &[&str]); 3] = [
    ("", "formwork.out/{}/terraform.tfstate", &[]),
    (",shared", "states/{}.tfstate", &[]),
    ("", "formwork.out/.sandbox/{}/terraform.tfstate", &["--sandbox"]),
];

fn run(env: &TestEnv, variant: &str, arguments: &[&str], place: &[&str], code: i32) -> Ran {
    let ran = env.estate(variant, &[arguments, place].concat());
    assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

/// The ids of the objects in a state.
fn objects(env: &TestEnv, path: &str, stack: &str) -> Vec<String> {
    let state: Value = serde_json::from_str(&env.read(&path.replace("{}", stack))).unwrap();
    let managed = state["resources"].as_array().unwrap().iter().filter(|it| it["mode"] == "managed");
    managed.map(|it| it["instances"][0]["attributes"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_state_comes_along_with_a_new_name() {
    for (words, path, place) in PLACES {
        let (env, before, after) = (TestEnv::new(), words.to_owned(), format!("renamed{words}"));
        run(&env, &before, &["apply", "--auto-approve"], place, 0);
        let ids = objects(&env, path, "network");
        // A plan changes nothing, and tells what will be.
        let planned = run(&env, &after, &["plan", "--detailed-exitcode"], place, 2);
        assert!(planned.stderr.contains("net: 0 to add, 0 to change, 0 to destroy"), "{}", planned.stderr);
        assert!(planned.stderr.contains("the state of `network` is taken over"), "{}", planned.stderr);
        assert!(planned.stderr.contains("service: no changes"), "{}", planned.stderr);
        assert!(!planned.stderr.contains("no longer part"), "{}", planned.stderr);
        assert_eq!(objects(&env, path, "network"), ids);
        assert_eq!(run(&env, &after, &["output", "net", "vpc_id"], place, 0).stdout, "vpc-1\n");
        run(&env, &after, &["plan", "--plan-dir", "plans"], place, 0);
        let reviewed = run(&env, &after, &["plan", "--reviewed", "--plan-dir", "plans"], place, 0);
        assert!(reviewed.stderr.contains("the state of `network` is taken over"), "{}", reviewed.stderr);
        let applied = run(&env, &after, &["apply", "--plan-dir", "plans"], place, 0);
        assert!(
            applied.stderr.contains("net: took over the state of network with 1 object"),
            "{}",
            applied.stderr
        );
        assert_eq!(objects(&env, path, "net"), ids);
        assert_eq!(objects(&env, path, "network"), [""; 0]);
        let again = run(&env, &after, &["plan"], place, 0);
        assert_eq!(again.stderr.matches(": no changes").count(), 3, "{}", again.stderr);
        // Who has read it under its former name needs it still.
        let refused = run(&env, &after, &["destroy", "net", "--auto-approve"], place, 1);
        assert!(refused.stderr.contains("service (1 object) reads net"), "{}", refused.stderr);
        run(&env, &after, &["destroy", "--auto-approve"], place, 0);
    }
}

#[test]
fn a_stack_is_destroyed_under_its_new_name() {
    let env = TestEnv::new();
    run(&env, "", &["apply", "--auto-approve"], &[], 0);
    let refused = run(&env, "renamed", &["destroy", "net", "--auto-approve"], &[], 1);
    assert!(refused.stderr.contains("service (1 object) reads net"), "{}", refused.stderr);
    let all = run(&env, "renamed", &["destroy", "--auto-approve"], &[], 0);
    assert!(all.stderr.contains("net: destroyed: 0 added, 0 changed, 1 destroyed"), "{}", all.stderr);
}

#[test]
fn what_was_killed_half_way_is_gone_on_with_and_two_states_are_not_mixed() {
    let env = TestEnv::new();
    run(&env, "shared", &["apply", "--auto-approve"], &[], 0);
    // It was written to its new place, and is still in the old one.
    std::fs::copy(env.path("states/network.tfstate"), env.path("states/net.tfstate")).unwrap();
    run(&env, "renamed,shared", &["apply", "--auto-approve"], &[], 0);
    assert_eq!(objects(&env, PLACES[1].1, "network").len(), 0);
    assert_eq!(objects(&env, PLACES[1].1, "net").len(), 1);
    // Somebody has applied the old program again.
    run(&env, "shared", &["apply", "network", "--auto-approve"], &[], 0);
    for arguments in [&["plan", "net"][..], &["apply", "net", "--auto-approve"]] {
        let refused = run(&env, "renamed,shared", arguments, &[], 1);
        assert!(refused.stderr.contains("there are two states of `net`"), "{}", refused.stderr);
    }
}

#[test]
fn one_name_is_that_of_one_stack() {
    let env = TestEnv::new();
    let ran = run(&env, "both-names", &["synth"], &[], 1);
    assert!(
        ran.stderr.contains("stack `net` was `network` before, and there is a stack `network`"),
        "{}",
        ran.stderr
    );
}
