//! What the workflows of this repository and its systems call must be what this command line takes: every such line is
//! read by bash, and then by the command line. Nothing is run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use clap::Parser;
use formwork_release::smoke::Suite;
use serde_json::Value as Json;

use crate::{Command, CommandLine};

/// Stands for whatever a variable of the environment holds: long enough for a commit, and a number.
const VALUE: &str = "20260102030405";

/// The line of a script that calls the program, with the variables that it takes from the environment.
struct Call {
    file: PathBuf,
    line: String,
    variables: BTreeSet<String>,
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn calls() -> Vec<Call> {
    let pattern = root().join("snapshots/workflows/*/*/.github/workflows/*.yml");
    let files = glob::glob(pattern.to_str().unwrap()).unwrap();
    let mut calls = Vec::new();
    for file in files.map(Result::unwrap) {
        let workflow: Json = serde_saphyr::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let jobs = workflow["jobs"].as_object().unwrap().values();
        for step in jobs.filter_map(|job| job["steps"].as_array()).flatten() {
            let variables: BTreeSet<String> =
                step["env"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            let lines = step["run"].as_str().unwrap_or_default().lines();
            let own = lines.filter(|line| line.starts_with("./tool/"));
            calls.extend(own.map(|line| Call {
                file: file.clone(),
                line: line.to_owned(),
                variables: variables.clone(),
            }));
        }
    }
    calls
}

/// The arguments that bash makes of a line.
fn arguments(call: &Call) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (_, rest) = call.line.split_once(' ').unwrap();
    let script = format!("note() {{ printf '%s\\0' \"$@\" > \"$NOTED\"; }}\nnote {rest}");
    let mut bash = Process::new("bash");
    bash.args(["-eu", "-c", &script]).current_dir(folder.path());
    bash.env("NOTED", folder.path().join("noted")).env("GITHUB_STEP_SUMMARY", folder.path().join("summary"));
    bash.envs(call.variables.iter().map(|name| (name, VALUE)));
    let output = bash.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: `{}`: {stderr}", call.file.display(), call.line);
    let noted = fs::read_to_string(folder.path().join("noted")).unwrap();
    noted.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn workflows_call_what_there_is() {
    let calls = calls();
    let mut verbs = BTreeSet::new();
    let mut wrong = Vec::new();
    for call in &calls {
        let arguments = arguments(call);
        verbs.insert(arguments[0].clone());
        let given = std::iter::once("formwork".to_owned()).chain(arguments);
        if let Err(error) = CommandLine::try_parse_from(given) {
            wrong.push(format!("{}: `{}`: {error}", call.file.display(), call.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // That nothing was found would be no proof.
    let expected = [
        "apply",
        "gate",
        "migrations",
        "output",
        "pipelines",
        "plan",
        "release",
        "smoke",
        "synth",
        "validate",
    ];
    assert_eq!(verbs.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(calls.len() > 100, "{} calls", calls.len());
}

#[test]
fn smoke_tests_that_workflows_name_are_there() {
    let mut files = BTreeSet::new();
    for call in calls() {
        files.extend(arguments(&call).into_iter().filter(|argument| argument.starts_with("smoke/")));
    }
    for file in &files {
        let suite = Suite::read(&root().join(file)).unwrap();
        assert!(!suite.tests.is_empty(), "{file}");
    }
    assert!(files.len() > 4, "{files:?}");
}

/// An option that is no option of a verb is found: what the tests above rely on.
#[test]
fn a_wrong_option_is_found() {
    assert!(
        CommandLine::try_parse_from(["formwork", "gate", "dispatch", "--repository=a/b", "--event=e"])
            .is_ok()
    );
    assert!(
        CommandLine::try_parse_from([
            "formwork",
            "gate",
            "dispatch",
            "--repository=a/b",
            "--event=e",
            "--wait"
        ])
        .is_err()
    );
    let parsed = CommandLine::try_parse_from(["formwork", "release", "status"]).unwrap();
    assert!(matches!(parsed.command, Command::Release(_)));
}
