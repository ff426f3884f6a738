//! `gate dispatch`, `report`, `wait` and `audit`, through the built program, against a fake of GitHub that holds
//! requests and answers to GitHub's published description.

use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::support::github::{Behaviour, Fault, GitHub, TOKEN};
use crate::support::http::{Reply, Server};
use crate::support::{Ran, TestEnv};
use serde_json::{Value, json};

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";
const DISPATCHES: &str = "/repos/acme/e2e/dispatches";

fn gate_with(env: &TestEnv, github: &GitHub, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let own = [("GITHUB_TOKEN", TOKEN), ("GITHUB_API_URL", github.server.url.as_str())];
    let target = ["--repository", "acme/e2e", "--interval", "10ms"];
    let arguments = [&["gate"][..], &arguments[..1], &target[..], &arguments[1..]].concat();
    let ran = env.run_in_job(&[&own[..], variables].concat(), &arguments);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(TOKEN), "{}", ran.stderr);
    github.check();
    ran
}

fn gate(github: &GitHub, arguments: &[&str]) -> Ran {
    gate_with(&TestEnv::new(), github, &[], arguments)
}

fn succeeding() -> Behaviour {
    Behaviour { appears_after: 1, ends_after: 2, conclusion: "success", ..Behaviour::default() }
}

#[test]
fn a_run_that_appears_late_on_a_further_page_is_found_and_decides() {
    let github = GitHub::start(Behaviour { appears_after: 3, others: 5, ..succeeding() });
    let arguments = [
        "dispatch",
        "--event",
        "verify",
        "--service",
        "orders",
        "--commit",
        SHA,
        "--environment",
        "prod",
        "--api-url",
        "https://api",
        "--json",
    ];
    let ran = gate(&github, &arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let sent = github.dispatched();
    assert_eq!(sent.len(), 1);
    let payload = &sent[0]["client_payload"];
    assert_eq!(sent[0]["event_type"], "verify");
    assert_eq!((&payload["service"], &payload["commit"]), (&json!("orders"), &json!(SHA)));
    assert_eq!((&payload["environment"], &payload["api_url"]), (&json!("prod"), &json!("https://api")));
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&result["conclusion"], &result["run_id"]), (&json!("success"), &json!(900)));
    assert_eq!(result["correlation_id"], payload["correlation_id"]);
    assert!(ran.stderr.contains("https://github/runs/900"), "{}", ran.stderr);
    assert!(ran.stderr.contains("verify: in_progress"), "{}", ran.stderr);
}

#[test]
fn a_failed_run_fails_the_gate_and_every_release_has_one_issue() {
    let github = GitHub::start(Behaviour { conclusion: "failure", ..succeeding() });
    let slack = Server::start(|_| Reply::new(200, "ok"));
    let env = TestEnv::new();
    let summary = env.path("summary.md").display().to_string();
    let variables = [("SLACK_WEBHOOK_URL", slack.url.as_str()), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    for expected in ["opened", "added to"] {
        let ran = gate_with(
            &env,
            &github,
            &variables,
            &["dispatch", "--event", "verify", "--release", "orders@1f2e"],
        );
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("{expected} https://github/issues/1")), "{}", ran.stderr);
    }
    let other =
        gate_with(&env, &github, &variables, &["dispatch", "--event", "verify", "--release", "orders@1f2"]);
    assert!(other.stderr.contains("opened https://github/issues/2"), "{}", other.stderr);
    assert_eq!((github.issues().len(), github.comments()), (2, 1));
    assert_eq!(slack.asked().len(), 3);
    assert!(slack.asked()[0].body.contains("stopped release orders@1f2e"), "{}", slack.asked()[0].body);
    assert!(!other.stderr.contains(&slack.url), "{}", other.stderr);
    assert_eq!(env.read("summary.md").matches("### Gate `verify` of acme/e2e stopped release").count(), 3);
}

#[test]
fn what_is_asked_with_comes_back_nowhere_in_no_form() {
    let hexadecimal: String = TOKEN.bytes().map(|byte| format!("{byte:02X}")).collect();
    let escaped: String = TOKEN.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let url: String = TOKEN.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let message = format!("no: {TOKEN} {hexadecimal} {escaped} {url} \u{1b}[2J");
    let refused = Reply::json(422, &json!({ "message": message, "errors": [{ "message": message }] }));
    let github = GitHub::start(Behaviour {
        faults: vec![("POST", DISPATCHES, Fault::Instead(refused))],
        ..succeeding()
    });
    let slack = Server::start(|asked| {
        Reply::new(403, format!("no such hook: https://hooks{} \u{1b}[2J", asked.path()))
    });
    let env = TestEnv::new();
    let summary = env.path("summary.md").display().to_string();
    let webhook = format!("{}/services/T0000/B0000/key-of-the-webhook", slack.url);
    let variables = [("SLACK_WEBHOOK_URL", webhook.as_str()), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    let ran =
        gate_with(&env, &github, &variables, &["dispatch", "--event", "verify", "--release", "orders@1f2e"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("no: (token) (token) (token) (token)"), "{}", ran.stderr);
    assert!(ran.stderr.contains("no such hook: https://hooks"), "{}", ran.stderr);
    let issues = format!("{:?}", github.issues());
    assert!(issues.contains("(token)"), "{issues}");
    for shown in [&ran.stderr, &ran.stdout, &issues, &env.read("summary.md"), &slack.asked()[0].body] {
        for part in [TOKEN, &hexadecimal, &escaped, &url, "key-of-the-webhook"] {
            assert!(!shown.contains(part), "{part}: {shown}");
        }
    }
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn an_issue_whose_reply_was_lost_is_found_and_not_opened_twice() {
    let faults = vec![("POST", "/repos/acme/e2e/issues", Fault::LostAfter)];
    let github = GitHub::start(Behaviour { conclusion: "failure", faults, ..succeeding() });
    let ran = gate(&github, &["dispatch", "--event", "verify", "--release", "orders@1"]);
    assert!(ran.stderr.contains("opened https://github/issues/1"), "{}", ran.stderr);
    assert_eq!((github.issues().len(), github.count("POST", "/repos/acme/e2e/issues")), (1, 1));
}

#[test]
fn a_run_that_never_ends_is_given_up_with_its_link() {
    let github = GitHub::start(Behaviour { ends_after: usize::MAX, ..succeeding() });
    let begun = Instant::now();
    let ran = gate(&github, &["dispatch", "--event", "verify", "--limit", "1s"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("has not ended within the limit: https://github/runs/900"), "{}", ran.stderr);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_run_that_never_appears_is_given_up_with_what_the_workflow_needs() {
    let github = GitHub::start(Behaviour { appears_after: usize::MAX, ..succeeding() });
    let ran =
        gate(&github, &["dispatch", "--event", "verify", "--appearance", "500ms", "--id", "orders-1f2e"]);
    assert_eq!(ran.code, 1);
    for wanted in
        ["no run with `orders-1f2e` in its name", "${{ github.event.client_payload.correlation_id }}"]
    {
        assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    }
}

#[test]
fn a_dispatch_whose_reply_was_lost_is_not_sent_again() {
    let faults = vec![("POST", DISPATCHES, Fault::LostAfter)];
    let github = GitHub::start(Behaviour { faults, ..succeeding() });
    let ran = gate(&github, &["dispatch", "--event", "verify"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("it is not sent again"), "{}", ran.stderr);
    assert_eq!(github.count("POST", DISPATCHES), 1);
    // A 500 says no more than a lost reply.
    let faults = vec![("POST", DISPATCHES, Fault::Instead(Reply::new(500, "")))];
    let github = GitHub::start(Behaviour { faults, ..succeeding() });
    let ran = gate(&github, &["dispatch", "--event", "verify", "--appearance", "300ms"]);
    assert_eq!((ran.code, github.count("POST", DISPATCHES)), (1, 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("may not have reached GitHub"), "{}", ran.stderr);
}

#[test]
fn the_same_id_again_waits_for_the_same_run() {
    let github = GitHub::start(Behaviour { appears_after: 0, ..succeeding() });
    for _ in 0..2 {
        let ran = gate(&github, &["dispatch", "--event", "verify", "--id", "orders-1f2e"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    assert_eq!(github.dispatched().len(), 1);
}

#[test]
fn rate_limits_are_waited_for_and_too_long_ones_are_said() {
    let reset = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 1;
    let body = json!({ "message": "You have exceeded a secondary rate limit." });
    let secondary = Reply::json(403, &body).header("retry-after", "1");
    let primary = Reply::json(403, &json!({ "message": "API rate limit exceeded" }))
        .header("x-ratelimit-remaining", "0")
        .header("x-ratelimit-reset", reset.to_string());
    let runs = "/repos/acme/e2e/actions/runs";
    let faults =
        vec![("POST", DISPATCHES, Fault::Instead(secondary)), ("GET", runs, Fault::Instead(primary))];
    let github = GitHub::start(Behaviour { faults, ..succeeding() });
    let ran = gate(&github, &["dispatch", "--event", "verify"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("rate limit is reached; waiting 1s"), "{}", ran.stderr);
    // A request over a limit was not carried out: it is sent again, and carried out once.
    assert_eq!((github.count("POST", DISPATCHES), github.dispatched().len()), (2, 1));
    let long = Reply::json(429, &body).header("retry-after", "3600");
    let faults = vec![("POST", DISPATCHES, Fault::Instead(long))];
    let github = GitHub::start(Behaviour { faults, ..succeeding() });
    let ran = gate(&github, &["dispatch", "--event", "verify", "--limit", "5s"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("rate limit ends in 1h"), "{}", ran.stderr);
}

#[test]
fn reads_are_repeated_and_refusals_are_not() {
    let broken = || Fault::Instead(Reply::new(502, "<html>"));
    let runs = "/repos/acme/e2e/actions/runs";
    let github = GitHub::start(Behaviour {
        faults: vec![("GET", runs, broken()), ("GET", runs, Fault::LostAfter)],
        ..succeeding()
    });
    assert_eq!(gate(&github, &["dispatch", "--event", "verify"]).code, 0);
    let refused = Reply::json(403, &json!({ "message": "Resource not accessible by integration" }));
    let github = GitHub::start(Behaviour {
        faults: vec![("POST", DISPATCHES, Fault::Instead(refused))],
        ..succeeding()
    });
    let ran = gate(&github, &["dispatch", "--event", "verify"]);
    assert_eq!((ran.code, github.count("POST", DISPATCHES)), (1, 1));
    assert!(ran.stderr.contains("reaches only the job's own repository"), "{}", ran.stderr);
}

#[test]
fn a_workflow_of_ours_names_its_run() {
    let github = GitHub::start(succeeding());
    let ran =
        gate(&github, &["dispatch", "--workflow", "verify.yml", "--ref", "main", "--service", "orders"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let sent = &github.dispatched()[0];
    assert_eq!((&sent["return_run_details"], &sent["inputs"]["service"]), (&json!(true), &json!("orders")));
    assert_eq!(github.count("GET", "/repos/acme/e2e/actions/runs"), 0);
}

#[test]
fn what_is_reported_is_waited_for() {
    let github = GitHub::start(Behaviour::default());
    let target = ["--commit", SHA, "--context", "e2e"];
    let late = gate(&github, &[&["wait", "--limit", "300ms"], &target[..]].concat());
    assert_eq!(late.code, 1);
    assert!(late.stderr.contains("no result of status `e2e`"), "{}", late.stderr);
    for (result, code) in [("success", 0), ("cancelled", 1), ("failure", 1)] {
        let reported = gate(&github, &[&["report", result, "--description", "looked"], &target[..]].concat());
        assert_eq!(reported.code, 0, "{}", reported.stderr);
        assert_eq!(gate(&github, &[&["wait"], &target[..]].concat()).code, code, "{result}");
    }
    let environment = ["--commit", SHA, "--environment", "prod"];
    for _ in 0..2 {
        let reported = gate(&github, &[&["report", "success"], &environment[..]].concat());
        assert_eq!(reported.code, 0, "{}", reported.stderr);
    }
    assert_eq!(gate(&github, &[&["wait"], &environment[..]].concat()).code, 0);
    assert_eq!(gate(&github, &["wait", "--deployment", "5"]).code, 0);
    // The deployment was made once.
    assert_eq!(github.count("POST", "/repos/acme/e2e/deployments"), 1);
    assert_eq!(gate(&github, &["wait", "--commit", "0123abc", "--context", "e2e"]).code, 2);
}

#[test]
fn an_app_exchanges_a_signed_token_for_one_that_is_good_for_the_repository() {
    let github = GitHub::start(succeeding());
    let env = TestEnv::new();
    let made = Command::new("openssl").args(["genrsa", "-traditional", "2048"]).output().unwrap();
    let key = String::from_utf8(made.stdout).unwrap();
    let variables =
        [("GITHUB_TOKEN", ""), ("GITHUB_APP_ID", "4711"), ("GITHUB_APP_PRIVATE_KEY", key.as_str())];
    let ran = gate_with(&env, &github, &variables, &["dispatch", "--event", "verify"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let asked = github.server.asked();
    assert_eq!(asked[1].json(), json!({ "repositories": ["e2e"] }));
    let jwt = asked[0].header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    // openssl, which is not ours, checks the signature.
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    env.write("message", message);
    env.write("key.pem", &key);
    let padded = signature.replace('-', "+").replace('_', "/") + "==";
    env.write("signature.base64", &padded[..padded.len() / 4 * 4]);
    let check = "openssl base64 -d -A -in signature.base64 -out signature && openssl rsa -in key.pem -pubout -out public.pem && openssl dgst -sha256 -verify public.pem -signature signature message";
    let checked = Command::new("sh").args(["-c", check]).current_dir(env.path("")).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let wrong = [("GITHUB_TOKEN", ""), ("GITHUB_APP_ID", "4711"), ("GITHUB_APP_PRIVATE_KEY", "no key")];
    assert_eq!(gate_with(&env, &github, &wrong, &["dispatch", "--event", "verify"]).code, 2);
    let none = [("GITHUB_TOKEN", "")];
    let ran = gate_with(&env, &github, &none, &["dispatch", "--event", "verify"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("hint: set GITHUB_TOKEN, or GITHUB_APP_ID"), "{}", ran.stderr);
}

#[test]
fn what_to_dispatch_is_one_of_two() {
    let github = GitHub::start(succeeding());
    let neither = gate(&github, &["dispatch"]);
    assert!(
        neither.code == 2 && neither.stderr.contains("--event <TYPE>|--workflow <FILE>"),
        "{}",
        neither.stderr
    );
    assert_eq!(gate(&github, &["dispatch", "--event", "verify", "--workflow", "verify.yml"]).code, 2);
}

fn audit(github: &GitHub) -> Ran {
    audit_of("delivery", github)
}

fn audit_of(fixture: &str, github: &GitHub) -> Ran {
    let env = TestEnv::new();
    let variables =
        [("FIXTURE", fixture), ("GITHUB_TOKEN", TOKEN), ("GITHUB_API_URL", github.server.url.as_str())];
    let ran = env.run_in_job(&variables, &["gate", "audit", "--json"]);
    github.check();
    ran
}

#[test]
fn an_audit_names_what_is_otherwise_than_the_stacks_say() {
    let description = crate::support::openapi::Description::load();
    let shop = |path: &str| format!("/repos/acme/shop{path}");
    let protection = |admins: bool, contexts: Value| {
        description.make(
            "branch-protection",
            json!({
                "enforce_admins": { "url": "u", "enabled": admins },
                "required_status_checks": { "strict": true, "contexts": contexts, "checks": [] },
                "required_pull_request_reviews": {
                    "dismiss_stale_reviews": false, "require_code_owner_reviews": false,
                    "required_approving_review_count": 1,
                },
            }),
        )
    };
    let branches = json!({ "protected_branches": false, "custom_branch_policies": true });
    let environment =
        description.make("environment", json!({ "name": "prod", "deployment_branch_policy": branches }));
    let policies = |name: &str| json!({ "total_count": 1, "branch_policies": [{ "id": 1, "name": name }] });
    let good = json!({
        shop("/branches/main/protection"): protection(true, json!(["test", "build"])),
        shop("/environments/prod"): environment,
        shop("/environments/prod/deployment-branch-policies"): policies("main"),
        shop("/actions/oidc/customization/sub"): { "use_default": true },
    });
    let github = GitHub::with(Behaviour::default(), good.clone());
    let ran = audit(&github);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let mut bad = good.clone();
    bad[shop("/branches/main/protection")] = protection(false, json!(["build"]));
    bad[shop("/environments/prod/deployment-branch-policies")] = policies("*");
    bad[shop("/actions/oidc/customization/sub")] =
        json!({ "use_default": false, "include_claim_keys": ["repo", "job_workflow_ref"] });
    let ran = audit(&GitHub::with(Behaviour::default(), bad));
    assert_eq!(ran.code, 1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let what: Vec<&str> =
        report["differences"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(
        what,
        [
            "acme/shop, branch main: enforce_admins",
            "acme/shop, branch main: required checks",
            "acme/shop, environment prod: branches that may deploy",
            "acme/shop, OIDC subject repo:acme/shop:environment:prod: use_default",
        ],
        "{}",
        ran.stdout
    );
    // Nothing is there but the repository: everything is a difference, and nothing an error.
    let nothing = json!({ shop("/actions/oidc/customization/sub"): { "use_default": true } });
    let ran = audit(&GitHub::with(Behaviour::default(), nothing));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("whoever can push a workflow can make the environment"), "{}", ran.stdout);
}

#[test]
fn patterns_are_compared_with_the_branches_that_there_are() {
    let description = crate::support::openapi::Description::load();
    let shop = |path: &str| format!("/repos/acme/shop{path}");
    let branch = |name: &str| {
        let commit = json!({ "sha": SHA, "url": "u" });
        description.make("short-branch", json!({ "name": name, "commit": commit, "protected": true }))
    };
    let protection = |admins: bool| {
        description.make("branch-protection", json!({ "enforce_admins": { "url": "u", "enabled": admins } }))
    };
    let run = |branches: &[&str], bare: &str, keys: Value| {
        let mut fixed = json!({
            shop("/branches"): branches.iter().map(|name| branch(name)).collect::<Vec<_>>(),
            shop("/actions/oidc/customization/sub"): { "use_default": false, "include_claim_keys": keys },
        });
        for name in branches {
            let path = shop(&format!("/branches/{}/protection", name.replace('/', "%2F")));
            fixed[path] = protection(*name != bare);
        }
        let github = GitHub::with(Behaviour::default(), fixed);
        let ran = audit_of("patterns", &github);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let texts = |list: &str, key: &str| -> Vec<String> {
            let list = report[list].as_array().unwrap().iter();
            list.map(|it| it[key].as_str().unwrap().to_owned()).collect()
        };
        (ran.code, texts("differences", "what"), texts("left_out", "reason"))
    };
    let all = ["main", "release/1", "release/2", "release/2/fix"];
    // The claims `repo` and `context` are what GitHub's default form is made of.
    let (code, differences, left_out) = run(&all, "", json!(["repo", "context"]));
    assert_eq!((code, differences), (0, Vec::new()));
    let every_job =
        "`repo:acme/shop:*` is every job of the repository: there is no branch or environment to compare";
    let literal =
        "`repo:acme/shop:*` has a wildcard, which `StringEquals` takes for a letter: nobody gets the role";
    assert_eq!(left_out, [literal, every_job, every_job]);
    // `*` does not reach over a slash, so nothing is said of the fix; and a branch with a rule of its own is under that
    // one alone.
    let (code, differences, _) = run(&all, "release/2/fix", json!(["repo", "context"]));
    assert_eq!((code, differences), (0, Vec::new()));
    let (code, differences, _) = run(&all, "release/2", json!(["repo", "context"]));
    assert_eq!((code, differences), (1, vec!["acme/shop, branch release/2: enforce_admins".to_owned()]));
    let (code, differences, _) = run(&all, "release/1", json!(["repo", "context"]));
    assert_eq!((code, differences), (0, Vec::new()));
    // What is added to a subject fits a pattern that ends in a star, and no other one.
    let (_, differences, _) = run(&all, "", json!(["repo", "context", "job_workflow_ref"]));
    assert_eq!(differences, ["acme/shop, OIDC subject repo:acme/shop:ref:refs/heads/main: use_default"]);
    let (code, differences, left_out) = run(&["main"], "", json!(["repo", "context"]));
    // A rule for one branch says that it is there.
    assert_eq!((code, differences), (1, vec!["acme/shop, branch release/1: protection".to_owned()]));
    for reason in [
        "no branch fits `release/*` now, and GitHub's REST API tells of branches only",
        "no branch fits `release/*` now: whoever can make one gets the role",
    ] {
        assert!(left_out.iter().any(|it| it == reason), "{left_out:?}");
    }
    let (_, differences, _) = run(&["release/1"], "", json!(["repo", "context"]));
    assert!(
        differences
            .contains(&"acme/shop, OIDC subject repo:acme/shop:ref:refs/heads/main: branch".to_owned()),
        "{differences:?}"
    );
}
