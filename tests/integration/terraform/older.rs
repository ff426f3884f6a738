//! A commit that is older than what was applied does not take that back: the state says which commit that was.

use std::process::Command;

use crate::support::{Ran, TestEnv};

/// Runs the program as it is at a commit that has these words.
fn run(env: &TestEnv, variant: &str, arguments: &[&str], code: i32) -> Ran {
    let ran = env.estate(variant, arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran
}

/// Commits, long ago, and gives back the commit's name.
fn commit(env: &TestEnv, day: u32) -> String {
    let mut command = Command::new("git");
    command.args(["commit", "--quiet", "--allow-empty", "--message", "x"]).current_dir(env.path(""));
    command.env("GIT_COMMITTER_DATE", format!("2026-01-{day:02}T00:00:00Z"));
    let ran = env.finish(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    env.git(&["rev-parse", "HEAD"]).stdout.trim().to_owned()
}

const OLD: &str = "precious,shared";
const NEW: &str = "precious,shared,renamed";
const STATE: &str = "states/store.tfstate";
const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// A program of which a commit was applied, and one after it: the names of both.
fn applied() -> (TestEnv, String, String) {
    let env = TestEnv::new();
    env.git(&["init", "--quiet"]);
    let old = commit(&env, 1);
    run(&env, OLD, &APPLY, 0);
    let new = commit(&env, 2);
    run(&env, NEW, &APPLY, 0);
    (env, old, new)
}

/// Goes to a commit, on a machine that has neither documents nor what terraform keeps beside them.
fn go(env: &TestEnv, commit: &str) {
    env.git(&["checkout", "--quiet", "--detach", commit]);
    let _ = std::fs::remove_dir_all(env.path("formwork.out"));
}

#[test]
fn an_ancestor_of_what_was_applied_is_refused_unless_it_is_meant() {
    let (env, old, new) = applied();
    let before = env.read(STATE);
    go(&env, &old);
    let message = format!("commit {} is older than {}, which was applied", &old[..12], &new[..12]);
    for arguments in [&APPLY[..], &["apply", "store", "--auto-approve"]] {
        let refused = run(&env, OLD, arguments, 1);
        assert!(refused.stderr.contains(&message), "{}", refused.stderr);
        assert!(refused.stderr.contains("`--older` applies it all the same"), "{}", refused.stderr);
        assert_eq!(env.read(STATE), before);
    }
    // A plan says what would become of it, and is refused when its turn comes.
    let planned = run(&env, OLD, &["plan", "--plan-dir", "plans"], 0);
    assert!(planned.stderr.contains(&message), "{}", planned.stderr);
    let refused = run(&env, OLD, &["apply", "--plan-dir", "plans"], 1);
    assert!(refused.stderr.contains(&message), "{}", refused.stderr);
    assert_eq!(env.read(STATE), before);
    let applied = |arguments: &[&str], older: &str| {
        let mut command = env.estate_command(OLD, arguments);
        command.env("FORMWORK_OLDER", older);
        env.finish(command).code
    };
    assert_eq!(applied(&APPLY, ""), 1);
    assert_eq!(applied(&["apply", "--plan-dir", "plans"], "true"), 0);
    // What comes after it is no older.
    go(&env, &new);
    run(&env, NEW, &APPLY, 0);
    go(&env, &old);
    run(&env, OLD, &[&APPLY[..], &["--older"]].concat(), 0);
    // Whoever destroys says so by the verb.
    go(&env, &new);
    run(&env, NEW, &APPLY, 0);
    go(&env, &old);
    run(&env, "precious,shared,gone,kept", &["destroy", "--auto-approve"], 0);
}

#[test]
fn a_commit_by_itself_changes_nothing() {
    let (env, _, new) = applied();
    let before = env.read(STATE);
    assert!(before.contains(&new));
    commit(&env, 3);
    let planned = run(&env, NEW, &["plan", "--detailed-exitcode", "--plan-dir", "plans"], 0);
    assert!(planned.stderr.contains("store: no changes"), "{}", planned.stderr);
    assert!(!planned.stdout.contains("formwork_commit"), "{}", planned.stdout);
    for arguments in [&APPLY[..], &["apply", "--plan-dir", "plans"], &["drift"]] {
        run(&env, NEW, arguments, 0);
    }
    assert_eq!(env.read(STATE), before);
    assert_eq!(run(&env, NEW, &["output"], 0).stdout, "");
    // With something else it is in the plan, and neither shown nor counted.
    let planned = run(&env, OLD, &["plan"], 0);
    assert!(!planned.stdout.contains("formwork_commit"), "{}", planned.stdout);
    // A plan of one commit is applied at another, as that of a pull request is at its merge.
    let planned = run(&env, OLD, &["plan", "--plan-dir", "plans"], 0);
    assert!(planned.stderr.contains("1 to destroy"), "{}", planned.stderr);
    commit(&env, 4);
    run(&env, OLD, &["apply", "--plan-dir", "plans"], 0);
    assert!(!env.path("formwork.out/store/formwork_commit.tf.json").exists());
    // Where nothing says which commit this is, the last one is known as before.
    std::fs::remove_dir_all(env.path(".git")).unwrap();
    let planned = run(&env, OLD, &["plan"], 0);
    assert!(planned.stderr.contains("store: no changes"), "{}", planned.stderr);
}

#[test]
fn where_git_has_not_both_commits_the_time_counts() {
    let (env, old, _) = applied();
    let as_commit = |name: &str, variant: &str, arguments: &[&str]| {
        let mut command = env.estate_command(variant, arguments);
        command.env("FORMWORK_COMMIT", name);
        env.finish(command)
    };
    let merged = "0123456789abcdef0123456789abcdef01234567";
    let applied = as_commit(merged, OLD, &APPLY);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    let refused = run(&env, NEW, &APPLY, 1);
    assert!(refused.stderr.contains("is older than 0123456789ab, which was applied"), "{}", refused.stderr);
    assert_eq!(as_commit(&old, NEW, &APPLY).code, 1);
    assert_eq!(as_commit("89abcdef0123", NEW, &APPLY).code, 0);
    let wrong = as_commit("main", NEW, &APPLY);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("FORMWORK_COMMIT does not name a commit"), "{}", wrong.stderr);
}
