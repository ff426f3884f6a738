//! A stand-in for GitHub: its events, its command line, and the runs of the workflows that plan.

use std::fs;
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use crate::support::TestEnv;
use crate::workflow::{Github, read};

/// The workflows that `init` writes for the stacks of the runner's program.
pub(super) fn workflows(env: &TestEnv) -> (Json, Json, Json) {
    workflows_with(env, &[])
}

/// The same with further arguments.
pub(super) fn workflows_with(env: &TestEnv, further: &[&str]) -> (Json, Json, Json) {
    let ran = env.pipelines(&[&["pipelines", "init", "--binary", "runner"], further].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rendered = |file: &str| read(&env.path(&format!(".github/workflows/{file}")));
    (rendered("plan.yml"), rendered("apply.yml"), rendered("drift.yml"))
}

pub(super) const HEAD: &str = "1234567890123456789012345678901234567890";
pub(super) const MERGED: &str = "0000000000000000000000000000000000000000";
const STACKS: [&str; 4] = ["app", "data", "island", "network"];

/// The command line of GitHub, which notes what it is asked, and answers from files with the filter that it is given.
const GH: &str = r#"#!/bin/bash
printf '%s\n' "$@" >> "$GH_NOTES"
filter=.
for argument; do
  case $argument in
    repos/*/pulls) file=pulls ;;
    repos/*/pulls\?*) file=open ;;
    repos/*/workflows/*/runs\?*) file=runs ;;
    repos/*/actions/runs/*) file=run ;;
    repos/*/deployments\?*) file=deployments ;;
    repos/*/compare/*) file=compare ;;
  esac
  [ "$previous" = --jq ] && filter=$argument
  previous=$argument
done
[ -z "$file" ] || jq --raw-output "$filter" "$GH_ANSWERS/$file"
"#;

/// The run of the workflow Plan on the last commit of the pull request that was merged.
pub(super) fn plan_run() -> Json {
    json!({
        "id": 7, "run_number": 3, "run_attempt": 1, "path": ".github/workflows/plan.yml", "event": "pull_request",
        "status": "completed", "conclusion": "success", "head_sha": HEAD, "run_started_at": "2026-01-01T10:00:00Z",
        "repository": {"full_name": "acme/shop"}, "head_repository": {"full_name": "acme/shop"},
    })
}

pub(super) fn openssl(arguments: &[&str]) -> String {
    let ran = std::process::Command::new("openssl").args(arguments).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    String::from_utf8(ran.stdout).unwrap()
}

/// GitHub with the program of the repository already built, and a `gh` that answers from files: GitHub itself cannot be
/// had here.
pub(super) fn github(env: &TestEnv) -> Github {
    env.write("repository/README.md", "");
    let mut github = Github::new(&env.path("repository"));
    let program = env.pipelines_command(&[]).get_program().to_owned();
    fs::create_dir_all(github.artifact("tool")).unwrap();
    fs::copy(program, github.artifact("tool").join("runner")).unwrap();
    env.write("bin/gh", GH);
    fs::set_permissions(env.path("bin/gh"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let pull = json!([{
        "number": 3, "merged_at": "2026-01-02T10:00:00Z", "merge_commit_sha": MERGED,
        "base": {"ref": "main"}, "head": {"sha": HEAD},
    }]);
    env.write("answers/pulls", &pull.to_string());
    env.write("answers/runs", &json!({"workflow_runs": [plan_run()]}).to_string());
    env.write("answers/run", &plan_run().to_string());
    env.write("answers/deployments", &json!([{"sha": MERGED}]).to_string());
    env.write("answers/compare", &json!({"status": "behind"}).to_string());
    env.write("gnupg/keep", "");
    fs::set_permissions(env.path("gnupg"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    github.path = vec![env.path("bin")];
    let text = |path: &str| env.path(path).display().to_string();
    github.env = [
        ("FIXTURE", String::new()),
        ("FORMWORK_TEST_PROGRAM", "pipelines".to_owned()),
        ("GH_NOTES", text("notes")),
        ("GH_ANSWERS", text("answers")),
        ("GNUPGHOME", text("gnupg")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    github.kept = Some("formwork.out".to_owned());
    let key = openssl(&["genpkey", "-algorithm", "ed25519"]);
    env.write("signing.pem", &key);
    let public = openssl(&["pkey", "-in", &text("signing.pem"), "-pubout"]);
    let secrets = json!({"PLAN_KEY": "a key with 'quotes'", "PLAN_SIGNING_KEY": key});
    github.given.insert("secrets".to_owned(), secrets);
    github.given.insert("inputs".to_owned(), json!({"run_id": "", "older": ""}));
    let role = "arn:aws:iam::123456789012:role/plan";
    github.given.insert("vars".to_owned(), json!({"AWS_ROLE_ARN": role, "PLAN_PUBLIC_KEY": public}));
    github.event["event"] = json!({"pull_request": {
        "number": 3, "head": {"sha": HEAD, "repo": {"full_name": "acme/shop"}}, "base": {"sha": "b".repeat(40)},
    }});
    github.needs["tool"] = json!({"result": "success", "outputs": {"digest": digest()}});
    github.needs["documents"] = json!({"result": "success", "outputs": {"base": MERGED}});
    github
}

/// The digest of the program, which the job that builds it puts out.
fn digest() -> &'static str {
    static DIGEST: OnceLock<String> = OnceLock::new();
    DIGEST.get_or_init(|| {
        let printed = openssl(&["dgst", "-sha256", "-r", crate::PROGRAMS]);
        printed.split(' ').next().unwrap().to_owned()
    })
}

/// The documents that the program of a pull request makes, as the job `documents` hands them on.
pub(super) fn synthesize(env: &TestEnv, github: &Github, variant: &str) {
    let mut command = env.pipelines_command(&["synth", "--out", "documents"]);
    command.env("FIXTURE", variant);
    let ran = env.finish(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let artifact = github.artifact("documents");
    let _ = fs::remove_dir_all(&artifact);
    crate::workflow::copy(&env.path("documents"), &artifact);
}

/// Plans all stacks, as a pull request does.
pub(super) fn plan_all(env: &TestEnv, github: &mut Github, plan: &Json, variant: &str) {
    synthesize(env, github, variant);
    for stack in STACKS {
        let planned = github.run(plan, "plan", json!({"stack": stack}));
        assert!(planned.succeeded, "{}", planned.log);
        assert!(github.artifact(&format!("sealed-{stack}")).join("plans.sig").exists());
    }
}
