//! What strangers write: their code, their documents, their plans and their names.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::stand_in::{HEAD, MERGED, github, openssl, plan_all, synthesize, workflows, workflows_with};
use crate::support::TestEnv;
use crate::workflow::Github;

#[test]
fn nothing_but_plans_comes_out_of_a_sealed_plan() {
    let env = TestEnv::new();
    let (plan, apply, _) = workflows(&env);
    let mut github = github(&env);
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
    assert!(tool.contains("github.event.pull_request.base.ref") && !tool.contains("actions/cache"), "{tool}");
    // The job with the role has no source of the pull request.
    let with_role = jobs["plan"].to_string();
    assert!(!with_role.contains("actions/checkout"), "{with_role}");
    // A fork gets its documents checked, and nothing that would be red for want of a secret.
    let mut github = github(&env);
    github.event["event_name"] = json!("pull_request");
    assert!(github.wants(&plan, "plan") && github.wants(&plan, "comment"));
    github.event["event"]["pull_request"]["head"]["repo"]["full_name"] = json!("mallory/shop");
    for job in ["tool", "plan", "comment"] {
        assert!(!github.wants(&plan, job), "{job}");
    }
    assert!(github.wants(&plan, "documents"));
}

#[test]
fn what_runs_beside_the_role_is_what_the_trusted_job_has_built() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows_with(&env, &["--changed"]);
    let mut github = github(&env);
    synthesize(&env, &github, "");
    // The job that runs the pull request's code has kept another program under the name of the trusted one.
    let canary = env.path("canary");
    let program = github.artifact("tool").join("runner");
    fs::remove_file(&program).unwrap();
    fs::write(&program, format!("#!/bin/sh\ntouch {}\n", canary.display())).unwrap();
    for job in ["changed", "plan", "comment"] {
        let ran = github.run(&plan, job, json!({"stack": "network"}));
        assert!(
            !ran.succeeded && ran.log.contains("is not the program that was built"),
            "{job}: {}",
            ran.log
        );
    }
    assert!(!canary.exists());
    // The job that builds it says what it has built, from its own folder.
    let tool = &plan["jobs"]["tool"];
    assert_eq!(tool["outputs"], json!({"digest": "${{ steps.built.outputs.digest }}"}));
}

#[test]
fn the_comment_says_what_the_jobs_that_plan_have_seen_and_nothing_else() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows(&env);
    let mut github = github(&env);
    plan_all(&env, &mut github, &plan, "");
    let honest = github.artifact("report-network").join("report.json");
    let text = fs::read_to_string(&honest).unwrap();
    assert!(text.contains("\"add\": 2"), "{text}");
    let harmless = text.replace("\"add\": 2", "\"add\": 0");
    let comment = |github: &mut Github| {
        let ran = github.run(&plan, "comment", json!({}));
        assert!(ran.succeeded, "{}", ran.log);
        (fs::read_to_string(ran.folder.join("comment.md")).unwrap(), ran.log)
    };
    // Another report of the stack under another name, with and without the signature of the honest one.
    for name in ["report-zzz", "report-island"] {
        crate::workflow::copy(&github.artifact("report-network"), &github.artifact(name));
        fs::write(github.artifact(name).join("report.json"), &harmless).unwrap();
    }
    let (shown, log) = comment(&mut github);
    assert!(shown.contains("| network | 0 | 0 | 0 | 2 |  |\n"), "{shown}");
    assert!(shown.contains("| island | 0 | 0 | 0 | 0 | missing |\n"), "{shown}");
    assert!(log.contains("the report of island was not made by the job that plans it"), "{log}");
    // The report of another stack, of another run, and a forged one.
    crate::workflow::copy(&github.artifact("report-data"), &github.artifact("report-island"));
    fs::write(&honest, &harmless).unwrap();
    let (shown, log) = comment(&mut github);
    for stack in ["island", "network"] {
        assert!(shown.contains(&format!("| {stack} | 0 | 0 | 0 | 0 | missing |\n")), "{shown}");
        assert!(log.contains(&format!("the report of {stack} was not made by")), "{log}");
    }
    // An earlier attempt of the run is the run too: only what failed is planned again.
    fs::write(&honest, &text).unwrap();
    github.event["run_attempt"] = json!("2");
    assert!(comment(&mut github).0.contains("| network | 0 | 0 | 0 | 2 |  |\n"));
}

#[test]
fn a_key_that_the_workflows_hold_is_no_variable_that_anybody_could_change() {
    let env = TestEnv::new();
    let mut github = github(&env);
    let public = github.given["vars"]["PLAN_PUBLIC_KEY"].as_str().unwrap().to_owned();
    env.write("plan.pub", "nothing of the kind\n");
    let init = ["pipelines", "init", "--binary", "runner", "--changed", "--public-key"];
    for (path, said) in
        [("plan.pub", "this is no public key"), ("nowhere", "--public-key nowhere: No such file")]
    {
        let ran = env.pipelines(&[&init[..], &[path]].concat());
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    env.write("plan.pub", &public);
    let (plan, apply, _) = workflows_with(&env, &["--public-key", "plan.pub"]);
    assert!(!format!("{plan}{apply}").contains("vars.PLAN_PUBLIC_KEY"));
    let check =
        env.pipelines(&["pipelines", "init", "--binary", "runner", "--public-key", "plan.pub", "--check"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    // Whoever may write to the repository changes the variable, which nobody asks.
    let theirs = openssl(&["genpkey", "-algorithm", "ed25519"]);
    env.write("theirs.pem", &theirs);
    let path = env.path("theirs.pem").display().to_string();
    github.given.get_mut("vars").unwrap()["PLAN_PUBLIC_KEY"] =
        json!(openssl(&["pkey", "-in", &path, "-pubout"]));
    plan_all(&env, &mut github, &plan, "");
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(reviewed.succeeded, "{}", reviewed.log);
    // What they have signed with their own key is refused.
    github.given.get_mut("secrets").unwrap()["PLAN_SIGNING_KEY"] = json!(theirs);
    plan_all(&env, &mut github, &plan, "");
    let reviewed = github.run(&apply, "reviewed", json!({}));
    assert!(!reviewed.succeeded && reviewed.log.contains("not made by the reviewed run"), "{}", reviewed.log);
}

#[test]
fn what_does_not_fit_into_a_comment_is_not_cut() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows(&env);
    let mut github = github(&env);
    // Letters are counted, not bytes.
    for (letters, fits) in [(65_000, true), (66_000, false)] {
        let mut other = plan.clone();
        let steps = other["jobs"]["comment"]["steps"].as_array_mut().unwrap();
        let write = steps.iter_mut().find(|step| step["name"] == "Write the comment").unwrap();
        write["run"] = json!(format!("printf 'ä%.0s' $(seq {letters}) > comment.md"));
        let ran = github.run(&other, "comment", json!({}));
        assert!(ran.succeeded, "{}", ran.log);
        let body = fs::read_to_string(ran.folder.join("body.md")).unwrap();
        assert_eq!(body.matches('ä').count(), if fits { letters } else { 0 });
        assert_eq!(body.contains("is too long for a comment: it is in the run"), !fits, "{}", body.len());
        assert!(body.starts_with("<!-- plan -->\n"), "{}", body.len());
    }
}

#[test]
fn documents_that_reach_for_a_credential_are_not_planned() {
    let env = TestEnv::new();
    let (plan, _, _) = workflows(&env);
    let mut github = github(&env);
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
    let mut github = github(&env);
    let canary = env.path("canary").display().to_string();
    let tool = github.needs["tool"].clone();
    for attack in hostile(&canary) {
        for key in ["ref", "ref_name", "base_ref", "actor", "workflow"] {
            github.event[key] = json!(attack);
        }
        github.event["event"] = json!({"pull_request": {"number": attack, "title": attack, "head": {"ref": attack, "sha": attack}}});
        github.given.insert("inputs".to_owned(), json!({"run_id": attack, "older": attack}));
        let secrets = json!({"PLAN_KEY": attack, "PLAN_SIGNING_KEY": attack, "SLACK_WEBHOOK_URL": attack});
        github.given.insert("secrets".to_owned(), secrets);
        github.needs = json!({"tool": tool, "reviewed": {"outputs": {
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
