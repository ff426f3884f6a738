//! `release` of functions, through the built program: the real clients of the SDK, against the fake of Lambda that
//! `crates/release` is tested with.

use std::process::Command;

use crate::fake_aws::http::{Fault, Server};
use crate::fake_aws::model::Model;
use crate::support::github::{Behaviour, Fault as GitHubFault, GitHub, TOKEN};
use crate::support::http::{Reply, Server as Website};
use crate::support::{Ran, TestEnv};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

pub(crate) struct Aws {
    pub(crate) server: Server,
    pub(crate) env: TestEnv,
    /// Serves until the test ends.
    _runtime: Runtime,
}

impl Aws {
    pub(crate) fn start() -> Self {
        let names = ["shop-checkout", "shop-stock", "shop-users"];
        let model = names.iter().fold(Model { update_takes: 1, ..Model::default() }, |model, name| {
            model.with_function(name, &["live", "candidate"])
        });
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(Server::start(model));
        let env = TestEnv::new();
        for name in ["checkout", "stock", "users"] {
            env.write(&format!("{name}.zip"), &format!("PK two of {name}"));
        }
        Self { server, env, _runtime: runtime }
    }

    pub(crate) fn release(&self, arguments: &[&str]) -> Ran {
        self.release_with(&[], arguments)
    }

    /// With GitHub told of it.
    fn release_told(&self, github: &GitHub, arguments: &[&str]) -> Ran {
        let variables = [("GITHUB_TOKEN", TOKEN), ("GITHUB_API_URL", github.server.url.as_str())];
        let told = ["--github-environment", "prod", "--github-repository", "acme/shop"];
        let ran = self.release_with(&variables, &[arguments, &told].concat());
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(TOKEN), "{}", ran.stderr);
        github.check();
        ran
    }

    pub(crate) fn release_with(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        self.env.finish(self.command(more, arguments))
    }

    /// The same as a command, to be started by the test itself.
    pub(crate) fn command(&self, more: &[(&str, &str)], arguments: &[&str]) -> Command {
        let url = self.server.url();
        let variables = [
            ("FIXTURE", "delivery"),
            ("AWS_ENDPOINT_URL", url.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("GITHUB_ACTOR", "octocat"),
        ];
        self.env.command_in_job(&[&variables[..], more].concat(), &[&["release"], arguments].concat())
    }

    pub(crate) fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.release(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    fn start_checkout(&self, more: &[&str]) -> Ran {
        self.good(&[&["start", "checkout", "--package", "checkout.zip", "--commit", COMMIT], more].concat())
    }

    fn status(&self, service: &str) -> Value {
        let status: Value = serde_json::from_str(&self.good(&["status", service, "--json"]).stdout).unwrap();
        status[0].clone()
    }

    /// The version that an alias gives all calls.
    pub(crate) fn serving(&self, service: &str, alias: &str) -> String {
        let state = self.server.shared().model.alias(&format!("shop-{service}"), alias).unwrap();
        assert!(state.weights.is_empty(), "{state:?}");
        state.version
    }

    /// How often a stable alias moved.
    fn moves(&self) -> usize {
        self.server.shared().model.written.iter().filter(|written| written.alias == "live").count()
    }
}

#[test]
fn a_function_is_started_verified_promoted_and_taken_back() {
    let aws = Aws::start();
    let started = aws.start_checkout(&[]);
    assert!(started.stderr.contains("the candidate is version 2, version 1 serves"), "{}", started.stderr);
    assert_eq!(
        (aws.serving("checkout", "candidate"), aws.serving("checkout", "live")),
        ("2".into(), "1".into())
    );
    // The same again is the same version.
    assert!(aws.start_checkout(&[]).stderr.contains("the candidate is version 2"));
    let early = aws.release(&["promote", "checkout"]);
    assert!(early.code == 1 && early.stderr.contains("is not verified"), "{}", early.stderr);
    aws.good(&["verify", "checkout", "--attest", "asked by hand"]);
    aws.good(&["promote", "checkout", "--release", COMMIT]);
    // A tenth, a half, all.
    assert_eq!((aws.moves(), aws.serving("checkout", "live")), (3, "2".into()));
    let status = aws.status("checkout");
    assert_eq!((&status["state"], &status["warnings"]), (&json!("promoted"), &json!([])));
    let live = &status["aliases"][0];
    assert_eq!((&live["alias"], &live["versions"]), (&json!("live"), &json!([["2", 100]])));
    assert_eq!(
        (&live["commit"], &live["by"], &live["before"]),
        (&json!(COMMIT), &json!("octocat"), &json!("1"))
    );
    assert!(live["since"].is_u64(), "{live}");
    let history: Value = serde_json::from_str(&aws.good(&["history", "--json"]).stdout).unwrap();
    assert_eq!(history["checkout"][0]["version"], "2", "{history}");
    assert_eq!(history["stock"].as_array().unwrap().len(), 1, "{history}");
    let gone = aws.release(&["rollback", "checkout", "--to", "99"]);
    assert!(gone.code == 1 && gone.stderr.contains("version 99"), "{}", gone.stderr);
    aws.good(&["rollback", "checkout"]);
    assert_eq!((aws.moves(), aws.serving("checkout", "live")), (4, "1".into()));
    assert_eq!(aws.status("checkout")["state"], "rolled back");
    aws.good(&["rollback", "checkout", "--to", "2"]);
    assert_eq!(aws.serving("checkout", "live"), "2");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_writes_nothing() {
    let aws = Aws::start();
    let ran = aws.start_checkout(&["--dry-run"]);
    assert!(ran.stderr.contains("Would have started"), "{}", ran.stderr);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["outcome"] == "rehearsed"), "{}", ran.stdout);
    aws.start_checkout(&[]);
    aws.good(&["verify", "checkout", "--attest", "asked by hand"]);
    let written = aws.server.shared().model.written.len();
    aws.good(&["promote", "checkout", "--dry-run"]);
    aws.good(&["rollback", "checkout", "--to", "2", "--dry-run"]);
    assert_eq!(aws.server.shared().model.written.len(), written);
    assert_eq!(aws.serving("checkout", "live"), "1");
}

#[test]
fn a_release_that_was_cut_off_is_shown_and_goes_on() {
    for (way, state, version) in [("", "promoted", "2"), ("--back", "rolled back", "1")] {
        let aws = Aws::start();
        aws.start_checkout(&[]);
        aws.good(&["verify", "checkout", "--attest", "asked by hand"]);
        // The second step is refused, and with it the way back.
        aws.server.shared().faults.insert("UpdateAlias", vec![Fault::Pass, Fault::Deny, Fault::Deny]);
        let cut = aws.release(&["promote", "checkout"]);
        assert!(cut.code == 1 && cut.stderr.contains("lambda:UpdateAlias"), "{}", cut.stderr);
        aws.server.shared().faults.clear();
        let shown = aws.status("checkout");
        assert_eq!(shown["aliases"][0]["versions"], json!([["1", 90], ["2", 10]]));
        assert!(shown["warnings"][0].as_str().unwrap().contains("unfinished"), "{shown}");
        let arguments: Vec<&str> =
            ["resume", "checkout", way].into_iter().filter(|it| !it.is_empty()).collect();
        aws.good(&arguments);
        assert_eq!(
            (aws.status("checkout")["state"].as_str(), aws.serving("checkout", "live").as_str()),
            (Some(state), version)
        );
        let again = aws.good(&["resume", "checkout"]);
        assert!(again.stderr.contains("nothing was cut off"), "{}", again.stderr);
    }
}

#[test]
fn services_of_a_group_are_promoted_together_or_not_at_all() {
    let aws = Aws::start();
    let start = [
        "start",
        "backend",
        "--package",
        "stock=stock.zip",
        "--package",
        "users=users.zip",
        "--commit",
        COMMIT,
    ];
    aws.good(&start);
    aws.good(&["verify", "backend", "--attest", "asked by hand"]);
    aws.server.shared().faults.insert("UpdateAlias", vec![Fault::Pass, Fault::Deny]);
    let failed = aws.release(&["promote", "backend"]);
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert_eq!((aws.serving("stock", "live"), aws.serving("users", "live")), ("1".into(), "1".into()));
    assert_eq!(aws.moves(), 2);
    // Taken back, it is another attempt.
    aws.good(&start);
    aws.good(&["verify", "backend", "--attest", "asked by hand"]);
    aws.good(&["promote", "backend"]);
    assert_eq!((aws.serving("stock", "live"), aws.serving("users", "live")), ("2".into(), "2".into()));
    let missing = aws.release(&["start", "stock", "--package", "stock.zip", "--commit", COMMIT]);
    assert!(missing.code == 2 && missing.stderr.contains("--package"), "{}", missing.stderr);
}

/// A suite with one test: a path answers.
fn suite(path: &str) -> String {
    format!(
        "description = \"The shop\"\n\n[[test]]\nname = \"it answers\"\nrequest = {{ path = \"{path}\" }}\nexpect = {{ status = 200 }}\n"
    )
}

#[test]
fn smoke_tests_decide_whether_a_candidate_may_serve() {
    let aws = Aws::start();
    aws.start_checkout(&[]);
    let site = Website::start(|asked| match asked.path() {
        "/health" => Reply::json(200, &json!({ "status": "ok" })),
        _ => Reply::json(500, &json!({})),
    });
    aws.env.write("broken.toml", &suite("/broken"));
    aws.env.write("health.toml", &suite("/health"));
    let unasked = aws.release(&["verify", "checkout"]);
    assert!(unasked.code == 2 && unasked.stderr.contains("--smoke"), "{}", unasked.stderr);
    let failed = aws.release(&["verify", "checkout", "--smoke", "broken.toml", "--url", &site.url]);
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert_eq!(aws.release(&["promote", "checkout"]).code, 1);
    aws.good(&["verify", "checkout", "--smoke", "health.toml", "--url", &site.url]);
    aws.good(&["promote", "checkout"]);
    assert_eq!(aws.serving("checkout", "live"), "2");
}

#[test]
fn services_of_one_name_in_two_stacks_are_two() {
    let aws = Aws::start();
    let site = Website::start(|_| Reply::json(200, &json!({ "status": "ok" })));
    for stack in ["blue", "green"] {
        aws.env.write(&format!("{stack}.toml"), &suite(&format!("/{stack}")));
    }
    let twins = |arguments: &[&str]| {
        let ran = aws.release_with(&[("FIXTURE", "twins")], arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    };
    twins(&["start", "green/checkout", "--package", "stock.zip", "--commit", COMMIT]);
    twins(&["verify", "green/checkout", "--url", &site.url]);
    twins(&["promote", "green/checkout"]);
    assert_eq!((aws.serving("checkout", "live"), aws.serving("stock", "live")), ("1".into(), "2".into()));
    // Only its own smoke tests were run.
    assert!(site.asked().iter().all(|asked| asked.path() == "/green"), "{:?}", site.asked());
    let status: Value = serde_json::from_str(&twins(&["status", "--json"]).stdout).unwrap();
    let serving = |it: &Value| {
        (it["function"].clone(), it["state"].clone(), it["aliases"][0]["versions"][0][0].clone())
    };
    let found: Vec<_> = status.as_array().unwrap().iter().map(serving).collect();
    let expected = [("shop-checkout", "idle", "1"), ("shop-stock", "promoted", "2")];
    assert_eq!(found, expected.map(|it| (json!(it.0), json!(it.1), json!(it.2))), "{status}");
    let history: Value = serde_json::from_str(&twins(&["history", "--json"]).stdout).unwrap();
    let versions = |name: &str| history[name].as_array().map(Vec::len);
    assert_eq!((versions("blue/checkout"), versions("green/checkout")), (Some(1), Some(2)), "{history}");
}

#[test]
fn a_package_of_more_than_50_binary_megabytes_goes_through_s3() {
    let aws = Aws::start();
    let write = |name: &str, size: usize| {
        let mut bytes = vec![b'x'; size];
        bytes[..2].copy_from_slice(b"PK");
        std::fs::write(aws.env.path(name), bytes).unwrap();
    };
    write("fits.zip", 50 * 1024 * 1024);
    write("large.zip", 50 * 1024 * 1024 + 1);
    let start = |package: &str| aws.release(&["start", "checkout", "--package", package, "--commit", COMMIT]);
    let refused = start("large.zip");
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("at most 50 can be sent to Lambda"), "{}", refused.stderr);
    assert!(refused.stderr.contains("s3://BUCKET/KEY"), "{}", refused.stderr);
    let taken = start("fits.zip");
    assert!(taken.code == 0 && taken.stderr.contains("the candidate is version 2"), "{}", taken.stderr);
}

#[test]
fn a_package_may_be_in_s3() {
    let aws = Aws::start();
    aws.server.shared().objects.insert("builds/shop/checkout.zip".into(), b"PK two of checkout".to_vec());
    aws.server.shared().objects.insert("builds/shop/notes.txt".into(), b"notes".to_vec());
    let start = |package: &str| aws.release(&["start", "checkout", "--package", package, "--commit", COMMIT]);
    let ran = start("s3://builds/shop/checkout.zip");
    assert!(ran.code == 0 && ran.stderr.contains("the candidate is version 2"), "{}", ran.stderr);
    assert_eq!(aws.server.shared().sources, [json!(["builds", "shop/checkout.zip", "v1"])]);
    // The same package is the same release, wherever it is.
    assert!(start("checkout.zip").stderr.contains("the candidate is version 2"));
    assert_eq!(aws.server.shared().model.functions["shop-checkout"].versions.len(), 2);
    for (package, code, said) in [
        ("s3://builds", 2, "hint: write `s3://BUCKET/KEY`"),
        ("s3://builds/shop/gone.zip", 1, "cannot release s3://builds/shop/gone.zip"),
        ("s3://builds/shop/notes.txt", 1, "this is not a zip file"),
    ] {
        let ran = start(package);
        assert!(ran.code == code && ran.stderr.contains(said), "{package}: {} {}", ran.code, ran.stderr);
    }
}

const DEPLOYMENTS: &str = "/repos/acme/shop/deployments";

fn states(statuses: &[(String, String)]) -> Vec<&str> {
    statuses.iter().map(|(state, _)| state.as_str()).collect()
}

#[test]
fn github_is_told_what_is_true_of_a_release() {
    let aws = Aws::start();
    let github = GitHub::start(Behaviour::default());
    let start = ["start", "checkout", "--package", "checkout.zip", "--commit", COMMIT];
    let told = |arguments: &[&str]| {
        let ran = aws.release_told(&github, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("GitHub was not told"), "{}", ran.stderr);
        ran
    };
    let started = told(&start);
    let deployment = github.deployments()[0].clone();
    assert_eq!((&deployment["sha"], &deployment["environment"]), (&json!(COMMIT), &json!("prod")));
    let payload = &deployment["payload"];
    let release = payload["release"].as_str().unwrap().to_owned();
    assert!(started.stdout.contains(&release), "{}", started.stdout);
    assert_eq!(payload["services"], json!({ "checkout": { "before": "1", "after": "2" } }));
    // What is said already is not said again.
    told(&start);
    assert_eq!(states(&github.statuses_of(5)), ["in_progress"]);
    // A dry run tells nothing.
    told(&["promote", "checkout", "--unverified", "--dry-run"]);
    told(&["verify", "checkout", "--attest", "asked by hand"]);
    told(&["promote", "checkout"]);
    told(&["rollback", "checkout"]);
    let statuses = github.statuses_of(5);
    assert_eq!(states(&statuses), ["in_progress", "in_progress", "success", "inactive"]);
    assert_eq!(statuses[2].1, format!("release {release}: checkout promoted from 1 to 2"));
    assert_eq!(statuses[3].1, format!("release {release}: checkout rolled back from 2 to 1"));
    // The same package again is another attempt, with a deployment of its own.
    told(&start);
    told(&["promote", "checkout", "--unverified"]);
    assert_eq!(
        (github.deployments().len(), states(&github.statuses_of(6))),
        (2, vec!["in_progress", "success"])
    );
    // What serves in its place makes a release inactive.
    aws.env.write("checkout.zip", "PK three of checkout");
    told(&start);
    told(&["promote", "checkout", "--unverified"]);
    assert_eq!(states(&github.statuses_of(6)), ["in_progress", "success", "inactive"]);
    assert_eq!(states(&github.statuses_of(7)), ["in_progress", "success"]);
    // Nobody may refuse what has not begun in the name of what serves.
    assert_eq!(aws.release_told(&github, &["rollback", "checkout", "--to", "99"]).code, 1);
    assert_eq!(states(&github.statuses_of(7)), ["in_progress", "success"]);
}

#[test]
fn github_is_told_of_failures_and_its_own_change_nothing() {
    let aws = Aws::start();
    let lost = || ("POST", DEPLOYMENTS, GitHubFault::LostAfter);
    let github = GitHub::start(Behaviour {
        faults: vec![lost(), ("POST", "/repos/acme/shop/deployments/5/statuses", GitHubFault::LostAfter)],
        ..Behaviour::default()
    });
    let start = ["start", "checkout", "--package", "checkout.zip", "--commit", COMMIT];
    // Both replies are lost, and neither is written twice.
    assert_eq!(aws.release_told(&github, &start).code, 0);
    assert_eq!((github.count("POST", DEPLOYMENTS), states(&github.statuses_of(5))), (1, vec!["in_progress"]));
    aws.env.write(
        "broken.toml",
        "description = \"x\"\n\n[[test]]\nname = \"it answers\"\nrequest = { path = \"/\" }\nexpect = { status = 200 }\n",
    );
    let site = Website::start(|_| Reply::json(500, &json!({})));
    let failed =
        aws.release_told(&github, &["verify", "checkout", "--smoke", "broken.toml", "--url", &site.url]);
    assert_eq!(failed.code, 1);
    let statuses = github.statuses_of(5);
    assert_eq!(states(&statuses), ["in_progress", "failure"]);
    assert!(statuses[1].1.contains("it answers") && statuses[1].1.chars().count() <= 140, "{statuses:?}");
    // A step that is refused takes the release back.
    aws.server.shared().faults.insert("UpdateAlias", vec![Fault::Pass, Fault::Deny]);
    let taken_back = aws.release_told(&github, &["promote", "checkout", "--unverified"]);
    assert_eq!((taken_back.code, aws.serving("checkout", "live")), (1, "1".into()));
    let last = github.statuses_of(5).pop().unwrap();
    assert!(last.0 == "failure" && last.1.contains("rolled back from 2 to 1; "), "{last:?}");
    // What GitHub refuses is said, and the release goes on.
    let refused = || GitHubFault::Instead(Reply::json(403, &json!({ "message": "Resource not accessible" })));
    let github = GitHub::start(Behaviour {
        faults: vec![("POST", DEPLOYMENTS, refused()), ("POST", DEPLOYMENTS, refused())],
        ..Behaviour::default()
    });
    let ran = aws.release_told(&github, &start);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("GitHub was not told") && ran.stderr.contains("not accessible"),
        "{}",
        ran.stderr
    );
    let told = ["--github-environment", "prod", "--github-repository", "acme/shop"];
    let without_token = aws.release(&[&["verify", "checkout", "--attest", "x"], &told[..]].concat());
    assert_eq!(without_token.code, 0);
    assert!(without_token.stderr.contains("GITHUB_TOKEN"), "{}", without_token.stderr);
    let nowhere = aws.release(&["promote", "checkout", "--github-environment", "prod"]);
    assert!(nowhere.code == 2 && nowhere.stderr.contains("--github-repository"), "{}", nowhere.stderr);
    let short = ["start", "checkout", "--package", "checkout.zip", "--commit", "0123456789"];
    let short = aws.release_told(&github, &short);
    assert!(short.code == 0 && short.stderr.contains("is not a whole SHA"), "{}", short.stderr);
}
