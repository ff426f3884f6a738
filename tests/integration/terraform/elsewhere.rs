//! What was applied on one machine is known on another, where nothing is but the states and what was committed.

use serde_json::json;

use crate::support::{Ran, TestEnv};

fn run(env: &TestEnv, variant: &str, arguments: &[&str], code: i32) -> Ran {
    let ran = env.estate(variant, arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

/// Takes away all that Formwork has written here.
fn forget(env: &TestEnv) {
    std::fs::remove_dir_all(env.path("formwork.out")).unwrap();
}

#[test]
fn what_is_protected_is_known_from_the_state() {
    let env = TestEnv::new();
    run(&env, "precious,shared", &["apply", "--auto-approve"], 0);
    let before = env.read("states/store.tfstate");
    for arguments in [&["plan"][..], &["plan", "--plan-dir", "plans"], &["apply", "--auto-approve"]] {
        forget(&env);
        let ran = run(&env, "precious,shared,gone", arguments, 1);
        let message = "terraform_data.table must not be destroyed";
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(ran.stderr.contains("Removed::keep"), "{}", ran.stderr);
        assert_eq!(env.read("states/store.tfstate"), before);
    }
    // Whoever says so may, and hears of what is not said.
    forget(&env);
    let planned = run(&env, "precious,shared,gone,destroyed", &["plan"], 0);
    let warning = "store / terraform_data.queue is gone: the next apply destroys it";
    assert!(planned.stderr.contains(warning), "{}", planned.stderr);
    assert!(!planned.stderr.contains("terraform_data.table is gone"), "{}", planned.stderr);
    let renamed = run(&env, "precious,shared,gone,destroyed,renamed", &["plan"], 0);
    // This machine has not applied it, but has the document of the plan before.
    assert!(renamed.stderr.contains("terraform_data.queue is gone"), "{}", renamed.stderr);
    assert!(
        renamed.stderr.contains("stack.moved(\"terraform_data.queue\", \"terraform_data.waiting\")"),
        "{}",
        renamed.stderr
    );
    let applied = run(&env, "precious,shared,gone,kept", &["apply", "--auto-approve"], 0);
    assert!(applied.stderr.contains("terraform_data.queue was gone from the program"), "{}", applied.stderr);
    assert!(run(&env, "precious,shared,gone", &["plan"], 0).stderr.contains("store: no changes"));
    // What is protected is no output of the program's.
    run(&env, "precious,shared", &["apply", "--auto-approve"], 0);
    assert_eq!(run(&env, "precious,shared", &["output"], 0).stdout, "");
}

#[test]
fn what_is_still_protected_does_not_hide_what_was() {
    let env = TestEnv::new();
    run(&env, "precious,shared,vault", &["apply", "--auto-approve"], 0);
    forget(&env);
    let refused = run(&env, "precious,shared,vault,gone", &["apply", "--auto-approve"], 1);
    let message = "terraform_data.table must not be destroyed";
    assert!(refused.stderr.contains(message), "{}", refused.stderr);
    // Not by taking everything down either.
    let refused = run(&env, "precious,shared,gone", &["destroy", "--auto-approve"], 1);
    assert!(refused.stderr.contains("must not be destroyed"), "{}", refused.stderr);
    assert!(env.read("states/store.tfstate").contains("\"table\""));
}

#[test]
fn a_retired_stack_is_known_from_what_was_committed() {
    let env = TestEnv::new();
    run(&env, "shared", &["apply", "--auto-approve"], 0);
    env.git(&["init", "--quiet"]);
    let commit = || {
        env.git(&["add", "formwork.out/manifest.json", "formwork.out/*/main.tf.json"]);
        env.git(&["commit", "--quiet", "--message", "x"]);
    };
    commit();
    run(&env, "shared,without-alone", &["synth"], 0);
    env.git(&["rm", "--quiet", "--cached", "formwork.out/alone/main.tf.json"]);
    commit();
    forget(&env);
    env.git(&["checkout", "--quiet", "--", "formwork.out"]);
    let said = "alone is no longer part of the program and has 1 object in its state";
    let planned = run(&env, "shared,without-alone", &["plan"], 0);
    assert!(planned.stderr.contains(said), "{}", planned.stderr);
    let destroyed = run(&env, "shared,without-alone", &["destroy", "alone", "--auto-approve"], 0);
    assert!(
        destroyed.stderr.contains("alone: destroyed: 0 added, 0 changed, 1 destroyed"),
        "{}",
        destroyed.stderr
    );
    let planned = run(&env, "shared,without-alone", &["plan"], 0);
    assert!(!planned.stderr.contains("alone"), "{}", planned.stderr);
}

#[test]
fn what_git_has_lost_of_one_stack_hides_no_other() {
    let env = TestEnv::new();
    run(&env, "shared", &["apply", "--auto-approve"], 0);
    env.git(&["init", "--quiet"]);
    env.git(&["add", "formwork.out/*/main.tf.json"]);
    env.git(&["commit", "--quiet", "--message", "x"]);
    let object = |stack: &str| {
        let of_head = format!("HEAD:formwork.out/{stack}/main.tf.json");
        env.git(&["rev-parse", &of_head]).stdout.trim().to_owned()
    };
    // Of three that are gone, the first in git's order is damaged.
    let lost = object("alone");
    forget(&env);
    std::fs::remove_file(env.path(&format!(".git/objects/{}/{}", &lost[..2], &lost[2..]))).unwrap();
    let planned = run(&env, "precious", &["plan"], 0);
    for stack in ["network", "service"] {
        let said = format!("{stack} is no longer part of the program and has 1 object in its state");
        assert!(planned.stderr.contains(&said), "{}", planned.stderr);
    }
    assert!(!planned.stderr.contains("alone is no longer"), "{}", planned.stderr);
}

#[test]
fn a_plan_that_has_read_a_stranger_is_applied_with_what_it_has_read() {
    let env = TestEnv::new();
    let theirs = |name: &str| {
        let state = json!({
            "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "theirs",
            "outputs": { "name": { "value": name, "type": "string" } }, "resources": [],
        });
        env.write("theirs.tfstate", &state.to_string());
    };
    theirs("one");
    run(&env, "stranger", &["plan", "--plan-dir", "plans"], 0);
    theirs("two");
    let refused = run(&env, "stranger", &["apply", "--plan-dir", "plans"], 1);
    let message = "`a` was planned with another value of output name of stack theirs than there is now";
    assert!(refused.stderr.contains(message), "{}", refused.stderr);
    theirs("one");
    run(&env, "stranger", &["apply", "--plan-dir", "plans"], 0);
}
