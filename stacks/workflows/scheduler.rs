//! The scheduler: five stacks of an environment, four functions that are released as one, and promotion gates between
//! environments.

use serde_json::json;

use crate::aws::Aws;
use crate::cloud::Cloud;
use crate::support::http::{Asked, Reply, Server};
use crate::world::{World, website};

/// The functions of an environment.
const FUNCTIONS: [&str; 4] = ["api", "authorizer", "scheduler", "worker"];

struct Scheduler {
    world: World,
    aws: Aws,
}

impl Scheduler {
    fn new() -> Self {
        let stacks = ["scheduler-bootstrap", "scheduler-github"];
        let mut world = World::new("scheduler", "acme/event-scheduler", "us-east-1", &stacks);
        let names: Vec<String> = ["dev", "staging", "production"]
            .iter()
            .flat_map(|environment| FUNCTIONS.map(|name| format!("scheduler-{environment}-{name}")))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let aws = Aws::start(&names, &["live", "candidate"], Cloud::default());
        // Enough calls for a verdict, of every version, and minutes that pass in moments.
        for version in ["1", "2", "3"] {
            aws.functions().traffic.insert(version.to_owned(), (100.0, 0.0));
        }
        world.github.env.insert("FORMWORK_CLOCK_SPEED".to_owned(), "1000".to_owned());
        world.use_aws(&aws);
        let scheduler = Self { world, aws };
        scheduler.build("one");
        scheduler
    }

    /// What the next build makes.
    fn build(&self, content: &str) {
        for name in FUNCTIONS {
            let package = format!("event-scheduler/produced/dist/{name}.zip");
            self.world.write(&package, &format!("PK {content} of {name}"));
        }
        self.world.write("event-scheduler/produced/coverage/index.html", "80 %");
    }

    fn serving(&self, environment: &str) -> Vec<String> {
        FUNCTIONS.map(|name| self.aws.serving(&format!("scheduler-{environment}-{name}"), "live")).into()
    }
}

/// An API that lets nobody in.
fn guarded() -> Server {
    Server::start(|asked: &Asked| {
        let status = if asked.header("authorization").is_some() { 403 } else { 401 };
        Reply::json(status, &json!({}))
    })
}

#[test]
fn a_pull_request_runs_every_level_of_tests_and_none_hides_another() {
    let mut scheduler = Scheduler::new();
    scheduler.world.pull_request("develop");
    let ran = scheduler.world.run("event-scheduler", "ci.yml");
    let jobs = ["build", "e2e-tests", "integration-tests", "lint", "unit-tests"];
    assert_eq!(ran.that("success"), jobs, "{}", ran.everything());
    let threshold = "npx --no-install jest --selectProjects unit --coverage --coverageThreshold={\"global\":{\"branches\":80,";
    assert!(scheduler.world.notes().contains(threshold), "{}", scheduler.world.notes());
    scheduler.world.github.env.insert("FAILING".to_owned(), "npx --no-install jest".to_owned());
    let ran = scheduler.world.run("event-scheduler", "ci.yml");
    assert_eq!(ran.that("failure"), ["unit-tests"], "{}", ran.everything());
}

#[test]
fn develop_goes_to_dev_and_what_lets_strangers_in_goes_back() {
    let mut scheduler = Scheduler::new();
    scheduler.world.lead("*", &guarded());
    scheduler.world.push("develop", "");
    let ran = scheduler.world.run("event-scheduler", "deploy.yml");
    assert_eq!(ran.that("success"), ["apply-dev", "build", "release-dev", "tool"], "{}", ran.everything());
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(ran.log("apply-dev").matches(": applied: ").count(), 5, "{}", ran.everything());
    assert_eq!(scheduler.serving("dev"), ["2", "2", "2", "2"]);
    assert_eq!(scheduler.serving("staging"), ["1", "1", "1", "1"]);

    scheduler.build("two");
    scheduler.world.github.event["sha"] = json!("f".repeat(40));
    scheduler.world.lead("*", &website(&[]));
    let ran = scheduler.world.run_jobs("event-scheduler", "deploy.yml", &["build", "release-dev"]);
    assert_eq!((ran.succeeded, ran.steps.last().unwrap().as_str()), (false, "Roll back"), "{}", ran.log);
    assert_eq!(scheduler.serving("dev"), ["2", "2", "2", "2"]);

    // By hand, further back.
    scheduler.world.github.event["event_name"] = json!("workflow_dispatch");
    scheduler.world.github.given.insert("inputs".to_owned(), json!({"environment": "dev"}));
    let ran = scheduler.world.run("event-scheduler", "rollback.yml");
    assert_eq!(ran.that("success"), ["rollback-dev", "tool"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["rollback-production", "rollback-staging"]);
    assert_eq!(scheduler.serving("staging"), ["1", "1", "1", "1"]);
}

#[test]
fn main_goes_to_staging_step_by_step_and_to_production_when_somebody_agrees() {
    let mut scheduler = Scheduler::new();
    scheduler.world.lead("*", &guarded());
    scheduler.world.push("main", "");
    scheduler.world.github.declined = ["production".to_owned()].into();
    let ran = scheduler.world.run("event-scheduler", "deploy.yml");
    assert_eq!(ran.that("failure"), ["apply-production"], "{}", ran.everything());
    assert_eq!(
        ran.that("skipped"),
        ["apply-dev", "release-dev", "release-production"],
        "{}",
        ran.everything()
    );
    assert_eq!(scheduler.serving("staging"), ["2", "2", "2", "2"]);
    assert_eq!(scheduler.serving("production"), ["1", "1", "1", "1"]);
    assert!(ran.log("release-staging").contains("10% of the calls"), "{}", ran.everything());
}

#[test]
fn a_version_whose_calls_fail_is_taken_back_before_it_has_all_of_them() {
    let mut scheduler = Scheduler::new();
    scheduler.world.lead("*", &guarded());
    scheduler.world.push("main", "");
    scheduler.aws.functions().traffic.insert("2".to_owned(), (100.0, 50.0));
    let ran =
        scheduler.world.run_jobs("event-scheduler", "deploy.yml", &["tool", "build", "release-staging"]);
    assert!(!ran.succeeded, "{}", ran.log);
    // It went back by itself: the step that does so is for what was promoted.
    assert_eq!(ran.steps.last().unwrap(), "Promote", "{}", ran.log);
    assert!(ran.log.contains("10% of the calls"), "{}", ran.log);
    assert_eq!(scheduler.serving("staging"), ["1", "1", "1", "1"]);
}
