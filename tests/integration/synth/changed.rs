//! `--changed`: the stacks whose documents changed since a git revision, and those that read them.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Ran, TestEnv};

/// A repository whose branch `main` has a commit with these files of the folder.
fn repository(env: &TestEnv, files: &[&str]) {
    env.git(&["init", "-q", "-b", "main"]);
    env.git(&[&["add", "-f", "--"], files].concat());
    env.git(&["commit", "-q", "-m", "first"]);
}

/// The names of the stacks that are listed.
fn names(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
    let name = |stack: &Value| stack["name"].as_str().unwrap().to_owned();
    listed.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn what_changed_is_listed_with_those_that_read_it() {
    let env = TestEnv::new();
    env.many("stacks=6", &["synth"]);
    repository(&env, &["formwork.out"]);
    let list = |variant: &str, further: &[&str]| {
        env.many(variant, &[&["list", "--json", "--changed", "HEAD"], further].concat())
    };
    let ran = list("stacks=6,changed=3", &[]);
    assert_eq!(names(&ran), ["s0003", "s0004", "s0005"]);
    assert!(
        ran.stderr.contains("(") && ran.stderr.contains("): s0003; reading it: s0004, s0005"),
        "{}",
        ran.stderr
    );
    assert_eq!(names(&list("stacks=6,changed=3", &["--no-dependents"])), ["s0003"]);
    // A pattern limits what changed.
    assert_eq!(names(&list("stacks=6,changed=3", &["--no-dependents", "--", "s0004"])), [""; 0]);
    let nothing = list("stacks=6", &[]);
    assert_eq!((names(&nothing).len(), nothing.stderr.contains("nothing changed since HEAD (")), (0, true));
    // What is new changed, and what is gone is said.
    let ran = list("stacks=7", &[]);
    assert_eq!(names(&ran), ["s0006"]);
    let ran = list("stacks=5", &[]);
    assert!(names(&ran).is_empty(), "{}", ran.stdout);
    assert!(
        ran.stderr.contains(": s0005; if it was applied, `cargo run -- destroy s0005`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_a_revision_it_is_where_the_branch_left_the_main_one() {
    let env = TestEnv::new();
    env.many("stacks=3", &["synth"]);
    repository(&env, &["formwork.out"]);
    env.git(&["checkout", "-q", "-b", "feature"]);
    // The main branch goes on, which is no change of this one.
    env.git(&["checkout", "-q", "main"]);
    env.many("stacks=3,changed=0", &["synth"]);
    env.git(&["commit", "-q", "-a", "-m", "second"]);
    env.git(&["checkout", "-q", "feature"]);
    let ran = env.many("stacks=3,changed=2", &["list", "--changed", "--json"]);
    assert_eq!(names(&ran), ["s0002"]);
    assert!(ran.stderr.contains(", where this branch left main: s0002"), "{}", ran.stderr);
    let wrong = env.many("stacks=3", &["list", "--changed", "nonsense"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("git does not know the revision `nonsense`"), "{}", wrong.stderr);
    let stack = env.many("stacks=3", &["list", "--changed", "s0001"]);
    assert!(
        stack.stderr.contains("hint: `s0001` is a stack: name stacks before `--changed`"),
        "{}",
        stack.stderr
    );
    env.git(&["branch", "-q", "-m", "main", "trunk"]);
    let lost = env.many("stacks=3", &["list", "--changed"]);
    assert_eq!(lost.code, 1);
    assert!(lost.stderr.contains("hint: name a revision: `--changed REVISION`"), "{}", lost.stderr);
    let outside = TestEnv::new().many("", &["list", "--changed"]);
    assert!(outside.stderr.contains("`--changed` needs a git repository"), "{}", outside.stderr);
    assert_eq!(env.many("", &["list", "--no-dependents"]).code, 2);
}

#[test]
fn snapshots_are_as_good_as_documents() {
    let env = TestEnv::new();
    env.many("stacks=2", &["synth"]);
    for stack in ["s0000", "s0001"] {
        let document = env.read(&format!("formwork.out/{stack}/main.tf.json"));
        env.write(&format!("snapshots/{stack}.snap"), &format!("---\nsource: x.rs\n---\n{document}\n"));
    }
    repository(&env, &["snapshots"]);
    let list = |variant: &str| names(&env.many(variant, &["list", "--json", "--changed", "HEAD"]));
    assert!(list("stacks=2").is_empty());
    assert_eq!(list("stacks=2,changed=1"), ["s0001"]);
}

#[test]
fn files_beside_a_document_count_too() {
    let env = TestEnv::new();
    env.write("files/init.sh", "echo first\n");
    env.write("modules/net/main.tf", "# first\n");
    let ran = env.many("in-place", &["synth"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    repository(&env, &["formwork.out", "files", "modules"]);
    let list = || names(&env.many("in-place", &["list", "--json", "--changed", "HEAD"])).len();
    assert_eq!(list(), 0);
    env.write("files/init.sh", "echo second\n");
    assert_eq!(list(), 1);
    env.write("files/init.sh", "echo first\n");
    assert_eq!(list(), 0);
    // Neither does the document say what is in a module, nor which files it has.
    env.write("modules/net/main.tf", "# second\n");
    assert_eq!(list(), 1);
    env.write("modules/net/main.tf", "# first\n");
    env.write("modules/net/more.tf", "");
    assert_eq!(list(), 1);
}

/// The program of the tests behind a package of cargo's: what differs between its commits is what it tells that program.
fn package(env: &TestEnv, variant: &str) {
    env.write("infra/Cargo.toml", "[package]\nname = \"shop-infra\"\nedition = \"2024\"\n\n[workspace]\n");
    let main = r#"use std::os::unix::process::CommandExt;

fn main() {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap();
    let mut command = std::process::Command::new(PROGRAM);
    command.arg0(name).args(arguments).env("FORMWORK_TEST_PROGRAM", "many").env("FIXTURE", VARIANT);
    panic!("{}", command.exec());
}
"#;
    let main = main.replace("PROGRAM)", &format!("{:?})", crate::PROGRAMS));
    env.write("infra/src/main.rs", &main.replace("VARIANT", &format!("{variant:?}")));
}

#[cfg(unix)]
#[test]
fn a_revision_without_documents_is_synthesized_from_its_program() {
    let env = TestEnv::new();
    package(&env, "stacks=3");
    repository(&env, &["infra/Cargo.toml", "infra/src"]);
    package(&env, "stacks=3,changed=2");
    let cargo = |arguments: &[&str]| {
        let mut command = std::process::Command::new("cargo");
        command.args(["run", "--quiet", "--"]).args(arguments).current_dir(env.path("infra"));
        env.finish({
            command.env("CARGO_TARGET_DIR", env.path("target")).env_remove("CARGO_MANIFEST_DIR");
            command
        })
    };
    let ran = cargo(&["list", "--json", "--changed", "HEAD"]);
    assert!(ran.stderr.contains("its program is built and run, in a worktree of its own"), "{}", ran.stderr);
    assert_eq!(names(&ran), ["s0002"]);
    // Nothing of it is left, and the working tree is as it was.
    assert_eq!(env.git(&["worktree", "list"]).stdout.lines().count(), 1);
    assert!(!env.git(&["status", "--short", "--", "infra/src"]).stdout.is_empty());
    let diff = cargo(&["diff", "--against", "HEAD"]);
    assert!(diff.stdout.contains("green beside"), "{}{}", diff.stdout, diff.stderr);
    // A program that was broken then cannot be compared with.
    env.write("infra/src/main.rs", "fn main() { nonsense }\n");
    env.git(&["commit", "-q", "-a", "-m", "broken"]);
    package(&env, "stacks=3");
    let broken = cargo(&["list", "--changed", "HEAD"]);
    assert_eq!(broken.code, 1);
    assert!(broken.stderr.contains("cannot be synthesized as it was at `HEAD`"), "{}", broken.stderr);
    assert!(broken.stderr.contains("nonsense"), "{}", broken.stderr);
}

/// The fastest of three.
fn fastest(run: impl Fn()) -> Duration {
    let once = || {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn a_thousand_stacks_are_listed_as_fast_as_they_are_synthesized() {
    let env = TestEnv::new();
    let run = |arguments: &[&str]| assert_eq!(env.many("stacks=1000,changed=999", arguments).code, 0);
    env.many("stacks=1000", &["synth"]);
    repository(&env, &["formwork.out"]);
    run(&["synth"]);
    let synth = fastest(|| run(&["synth"]));
    let list = fastest(|| run(&["list"]));
    let changed = fastest(|| run(&["list", "--changed", "HEAD"]));
    // The floor of what can be told apart: the start of git's three processes.
    let most = synth * 2 + Duration::from_millis(50);
    assert!(list < most && changed < most, "synth {synth:?}, list {list:?}, changed {changed:?}");
}
