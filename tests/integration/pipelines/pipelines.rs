//! `pipelines`: workflows for any project, rendered and run.

use std::fs;
use std::path::Path;

use crate::support::TestEnv;
use crate::workflow::{Github, read};
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

/// The workflows that `init` writes for the stacks of the runner's program.
fn workflows(env: &TestEnv) -> (Json, Json, Json) {
    let ran = env.pipelines(&["pipelines", "init", "--binary", "runner"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rendered = |file: &str| read(&env.path(&format!(".github/workflows/{file}")));
    (rendered("plan.yml"), rendered("apply.yml"), rendered("drift.yml"))
}

const HEAD: &str = "1234567890123456789012345678901234567890";
const MERGED: &str = "0000000000000000000000000000000000000000";
const STACKS: [&str; 4] = ["app", "data", "island", "network"];

/// The command line of GitHub, which notes what it is asked, and answers from files with the filter that it is given.
const GH: &str = r#"#!/bin/bash
printf '%s\n' "$@" >> "$GH_NOTES"
filter=.
for argument; do
  case $argument in
    repos/*/pulls) file=pulls ;;
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
fn plan_run() -> Json {
    json!({
        "id": 7, "run_number": 3, "run_attempt": 1, "path": ".github/workflows/plan.yml", "event": "pull_request",
        "status": "completed", "conclusion": "success", "head_sha": HEAD, "run_started_at": "2026-01-01T10:00:00Z",
        "repository": {"full_name": "acme/shop"}, "head_repository": {"full_name": "acme/shop"},
    })
}

fn openssl(arguments: &[&str]) -> String {
    let ran = std::process::Command::new("openssl").args(arguments).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    String::from_utf8(ran.stdout).unwrap()
}

/// GitHub with the program of the repository already built, and a `gh` that answers from files: GitHub itself cannot be
/// had here.
fn github(env: &TestEnv, variant: &str) -> Github {
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
        ("FIXTURE", variant.to_owned()),
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
    github.needs["tool"] = json!({"result": "success"});
    github
}

/// The documents that the program of a pull request makes, as the job `documents` hands them on.
fn synthesize(env: &TestEnv, github: &Github, variant: &str) {
    let mut command = env.pipelines_command(&["synth", "--out", "documents"]);
    command.env("FIXTURE", variant);
    let ran = env.finish(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let artifact = github.artifact("documents");
    let _ = fs::remove_dir_all(&artifact);
    crate::workflow::copy(&env.path("documents"), &artifact);
}

/// Plans all stacks, as a pull request does.
fn plan_all(env: &TestEnv, github: &mut Github, plan: &Json, variant: &str) {
    synthesize(env, github, variant);
    for stack in STACKS {
        let planned = github.run(plan, "plan", json!({"stack": stack}));
        assert!(planned.succeeded, "{}", planned.log);
        assert!(github.artifact(&format!("sealed-{stack}")).join("plans.sig").exists());
    }
}

#[test]
fn what_was_reviewed_is_applied_in_waves() {
    let env = TestEnv::new();
    let (plan, apply, drift) = workflows(&env);
    let mut github = github(&env, "");

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
    let mut github = github(&env, "");
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

#[test]
fn plans_are_taken_only_from_the_run_that_was_reviewed() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env, "");
    plan_all(&env, &mut github, &plan, "");
    let good = github.run(&apply, "reviewed", json!({}));
    assert!(good.succeeded, "{}", good.log);
    let with = |changes: &[(&str, Json)]| {
        let mut run = plan_run();
        changes.iter().for_each(|(pointer, value)| *run.pointer_mut(pointer).unwrap() = value.clone());
        run
    };
    for (what, run) in [
        ("another workflow", with(&[("/path", json!(".github/workflows/other.yml"))])),
        ("a fork", with(&[("/head_repository/full_name", json!("mallory/shop"))])),
        ("another repository", with(&[("/repository/full_name", json!("mallory/shop"))])),
        ("another branch", with(&[("/head_sha", json!("9".repeat(40)))])),
        ("by hand", with(&[("/event", json!("workflow_dispatch"))])),
        ("a failed run", with(&[("/conclusion", json!("failure"))])),
        ("a run that goes on", with(&[("/status", json!("in_progress"))])),
        ("an attempt after the merge", with(&[("/run_started_at", json!("2026-01-02T11:00:00Z"))])),
    ] {
        env.write("answers/run", &run.to_string());
        env.write("answers/runs", &json!({"workflow_runs": [run]}).to_string());
        // Found, and named by a person.
        for run_id in ["", "7"] {
            github.given.insert("inputs".to_owned(), json!({"run_id": run_id, "older": ""}));
            let reviewed = github.run(&apply, "reviewed", json!({}));
            assert!(!reviewed.succeeded, "{what}: {}", reviewed.log);
            assert!(reviewed.log.contains("has no run that succeeded"), "{what}: {}", reviewed.log);
        }
    }
    github.given.insert("inputs".to_owned(), json!({"run_id": "", "older": ""}));
    env.write("answers/runs", &json!({"workflow_runs": [plan_run()]}).to_string());
    // A commit that no pull request was merged as, such as a push to the branch.
    env.write("answers/pulls", "[]");
    let pushed = github.run(&apply, "reviewed", json!({}));
    assert!(!pushed.succeeded && pushed.log.contains("no pull request was merged"), "{}", pushed.log);
}

#[test]
fn an_older_commit_does_not_come_back_unless_it_is_meant() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env, "");
    plan_all(&env, &mut github, &plan, "");
    env.write("answers/deployments", &json!([{"sha": "c".repeat(40)}, {"sha": MERGED}]).to_string());
    env.write("answers/compare", &json!({"status": "ahead"}).to_string());
    let old = github.run(&apply, "reviewed", json!({}));
    assert!(!old.succeeded && old.log.contains("which comes after this commit"), "{}", old.log);
    github.given.insert("inputs".to_owned(), json!({"run_id": "", "older": "true"}));
    let meant = github.run(&apply, "reviewed", json!({}));
    assert!(meant.succeeded, "{}", meant.log);
}

#[test]
fn what_was_agreed_to_cannot_be_swapped() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env, "");
    plan_all(&env, &mut github, &plan, "");
    assert!(github.run(&apply, "reviewed", json!({})).succeeded);
    let refused = |github: &mut Github, said: &str| {
        let ran = github.run(&apply, "apply-1", json!({"stack": "network"}));
        assert!(!ran.succeeded && ran.log.contains(said), "{said}: {}", ran.log);
        assert!(!ran.log.contains("applied:"), "{said}: {}", ran.log);
    };
    let sealed = github.artifact("sealed-network");
    let keep = env.path("honest");
    crate::workflow::copy(&sealed, &keep);
    // The run is run again: its artifacts are other ones, of another attempt, or of a job of the same one.
    github.event["run_attempt"] = json!("2");
    assert!(github.run(&plan, "plan", json!({"stack": "network"})).succeeded);
    refused(&mut github, "not made by the reviewed run, or not by the attempt that was reviewed");
    github.event["run_attempt"] = json!("1");
    assert!(github.run(&plan, "plan", json!({"stack": "network"})).succeeded);
    refused(&mut github, "is not the one that was agreed to");
    // The plan of another stack, and one that was signed by somebody else.
    crate::workflow::copy(&github.artifact("sealed-island"), &sealed);
    refused(&mut github, "not made by the reviewed run");
    let honest = github.given["secrets"].clone();
    let theirs = openssl(&["genpkey", "-algorithm", "ed25519"]);
    let secrets = json!({"PLAN_KEY": honest["PLAN_KEY"], "PLAN_SIGNING_KEY": theirs});
    github.given.insert("secrets".to_owned(), secrets);
    assert!(github.run(&plan, "plan", json!({"stack": "network"})).succeeded);
    refused(&mut github, "not made by the reviewed run");
    github.given.insert("secrets".to_owned(), honest);
    crate::workflow::copy(&keep, &sealed);
    let ran = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(ran.succeeded, "{}", ran.log);
}

#[test]
fn nothing_but_plans_comes_out_of_a_sealed_plan() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env, "");
    plan_all(&env, &mut github, &plan, "");
    // Whoever seals puts a program and links beside the plan.
    let seal = plan["jobs"]["plan"]["steps"].as_array().unwrap().iter();
    let seal =
        seal.filter_map(|step| step["run"].as_str()).find(|script| script.contains("plans.tar")).unwrap();
    let evil = "rm -r tool; mkdir tool; cp /bin/true tool/runner; ln -s /etc/passwd plans/network.lock.hcl.evil\n\
        rm -f plans/network.lock.hcl; ln -s ../stolen plans/network.lock.hcl; echo evil > plans/app.json\n";
    let mut evil_plan = plan.clone();
    let steps = evil_plan["jobs"]["plan"]["steps"].as_array_mut().unwrap();
    let step = steps.iter_mut().find(|step| step["run"].as_str() == Some(seal)).unwrap();
    step["run"] = json!(format!("{evil}{}", seal.replace("plans.tar plans", "plans.tar plans tool")));
    let sealed = github.run(&evil_plan, "plan", json!({"stack": "network"}));
    assert!(sealed.succeeded, "{}", sealed.log);
    github.needs["reviewed"] = json!({"result": "success", "outputs": {
        "run_id": "7", "run_attempt": "1", "head_sha": HEAD, "digests": "",
    }});
    let ran = github.run(&apply, "apply-1", json!({"stack": "network"}));
    assert!(ran.log.contains("network: applied: 2 added"), "the program was replaced: {}", ran.log);
    let mut names: Vec<String> = fs::read_dir(ran.folder.join("plans"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["network.json", "network.lock.hcl", "network.tfplan"]);
    assert!(!ran.folder.join("plans/network.lock.hcl").symlink_metadata().unwrap().is_symlink());
}

#[test]
fn code_of_a_pull_request_has_nothing_beside_it() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows(&env);
    let jobs = &plan["jobs"];
    // The job that runs it may read the repository, and that is all.
    let documents = &jobs["documents"];
    assert_eq!(documents["permissions"], json!({"contents": "read"}));
    assert!(documents["environment"].is_null() && !documents.to_string().contains("secrets."), "{documents}");
    // What runs beside the role is built from the branch, without a cache that the pull request may have written.
    let tool = jobs["tool"].to_string();
    assert!(tool.contains("github.event.pull_request.base.sha") && !tool.contains("actions/cache"), "{tool}");
    // The job with the role has no source of the pull request.
    let with_role = jobs["plan"].to_string();
    assert!(!with_role.contains("actions/checkout"), "{with_role}");
    // A fork gets its documents checked, and nothing that would be red for want of a secret.
    let mut github = github(&env, "");
    github.event["event_name"] = json!("pull_request");
    assert!(github.wants(&plan, "plan") && github.wants(&plan, "comment"));
    github.event["event"]["pull_request"]["head"]["repo"]["full_name"] = json!("mallory/shop");
    for job in ["tool", "plan", "comment"] {
        assert!(!github.wants(&plan, job), "{job}");
    }
    assert!(github.wants(&plan, "documents"));
}

#[test]
fn documents_that_reach_for_a_credential_are_not_planned() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows(&env);
    let mut github = github(&env, "");
    synthesize(&env, &github, "");
    // What the artifact has beside documents is not used: initialized providers, another document, links.
    let artifact = github.artifact("documents");
    fs::create_dir_all(artifact.join("network/.terraform")).unwrap();
    fs::write(artifact.join("network/evil.tf"), "output \"evil\" { value = file(\"/etc/passwd\") }\n")
        .unwrap();
    let planned = github.run(&plan, "plan", json!({"stack": "network"}));
    assert!(planned.succeeded, "{}", planned.log);
    let report = fs::read_to_string(github.artifact("report-network").join("report.json")).unwrap();
    assert!(!report.contains("evil"), "{report}");
    for (variant, said) in [
        ("external", "the provider hashicorp/external may do anything"),
        ("reads-files", "`file` reads files of the machine that plans"),
    ] {
        synthesize(&env, &github, variant);
        let planned = github.run(&plan, "plan", json!({"stack": "network"}));
        assert!(!planned.succeeded && planned.log.contains(said), "{said}: {}", planned.log);
    }
    // A document that is not as `synth` wrote it.
    synthesize(&env, &github, "");
    let path = github.artifact("documents").join("network/main.tf.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("vpc-1", "vpc-3")).unwrap();
    let planned = github.run(&plan, "plan", json!({"stack": "network"}));
    assert!(!planned.succeeded && planned.log.contains("is not as `synth` wrote it"), "{}", planned.log);
}

#[test]
fn hostile_names_run_nothing() {
    let env = TestEnv::new();
    let (plan, apply, drift) = workflows(&env);
    for workflow in [&plan, &apply, &drift] {
        let jobs = workflow["jobs"].as_object().unwrap().values();
        let steps = jobs.flat_map(|job| job["steps"].as_array().unwrap());
        let pasted = steps.filter(|step| step["run"].as_str().is_some_and(|script| script.contains("${{")));
        assert_eq!(pasted.count(), 0, "{workflow}");
    }
    let mut github = github(&env, "");
    let canary = env.path("canary").display().to_string();
    for attack in hostile(&canary) {
        for key in ["ref", "ref_name", "base_ref", "actor", "workflow"] {
            github.event[key] = json!(attack);
        }
        github.event["event"] = json!({"pull_request": {"number": attack, "title": attack, "head": {"ref": attack, "sha": attack}}});
        github.given.insert("inputs".to_owned(), json!({"run_id": attack, "older": attack}));
        let secrets = json!({"PLAN_KEY": attack, "PLAN_SIGNING_KEY": attack, "SLACK_WEBHOOK_URL": attack});
        github.given.insert("secrets".to_owned(), secrets);
        github.needs = json!({"reviewed": {"outputs": {
            "run_id": attack, "run_attempt": attack, "head_sha": attack, "digests": attack, "destroying": attack,
        }}});
        env.write("answers/pulls", &json!([{
            "merged_at": attack, "merge_commit_sha": MERGED, "base": {"ref": attack}, "head": {"sha": attack},
        }]).to_string());
        for (workflow, job) in [
            (&plan, "plan"),
            (&plan, "comment"),
            (&apply, "reviewed"),
            (&apply, "approve"),
            (&apply, "apply-1"),
            (&drift, "drift"),
        ] {
            // Most of them fail, as they should; none does what the text says.
            github.run(workflow, job, json!({"stack": attack}));
            assert!(!Path::new(&canary).exists(), "{job} ran {attack}");
        }
    }
}

/// Texts that a shell, YAML or GitHub would act on if they got to it.
fn hostile(canary: &str) -> Vec<String> {
    [
        "\"; touch CANARY; \"",
        "'; touch CANARY; '",
        "$(touch CANARY)",
        "`touch CANARY`",
        "a\ntouch CANARY",
        "${{ github.token }}$(touch CANARY)",
        "|| touch CANARY ||",
        "--chdir=$(touch CANARY)",
    ]
    .map(|text| text.replace("CANARY", canary))
    .into()
}

#[test]
fn init_does_not_write_over_what_is_not_its_own() {
    let env = TestEnv::new();
    env.write(".github/workflows/plan.yml", "name: mine\n");
    let ran = env.pipelines(&["pipelines", "init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plan.yml is there already, and not Formwork's"), "{}", ran.stderr);
    assert_eq!(env.read(".github/workflows/plan.yml"), "name: mine\n");
    assert_eq!(env.pipelines(&["pipelines", "init", "--force"]).code, 0);
    // Again, nothing is to be changed.
    let ran = env.pipelines(&["pipelines", "init"]);
    assert!(ran.stderr.contains("3 workflows, of which 0 changed"), "{}", ran.stderr);
}

#[test]
fn a_program_without_workflows_says_so() {
    let ran = TestEnv::new().run(&["pipelines", "render"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("this program has no workflows"), "{}", ran.stderr);
}

#[test]
fn what_is_rendered_is_checked_and_what_differs_is_named() {
    let env = TestEnv::new();
    let pipelines = |arguments: &[&str]| env.pipelines(&[&["pipelines"], arguments].concat());
    let missing = pipelines(&["check", "shop"]);
    assert_eq!(missing.code, 1);
    assert_snapshot!(missing.stderr, @"
    error: .github/workflows/ci.yml is missing
    error: .github/workflows/nightly.yml is missing
      hint: run `cargo run --features pipelines -- pipelines render shop` and review the change
    ");
    let rendered = pipelines(&["render"]);
    assert_eq!((rendered.code, rendered.stderr.as_str()), (0, "Rendered 3 files, of which 3 changed\n"));
    let again = pipelines(&["render", "office"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, "Rendered 1 file, of which 0 changed\n"));
    assert_eq!(pipelines(&["check"]).code, 0);

    // Somebody changed one by hand, wrote one of their own, and one was rendered once.
    let text = env.read(".github/workflows/ci.yml");
    env.write(".github/workflows/ci.yml", &text.replace("timeout-minutes: 10", "timeout-minutes: 300"));
    env.write(".github/workflows/mine.yml", "name: mine\n");
    env.write(".github/workflows/old.yml", &text);
    let changed = pipelines(&["check"]);
    assert_eq!(changed.code, 1);
    assert_snapshot!(changed.stderr, @"
    error: .github/workflows/ci.yml is not up to date
    error: .github/workflows/old.yml is no longer part of the program
      hint: run `cargo run --features pipelines -- pipelines render` and review the change
    ");
    // Of one system, the others do not matter.
    assert_eq!(pipelines(&["check", "office"]).code, 0);
    let rendered = pipelines(&["render"]);
    assert!(rendered.stderr.contains("old.yml: removed"), "{}", rendered.stderr);
    assert_eq!(pipelines(&["check"]).code, 0);
    assert_eq!(env.read(".github/workflows/mine.yml"), "name: mine\n");
}

#[test]
fn what_is_not_there_is_wrong_usage() {
    let env = TestEnv::new();
    for (arguments, said) in [
        (&["render", "shopp"][..], "there are no workflows of `shopp`\n  hint: did you mean `shop`?"),
        (&["check", "warehouse"], "hint: there are workflows of shop, office"),
        (
            &["check", "shop", "--out", "nowhere"],
            "there is no folder nowhere\n  hint: `cargo run --features pipelines -- pipelines render shop --out nowhere` makes it",
        ),
        (&["check", "--linters", "nowhere"], "there is no folder nowhere\n  hint: name one with zizmor"),
        (
            &["graph", "shop", "--workflow", "ci.yaml"],
            "there is no workflow `ci.yaml`\n  hint: did you mean `ci.yml`?",
        ),
        (&["render", "shop", "office"], "unexpected argument 'office'"),
    ] {
        let ran = env.pipelines(&[&["pipelines"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    // What cannot be written is no wrong usage, and leaves nothing behind.
    env.write("file", "");
    let ran = env.pipelines(&["pipelines", "render", "--out", "file"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot write below file"), "{}", ran.stderr);
}
