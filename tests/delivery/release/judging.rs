//! What a release is judged by, and what becomes of one that nobody judges any more, through the built program.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::aws::{Aws as Services, arn};
use crate::release::Aws as Functions;
use crate::support::Ran;
use crate::support::http::{Reply, Server};
use serde_json::{Value, json};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const NEXT: &str = "89abcdef0123456789abcdef0123456789abcdef";

/// A canary at 10 %, whose promotion was told to end by a signal.
fn cancelled(signal: &str, more: &[&str]) -> (Functions, Ran) {
    let aws = Functions::start();
    let watched = [("FIXTURE", "watched")];
    let start = ["start", "checkout", "--package", "checkout.zip", "--commit", COMMIT];
    for arguments in [&start[..], &["verify", "checkout", "--attest", "asked by hand"]] {
        let ran = aws.release_with(&watched, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }
    let mut promote = aws.command(&watched, &[&["promote", "checkout"], more].concat());
    let mut child = promote.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let moved = lines.find(|line| line.contains("has 10% of the calls"));
    assert!(moved.is_some());
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let stderr = lines.collect::<Vec<_>>().join("\n");
    let code = child.wait().unwrap().code().unwrap_or(-1);
    (aws, Ran { code, stdout: String::new(), stderr })
}

#[test]
fn a_release_that_is_cancelled_says_what_serves_and_how_to_go_on_or_back() {
    for (signal, name) in [("-INT", "SIGINT"), ("-TERM", "SIGTERM")] {
        let (aws, ran) = cancelled(signal, &[]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let left =
            "checkout: version 2 has 10% of the calls, version 1 the rest, and nobody judges it any more";
        assert!(ran.stderr.contains(&format!("cancelled by {name}: {left}")), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("`release resume checkout` goes on, `release rollback checkout` goes back"),
            "{}",
            ran.stderr
        );
        let alias = aws.server.shared().model.alias("shop-checkout", "live").unwrap();
        assert_eq!(alias.weights.get("2"), Some(&0.1));
    }
}

#[test]
fn a_release_that_is_cancelled_goes_back_where_that_is_asked_for() {
    let (aws, ran) = cancelled("-INT", &["--on-cancel", "rollback"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing is half-way: checkout: rolled back"), "{}", ran.stderr);
    assert_eq!(aws.serving("checkout", "live"), "1");
}

#[test]
fn what_has_been_shifting_for_too_long_is_found_and_taken_back() {
    let (aws, _) = cancelled("-INT", &[]);
    let watched = [("FIXTURE", "watched")];
    let fine = aws.release_with(&watched, &["overdue", "checkout"]);
    assert!(fine.code == 0 && fine.stderr.contains("nothing is overdue"), "{}", fine.stderr);
    {
        // Two hours ago; a step may bake for one.
        let mut shared = aws.server.shared();
        let function = shared.model.functions.get_mut("shop-checkout").unwrap();
        let live = function.aliases.get_mut("live").unwrap();
        let mut record: Value = serde_json::from_str(&live.description).unwrap();
        record["at"] = json!(record["at"].as_u64().unwrap() - 7200);
        live.description = record.to_string();
    }
    let found = aws.release_with(&watched, &["overdue", "checkout", "--json"]);
    assert_eq!(found.code, 1, "{}", found.stderr);
    let overdue: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!((&overdue[0]["service"], overdue.as_array().unwrap().len()), (&json!("checkout"), 1));
    assert!(overdue[0]["seconds"].as_u64().unwrap() >= 7200, "{overdue}");
    assert!(found.stderr.contains("for 2h: longer than it may"), "{}", found.stderr);
    let back = aws.release_with(&watched, &["overdue", "checkout", "--rollback"]);
    assert_eq!((back.code, aws.serving("checkout", "live").as_str()), (1, "1"), "{}", back.stderr);
    assert_eq!(aws.release_with(&watched, &["overdue", "checkout"]).code, 0);
}

/// A release of a service whose stack says by what it is watched.
fn watched(aws: &Services, more: &[(&str, &str)], service: &str, image: &str) -> Ran {
    let variables = [&[("FIXTURE", "watched"), ("FORMWORK_CLOCK_SPEED", "2000")], more].concat();
    for arguments in [&["start", service, "--image", image, "--commit", COMMIT][..], &["verify", service]] {
        let ran = aws.release_with(&variables, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }
    aws.release_as_it_is(&variables, &["promote", service])
}

#[test]
fn an_alarm_is_looked_at_before_a_service_changes_and_while_it_is_watched() {
    let aws = Services::start();
    let set = |state| aws.cloud.lock().unwrap().alarms.insert("orders-errors".to_owned(), state);
    set("ALARM");
    let refused = watched(&aws, &[], "orders", "shop:2");
    assert_eq!((refused.code, aws.serving()), (1, arn(1)), "{}", refused.stderr);
    assert!(refused.stderr.contains("alarm orders-errors rings already"), "{}", refused.stderr);
    set("OK");
    let good = watched(&aws, &[], "orders", "shop:2");
    assert_eq!((good.code, aws.serving()), (0, arn(2)), "{}", good.stderr);
    // It rings once the new image serves.
    let back = watched(&aws, &[], "orders", "shop:failing");
    assert_eq!((back.code, aws.serving()), (1, arn(2)), "{}", back.stderr);
    assert!(back.stderr.contains("orders: alarm orders-errors rings"), "{}", back.stderr);
    // An alarm without data says nothing: a person decides.
    set("INSUFFICIENT_DATA");
    let paused = watched(&aws, &[], "orders", "shop:3");
    assert_eq!((paused.code, aws.serving()), (1, arn(4)), "{}", paused.stderr);
    assert!(paused.stderr.contains("paused at 100%: alarm orders-errors has no data"), "{}", paused.stderr);
    aws.cloud.lock().unwrap().alarms.clear();
    let missing = watched(&aws, &[], "orders", "shop:4");
    assert!(
        missing.code == 1 && missing.stderr.contains("a release is judged by this alarm"),
        "{}",
        missing.stderr
    );
    assert_eq!(aws.serving(), arn(4));
}

#[test]
fn a_number_of_an_http_endpoint_takes_a_service_back_and_html_is_no_number() {
    let aws = Services::start();
    let metrics = Server::start(|asked| match asked.query("version").as_deref() {
        _ if asked.header("authorization") != Some("Bearer t0p-secret") => Reply::json(401, &json!({})),
        Some("portal:failing") => Reply::json(200, &json!({ "failing": 0.4 })),
        Some("portal:silent") => Reply::new(200, "<!doctype html><title>Log in</title>"),
        _ => Reply::json(200, &json!({ "failing": "0.01" })),
    });
    let variables = [("METRICS_URL", metrics.url.as_str()), ("METRICS_TOKEN", "t0p-secret")];
    let serving = || aws.cloud.lock().unwrap().app.clone();
    let good = watched(&aws, &variables, "portal", "portal:2");
    assert_eq!((good.code, serving()), (0, json!("portal:2")), "{}", good.stderr);
    let refused = watched(&aws, &variables, "portal", "portal:failing");
    assert_eq!((refused.code, serving()), (1, json!("portal:2")), "{}", refused.stderr);
    assert!(refused.stderr.contains("failing visits is 0.4, and at most 0.05 may be"), "{}", refused.stderr);
    let paused = watched(&aws, &variables, "portal", "portal:silent");
    assert_eq!((paused.code, serving()), (1, json!("portal:silent")), "{}", paused.stderr);
    assert!(paused.stderr.contains("answered with HTML and not with JSON"), "{}", paused.stderr);
    for ran in [good, refused, paused] {
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("t0p-secret"), "{}", ran.stderr);
    }
}

#[test]
fn an_old_run_of_a_function_is_refused_when_it_is_run_again() {
    let aws = Functions::start();
    let start = |package: &str, commit: &str, more: &[&str]| {
        aws.env.write("checkout.zip", package);
        let arguments = ["start", "checkout", "--package", "checkout.zip", "--commit", commit];
        aws.release(&[&arguments[..], more].concat())
    };
    for (package, commit) in [("PK a", COMMIT), ("PK b", NEXT)] {
        assert_eq!(start(package, commit, &[]).code, 0);
        aws.good(&["promote", "checkout", "--unverified"]);
    }
    let old = start("PK a", COMMIT, &[]);
    assert_eq!(old.code, 1, "{}", old.stderr);
    assert!(
        old.stderr.contains("commit 0123456789ab is older than 89abcdef0123, which serves"),
        "{}",
        old.stderr
    );
    assert!(old.stderr.contains("`--older` releases it all the same"), "{}", old.stderr);
    assert_eq!(aws.serving("checkout", "candidate"), "3");
    assert_eq!(start("PK a", COMMIT, &["--older"]).code, 0);
    // What was taken back may be tried again: it is the newer one.
    aws.good(&["rollback", "checkout"]);
    assert_eq!(start("PK b", NEXT, &[]).code, 0);
}

#[test]
fn git_knows_which_commit_is_older() {
    let aws = Functions::start();
    aws.env.git(&["init", "--quiet"]);
    let commit = |message: &str| {
        aws.env.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        aws.env.git(&["rev-parse", "HEAD"]).stdout.trim().to_owned()
    };
    let (first, second) = (commit("first"), commit("second"));
    let start =
        |commit: &str| aws.release(&["start", "checkout", "--package", "checkout.zip", "--commit", commit]);
    assert_eq!(start(&second).code, 0);
    aws.good(&["promote", "checkout", "--unverified"]);
    // It never was released, and came before what serves.
    let old = start(&first);
    assert!(old.code == 1 && old.stderr.contains("is older than"), "{}", old.stderr);
    assert_eq!(start(&commit("third")).code, 0);
}

#[test]
fn an_old_run_of_a_service_or_a_site_is_refused_when_it_is_run_again() {
    let aws = Services::start();
    for (image, commit) in [("shop:2", COMMIT), ("shop:3", NEXT)] {
        aws.good(&["start", "orders", "--image", image, "--commit", commit]);
        aws.good(&["promote", "orders", "--unverified"]);
    }
    let start = ["start", "orders", "--image", "shop:2", "--commit", COMMIT];
    let old = aws.release(&start);
    assert!(old.code == 1 && old.stderr.contains("is older than 89abcdef0123"), "{}", old.stderr);
    aws.good(&[&start[..], &["--older"]].concat());
    let publish = |text: &str, commit: &str| {
        aws.env.write("dist/index.html", text);
        aws.release(&["start", "site", "--package", "dist", "--commit", commit])
    };
    for (text, commit) in [("<p>one", COMMIT), ("<p>two", NEXT)] {
        assert_eq!(publish(text, commit).code, 0);
        aws.good(&["promote", "site", "--unverified"]);
    }
    let old = publish("<p>one", COMMIT);
    assert!(old.code == 1 && old.stderr.contains("is older than 89abcdef0123"), "{}", old.stderr);
    aws.good(&["rollback", "site"]);
    assert_eq!(publish("<p>two", NEXT).code, 0);
}

#[test]
fn a_site_has_nothing_in_it_that_is_not_for_everybody() {
    let aws = Services::start();
    aws.env.write("dist/index.html", "<p>");
    aws.env.write("dist/.env", "SECRET=1");
    let start = ["start", "site", "--package", "dist", "--commit", COMMIT];
    let ran = aws.good(&start);
    assert!(ran.stderr.contains("hidden files are left out: .env"), "{}", ran.stderr);
    std::os::unix::fs::symlink("/etc/hostname", aws.env.path("dist/leak.txt")).unwrap();
    let refused = aws.release(&start);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("leak.txt is a link that leads out of the folder, to /etc/hostname"),
        "{}",
        refused.stderr
    );
    let keys: Vec<String> = aws.cloud.lock().unwrap().objects.keys().cloned().collect();
    assert!(keys.iter().all(|key| !key.ends_with("leak.txt") && !key.ends_with(".env")), "{keys:?}");
}

#[test]
fn what_goes_to_the_next_environment_is_what_serves_in_the_one_before() {
    let aws = Functions::start();
    let release = |arguments: &[&str]| aws.release_with(&[("FIXTURE", "environments")], arguments);
    let start = |service: &str, package: &str, more: &[&str]| {
        aws.env.write("api.zip", package);
        release(&[&["start", service, "--package", "api.zip", "--commit", COMMIT][..], more].concat())
    };
    let from = ["--from", "dev/api"];
    assert_eq!(start("dev/api", "PK a", &[]).code, 0);
    // A candidate does not serve yet: what does is another package.
    let early = start("staging/api", "PK a", &from);
    assert_eq!((early.code, aws.serving("stock", "candidate").as_str()), (1, "1"), "{}", early.stderr);
    assert_eq!(release(&["promote", "dev/api", "--unverified"]).code, 0);
    let built_anew = start("staging/api", "PK b", &from);
    assert_eq!(built_anew.code, 1, "{}", built_anew.stderr);
    assert!(built_anew.stderr.contains("give the artefact that was verified there"), "{}", built_anew.stderr);
    let soaking = start("staging/api", "PK a", &["--from", "dev/api", "--soak", "1h"]);
    assert!(soaking.code == 1 && soaking.stderr.contains("and has to for 1h"), "{}", soaking.stderr);
    let good = start("staging/api", "PK a", &from);
    assert_eq!((good.code, aws.serving("stock", "candidate").as_str()), (0, "2"), "{}", good.stderr);
    let history = release(&["history", "staging/api", "dev/api"]);
    assert!(history.stdout.contains("also dev/api 2"), "{}", history.stdout);
}

#[test]
fn an_image_goes_on_by_its_digest_and_never_by_a_tag() {
    let aws = Services::start();
    {
        let mut cloud = aws.cloud.lock().unwrap();
        let definition = cloud.definitions[0].0.clone();
        let mut staging = definition.clone();
        staging["family"] = json!("orders-staging");
        cloud.add_service("orders-staging", staging);
    }
    let release = |arguments: &[&str]| aws.release_with(&[("FIXTURE", "environments")], arguments);
    let start = |service: &str, image: &str, more: &[&str]| {
        release(&[&["start", service, "--image", image, "--commit", COMMIT][..], more].concat())
    };
    let from = ["--from", "dev/orders"];
    let tagged = start("staging/orders", "shop:1", &from);
    assert!(tagged.code == 1 && tagged.stderr.contains("not named by a digest"), "{}", tagged.stderr);
    let digest = |digit: &str| format!("shop@sha256:{}", digit.repeat(64));
    assert_eq!(start("dev/orders", &digest("a"), &[]).code, 0);
    assert_eq!(release(&["promote", "dev/orders", "--unverified"]).code, 0);
    let other = start("staging/orders", &digest("b"), &from);
    assert!(other.code == 1 && other.stderr.contains("and orders serves sha256:aaaa"), "{}", other.stderr);
    // The same image in the registry of the other account.
    let good = start("staging/orders", &format!("staging/{}", digest("a")), &from);
    assert_eq!(good.code, 0, "{}", good.stderr);
}

/// A function with a candidate that may be promoted.
fn started(service: &str) -> Functions {
    let aws = Functions::start();
    let package = format!("{service}.zip");
    let start = ["start", service, "--package", &package, "--commit", COMMIT];
    let ran = aws.release_with(&[("FIXTURE", "watched")], &start);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    aws
}

#[test]
fn a_promotion_waits_for_a_person_where_the_stack_says_so() {
    let aws = started("users");
    let release = |arguments: &[&str]| aws.release_with(&[("FIXTURE", "watched")], arguments);
    let share = || aws.server.shared().model.alias("shop-users", "live").unwrap().weights.get("2").copied();
    for arguments in [&["promote", "users", "--unverified"][..], &["resume", "users"]] {
        let waits = release(arguments);
        assert_eq!((waits.code, share()), (0, Some(0.5)), "{}", waits.stderr);
        assert!(waits.stderr.contains("waits at 50% for a person"), "{}", waits.stderr);
        assert!(waits.stderr.contains("`release resume --judged users` goes on"), "{}", waits.stderr);
    }
    let judged = release(&["resume", "users", "--judged"]);
    assert_eq!((judged.code, aws.serving("users", "live").as_str()), (0, "2"), "{}", judged.stderr);
}

#[test]
fn nothing_is_promoted_in_a_freeze_unless_somebody_means_it() {
    let aws = started("stock");
    let release = |arguments: &[&str]| aws.release_with(&[("FIXTURE", "watched")], arguments);
    let frozen = release(&["promote", "stock", "--unverified"]);
    assert_eq!((frozen.code, aws.serving("stock", "live").as_str()), (1, "1"), "{}", frozen.stderr);
    let said = "nothing is promoted from 2020-01-01 until 9999-12-31: until the stocktaking is over";
    assert!(frozen.stderr.contains(said), "{}", frozen.stderr);
    let meant = release(&["promote", "stock", "--unverified", "--despite-freeze"]);
    assert_eq!((meant.code, aws.serving("stock", "live").as_str()), (0, "2"), "{}", meant.stderr);
    assert_eq!(release(&["rollback", "stock"]).code, 0);
}

#[test]
fn what_is_missing_or_wrong_is_said_in_a_sentence() {
    let aws = started("users");
    let release = |more: &[(&str, &str)], arguments: &[&str]| {
        aws.release_with(&[&[("FIXTURE", "watched")], more].concat(), arguments)
    };
    let nowhere = release(&[("AWS_REGION", "")], &["status", "users"]);
    assert_eq!(nowhere.code, 1, "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("it is not said which region of AWS is meant"), "{}", nowhere.stderr);
    let short = release(&[], &["promote", "users", "--release", "0"]);
    assert!(short.code == 2 && short.stderr.contains("or by 7 or more of its commit"), "{}", short.stderr);
    let proxy = Server::start(|_| Reply::new(502, "<html>Bad gateway").header("content-type", "text/html"));
    let html =
        release(&[("AWS_ENDPOINT_URL", &proxy.url), ("FORMWORK_CLOCK_SPEED", "1000")], &["status", "users"]);
    assert!(html.code == 1 && html.stderr.contains("a page of HTML, not AWS's"), "{}", html.stderr);
    aws.server.shared().model.functions.get_mut("shop-users").unwrap().versions.pop();
    let gone = release(&[], &["promote", "users", "--unverified"]);
    assert_eq!(gone.code, 1, "{}", gone.stderr);
    assert!(gone.stderr.contains("a version that alias `live` was to go to is gone"), "{}", gone.stderr);
}
