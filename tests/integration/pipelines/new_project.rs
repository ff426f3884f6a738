//! A project that begins with `cargo new`: `pipelines init` makes all that it needs, and every step of a pull request runs.
//!
//! Cargo and terraform are the real ones. A script before cargo brings what the action `cache` would, compiled crates, or
//! every job would compile Formwork anew; `rustup` does nothing, since its toolchain is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::own_cargo::own_variables;
use crate::stand_in::github;
use crate::support::{Ran, TestEnv};
use crate::workflow::read;

const PROGRAM: &str = r#"use std::process::ExitCode;

use formwork::workflows::{Command, Job, Repository, Step, Triggers, Workflow};
use formwork::{App, Program, Raw, Resource};

fn main() -> ExitCode {
    Program::new(build).workflows("store", workflows).run()
}

fn build(app: &mut App) -> formwork::Result {
    app.stack("shop").add("greeting", Raw::new("terraform_data").set("input", "hello"));
    Ok(())
}

fn workflows() -> formwork::Result<Vec<Repository>> {
    let job = Job::new("nightly", "Nightly", 10).step(Step::run("Test", Command::new("make").argument("test")));
    let workflow = Workflow::new("nightly.yml", "Nightly", "Tests.", Triggers::new().schedule("17 3 * * *")).job(job);
    Ok(vec![Repository::new("acme/store").workflow(workflow)])
}

#[test]
fn the_stack_can_be_built() {
    build(&mut App::new()).unwrap();
}
"#;

/// The features of Formwork that the tests of this repository are built with, and what else makes the crates below it the
/// same: those are not compiled once more for the project, and Formwork is not for this one and for those of `formwork new`.
const AS_IN_TESTS: &str = r#"features = ["convert", "default", "delivery", "hcl", "migrations", "page"] }
serde-saphyr = "2"

[features]
pipelines = ["formwork/pipelines"]
"#;

/// Where this repository is.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Where this test was compiled to.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// The profile of this repository, for projects elsewhere: with another one, everything would be compiled once more.
fn profile(env: &TestEnv) -> PathBuf {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, profile) = manifest.split_once("[profile.dev]").unwrap();
    env.write("profile.toml", &format!("[profile.dev]{profile}"));
    env.path("profile.toml")
}

/// Runs cargo in a folder, with what is on this machine.
fn cargo(env: &TestEnv, folder: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO"));
    command.arg("--config").arg(profile(env)).args(arguments).current_dir(env.path(folder));
    command.env("CARGO_TARGET_DIR", target()).env("CARGO_NET_OFFLINE", "true");
    for name in own_variables() {
        command.env_remove(name);
    }
    env.finish(command)
}

/// The same, for what must work.
fn does(env: &TestEnv, folder: &str, arguments: &[&str]) -> Ran {
    let ran = cargo(env, folder, arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    ran
}

/// A project of one stack that takes Formwork from a folder, as `cargo new` and its user have made it.
fn project(env: &TestEnv) {
    does(env, "", &["new", "--vcs", "git", "--quiet", "store"]);
    let manifest = env.read("store/Cargo.toml");
    env.write("store/Cargo.toml", &format!("{manifest}formwork = {{ path = {:?}, {AS_IN_TESTS}", root()));
    env.write("store/src/main.rs", PROGRAM);
    // The versions that are on this machine.
    fs::copy(root().join("Cargo.lock"), env.path("store/Cargo.lock")).unwrap();
    does(env, "store", &["metadata", "--format-version", "1"]);
}

/// What stands before cargo and rustup in jobs.
fn programs(env: &TestEnv) {
    let cargo = format!(
        "#!/bin/sh\n[ -e target ] || ln -s '{}' target\nunset CARGO_TARGET_DIR {}\nCARGO_NET_OFFLINE=true exec '{}' --config '{}' \"$@\"\n",
        target().display(),
        own_variables().join(" "),
        env!("CARGO"),
        profile(env).display()
    );
    for (name, script) in [("cargo", cargo.as_str()), ("rustup", "#!/bin/sh\n")] {
        env.write(&format!("bin/{name}"), script);
        fs::set_permissions(env.path(&format!("bin/{name}")), PermissionsExt::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_new_project_has_its_pull_requests_checked_planned_and_commented() {
    let env = TestEnv::new();
    project(&env);
    let run = ["run", "--quiet", "--features", "pipelines", "--"];
    let program = |arguments: &[&str]| does(&env, "store", &[&run[..], arguments].concat());
    program(&["pipelines", "render"]);
    program(&["synth", "--out", "snapshots"]);
    let init = program(&["pipelines", "init", "--snapshots", "snapshots"]);
    assert!(init.stderr.contains("GitHub can't build it"), "{}", init.stderr);

    let git = |arguments: &[&str]| env.git(&[&["-C", "store"], arguments].concat()).stdout.trim().to_owned();
    let commit = || {
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    };
    commit();
    git(&["checkout", "--quiet", "-b", "change"]);
    commit();
    let head = git(&["rev-parse", "HEAD"]);
    git(&["checkout", "--quiet", "-"]);
    git(&["merge", "--quiet", "--no-ff", "--message", "x", "change"]);

    let mut github = github(&env);
    github.repository = env.path("store");
    github.kept = None;
    github.event["event_name"] = json!("pull_request");
    github.event["event"]["pull_request"]["head"]["sha"] = json!(head);
    programs(&env);

    let plan = read(&env.path("store/.github/workflows/plan.yml"));
    let made = github.run(&plan, "documents", json!({}));
    assert!(made.succeeded, "{}", made.log);
    for step in ["Build", "Test", "Synthesize", "Check what was reviewed", "Check the workflows"] {
        assert!(made.steps.iter().any(|ran| ran == step), "{step}: {:?}", made.steps);
    }
    for said in ["test the_stack_can_be_built ... ok", "Checked 3 workflows", "Checked 1 file in ."] {
        assert!(made.log.contains(said), "{said}: {}", made.log);
    }
    assert_eq!(made.outputs["base"], git(&["rev-parse", "HEAD^1"]));
    assert!(github.artifact("documents").join("shop/main.tf.json").exists());
    for (job, matrix) in [("tool", json!({})), ("plan", json!({"stack": "shop"})), ("comment", json!({}))] {
        assert!(github.wants(&plan, job), "{job}");
        let ran = github.run(&plan, job, matrix);
        assert!(ran.succeeded, "{job}: {}", ran.log);
        if job == "comment" {
            let comment = fs::read_to_string(ran.folder.join("body.md")).unwrap();
            assert!(comment.contains("terraform_data.greeting"), "{comment}");
        }
    }
}
