//! The scheduler: five stacks of an environment, four functions that are released as one, promotion gates between
//! environments, migrations and the ways back.

use serde_json::json;

use crate::aws::Aws;
use crate::cloud::Cloud;
use crate::support::http::{Asked, Reply, Server};
use crate::workflow::WorkflowRan;
use crate::world::{World, website};

/// The functions of an environment that are released as one.
const FUNCTIONS: [&str; 4] = ["api", "authorizer", "scheduler", "worker"];

/// The function that migrates.
const MIGRATE: &str = "migrate";

const USERS: &str = "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n";

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
            .flat_map(|environment| {
                let names = FUNCTIONS.iter().chain([&MIGRATE]);
                names.map(|name| format!("scheduler-{environment}-{name}")).collect::<Vec<_>>()
            })
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let aws = Aws::start(&names, &["live", "candidate"], Cloud::default());
        // Enough calls for a verdict, of every version, and minutes that pass in moments.
        for version in ["1", "2", "3"] {
            aws.functions().traffic.insert(version.to_owned(), (100.0, 0.0));
        }
        for environment in ["dev", "staging", "production"] {
            let of_functions = FUNCTIONS.map(|name| format!("{name}-throttles"));
            let others = ["api-latency", "queue-depth"].map(str::to_owned);
            for alarm in of_functions.into_iter().chain(others) {
                aws.functions().alarms.insert(format!("scheduler-{environment}-{alarm}"), false);
            }
        }
        world.write("aws/migrate/answer.json", r#"{"version": 1}"#);
        world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200}"#);
        world.write("event-scheduler/db/migrations/000001_users.up.sql", USERS);
        world.write("event-scheduler/db/migrations/000001_users.down.sql", "DROP TABLE users;\n");
        world.github.env.insert("FORMWORK_CLOCK_SPEED".to_owned(), "1000".to_owned());
        world.use_aws(&aws);
        let scheduler = Self { world, aws };
        scheduler.build("one");
        scheduler
    }

    /// What the next build makes.
    fn build(&self, content: &str) {
        for name in FUNCTIONS.iter().chain([&MIGRATE]) {
            let package = format!("event-scheduler/produced/dist/{name}.zip");
            self.world.write(&package, &format!("PK {content} of {name}"));
        }
        self.world.write("event-scheduler/produced/coverage/index.html", "80 %");
    }

    /// A person starts a workflow for dev.
    fn by_hand(&mut self, file: &str) -> WorkflowRan {
        self.world.github.event["event_name"] = json!("workflow_dispatch");
        self.world.github.given.insert("inputs".to_owned(), json!({"environment": "dev"}));
        self.world.run("event-scheduler", file)
    }

    /// What AWS's command line was asked to do with functions since there were so many notes.
    fn asked_of_lambda(&self, since: usize) -> Vec<String> {
        let notes = self.world.notes();
        let calls = notes
            .lines()
            .skip(since)
            .filter(|line| ["aws lambda", "{", "sleep"].iter().any(|start| line.starts_with(start)));
        calls.map(str::to_owned).collect()
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
    let jobs = ["build", "e2e-tests", "integration-tests", "lint", "migrations", "tool", "unit-tests"];
    assert_eq!(ran.that("success"), jobs, "{}", ran.everything());
    let threshold = "npx --no-install jest --selectProjects unit --coverage --coverageThreshold={\"global\":{\"branches\":80,";
    assert!(scheduler.world.notes().contains(threshold), "{}", scheduler.world.notes());
    scheduler.world.github.env.insert("FAILING".to_owned(), "npx --no-install jest".to_owned());
    let ran = scheduler.world.run("event-scheduler", "ci.yml");
    assert_eq!(ran.that("failure"), ["unit-tests"], "{}", ran.everything());
    // Docker Compose is brought down whatever came of the tests.
    scheduler.world.github.env.insert("FAILING".to_owned(), "npm run test:e2e".to_owned());
    let ran = scheduler.world.run("event-scheduler", "ci.yml");
    assert_eq!(ran.that("failure"), ["e2e-tests"], "{}", ran.everything());
    let asked = scheduler.world.notes();
    let asked: Vec<&str> = asked.lines().filter(|line| line.starts_with("docker")).collect();
    let down = ["docker compose logs", "docker compose down --volumes"];
    assert_eq!(asked[asked.len() - 2..], down, "{asked:?}");
    assert!(asked.contains(&"docker compose up --detach --wait"), "{asked:?}");
}

#[test]
fn a_migration_that_hurts_what_serves_or_has_no_way_back_is_not_merged() {
    let mut scheduler = Scheduler::new();
    scheduler.world.pull_request("develop");
    let rename = "SET lock_timeout = '2s';\nALTER TABLE users RENAME COLUMN name TO full_name;\n";
    scheduler.world.write("event-scheduler/db/migrations/000002_names.up.sql", rename);
    let ran = scheduler.world.run("event-scheduler", "ci.yml");
    assert_eq!(ran.that("failure"), ["migrations"], "{}", ran.everything());
    assert!(ran.log("migrations").contains("000002_names"), "{}", ran.everything());
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

    // By hand, further back. The program is built only if no deployment has kept one.
    let ran = scheduler.by_hand("rollback.yml");
    assert_eq!(ran.that("success"), ["newest", "rollback-dev", "tool"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["rollback-production", "rollback-staging"]);
    assert_eq!(scheduler.serving("staging"), ["1", "1", "1", "1"]);
    scheduler.world.github.env.insert("KEPT_RUNS".to_owned(), "41".to_owned());
    let ran = scheduler.by_hand("rollback.yml");
    assert_eq!(ran.that("success"), ["newest", "rollback-dev"], "{}", ran.everything());
    assert!(ran.that("skipped").contains(&"tool"), "{}", ran.everything());
}

#[test]
fn what_nobody_calls_is_released_all_the_same_and_an_alarm_takes_it_back() {
    let mut scheduler = Scheduler::new();
    scheduler.world.lead("*", &guarded());
    scheduler.aws.functions().traffic.clear();
    scheduler.world.push("develop", "");
    let ran = scheduler.world.run("event-scheduler", "deploy.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(scheduler.serving("dev"), ["2", "2", "2", "2"]);
    assert_eq!(scheduler.aws.serving("scheduler-dev-migrate", "candidate"), "2");

    scheduler.build("two");
    scheduler.world.github.event["sha"] = json!("f".repeat(40));
    scheduler.aws.functions().alarms.insert("scheduler-dev-queue-depth".to_owned(), true);
    let ran = scheduler.world.run_jobs("event-scheduler", "deploy.yml", &["build", "release-dev"]);
    assert!(!ran.succeeded && ran.log.contains("scheduler-dev-queue-depth rings"), "{}", ran.log);
    assert_eq!(scheduler.serving("dev"), ["2", "2", "2", "2"]);
}

#[test]
fn the_newest_migration_goes_back_while_the_functions_stand_still() {
    let mut scheduler = Scheduler::new();
    scheduler.world.lead("*", &guarded());
    scheduler.world.push("develop", "");
    let ran = scheduler.world.run("event-scheduler", "deploy.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    let up = scheduler.asked_of_lambda(0);
    assert!(up.len() == 2 && up[1] == r#"{"command":"up"}"#, "{up:?}");

    // A migration that does not go back leaves everything as it was.
    let since = scheduler.world.notes().lines().count();
    let failed = r#"{"StatusCode": 200, "FunctionError": "Unhandled"}"#;
    scheduler.world.write("aws/migrate/invocation.json", failed);
    let ran = scheduler.by_hand("database-rollback.yml");
    assert_eq!(ran.that("failure"), ["database-rollback-dev"], "{}", ran.everything());
    assert_eq!(ran.job("database-rollback-dev").steps.last().unwrap(), "Start the functions as they were");
    assert_eq!(scheduler.serving("dev"), ["2", "2", "2", "2"]);
    let asked = scheduler.asked_of_lambda(since);
    assert_eq!(asked.iter().filter(|call| call.contains("--reserved-concurrent-executions 0")).count(), 4);
    assert_eq!(asked.iter().filter(|call| call.contains("delete-function-concurrency")).count(), 4);

    let since = scheduler.world.notes().lines().count();
    scheduler.world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200}"#);
    let ran = scheduler.by_hand("database-rollback.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(scheduler.serving("dev"), ["1", "1", "1", "1"]);
    let asked = scheduler.asked_of_lambda(since);
    let position = |text: &str| asked.iter().position(|call| call.contains(text)).unwrap();
    let order =
        ["executions 0", "sleep 55", r#""down""#, r#""check""#, "delete-function-concurrency"].map(position);
    assert!(order.is_sorted(), "{asked:?}");
    assert_eq!(ran.job("database-rollback-dev").steps.last().unwrap(), "Test what serves");
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
fn production_is_not_asked_for_while_an_alarm_of_staging_rings() {
    let mut scheduler = Scheduler::new();
    scheduler.world.lead("*", &guarded());
    scheduler.world.push("main", "");
    scheduler.world.write("aws/ringing", "scheduler-staging-dead-letters");
    let ran = scheduler.world.run("event-scheduler", "deploy.yml");
    assert_eq!(ran.that("failure"), ["healthy-staging"], "{}", ran.everything());
    assert!(
        ran.log("healthy-staging").contains("scheduler-staging-dead-letters rings"),
        "{}",
        ran.everything()
    );
    assert!(ran.that("skipped").contains(&"apply-production"), "{}", ran.everything());
    assert_eq!(scheduler.serving("staging"), ["2", "2", "2", "2"]);
}

#[test]
fn a_version_whose_calls_fail_is_rolled_back_before_it_has_all_of_them() {
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
