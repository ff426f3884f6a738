//! Shtetl: two repositories that tell each other of candidates, migrations that are tried before they run.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::cloud::Cloud;
use crate::support::github::{Behaviour, GitHub, TOKEN};
use crate::world::{COMMIT, World, website};

const SERVICES: [&str; 3] = ["shtetl-dev-kehilla", "shtetl-dev-shul", "shtetl-dev-zmanim"];
const MIGRATE: &str = "shtetl-dev-migrate";

/// The services' repository, in which one migration is deployed; and how its second one changes the schema.
struct Shtetl {
    world: World,
    aws: Aws,
    gate: GitHub,
    /// The commit that is deployed.
    before: String,
}

impl Shtetl {
    fn new(conclusion: &'static str) -> Self {
        let stacks = ["shtetl-bootstrap", "shtetl-github"];
        let mut world = World::new("shtetl", "jcom-dev/shtetl-api", "us-east-1", &stacks);
        world.add_repository("shtetl");
        world.github.others.insert("jcom-dev/shtetl".to_owned(), world.path("shtetl"));
        let gate = GitHub::start(Behaviour { conclusion, ..Behaviour::default() });
        world.github.env.insert("GITHUB_API_URL".to_owned(), gate.server.url.clone());
        world.github.given.get_mut("secrets").unwrap()["MAIN_REPO_TOKEN"] = json!(TOKEN);
        let aws =
            Aws::start(&[&SERVICES[..], &[MIGRATE]].concat(), &["dev", "dev-candidate"], Cloud::default());
        world.use_aws(&aws);
        world.write("aws/migrate/answer.json", r#"{"version": 2}"#);
        world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200}"#);
        let users = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);\n";
        world.write("shtetl-api/db/migrations/000001_users.up.sql", users);
        world.write("shtetl-api/db/migrations/000001_users.down.sql", "DROP TABLE users;\n");
        for service in ["kehilla", "shul", "zmanim"] {
            let sql = format!("CREATE TABLE {service} (id bigint PRIMARY KEY);\n");
            world.write(&format!("shtetl-api/{service}/migrations/000001_first.up.sql"), &sql);
            let sql = format!("DROP TABLE {service};\n");
            world.write(&format!("shtetl-api/{service}/migrations/000001_first.down.sql"), &sql);
        }
        let releases = "[[release]]\nservice = \"zmanim\"\nrelease = \"1\"\nqueries = [\"queries.sql\"]\n";
        world.write("shtetl-api/releases.toml", releases);
        world.write("shtetl-api/queries.sql", "SELECT id, name FROM users;\n");
        world.write("shtetl-api/web/produced/out/index.html", "<p>one");
        world.write("shtetl-api/web/produced/coverage/index.html", "<p>all of it");
        let before = world.commit("shtetl-api");
        Self { world, aws, gate, before }
    }

    /// Adds the second migration.
    fn migration(&mut self, sql: &str) {
        self.world.write("shtetl-api/db/migrations/000002_change.up.sql", sql);
        self.world.write("shtetl-api/db/migrations/000002_change.down.sql", "SELECT 1;\n");
        self.world.commit("shtetl-api");
    }

    /// The event that a dispatch becomes in the main repository.
    fn dispatch(&mut self, sent: &Value) {
        let world = &mut self.world;
        world.github.repository = world.path("shtetl");
        world.github.others.insert("jcom-dev/shtetl-api".to_owned(), world.path("shtetl-api"));
        world.github.given.get_mut("secrets").unwrap()["SERVICES_REPO_TOKEN"] = json!("another token");
        world.github.event["repository"] = json!("jcom-dev/shtetl");
        world.github.event["event_name"] = json!("repository_dispatch");
        world.github.event["event"] = json!({"client_payload": sent["client_payload"]});
    }

    /// An issue was opened, Slack was told, and the topic with the subscribers by e-mail.
    fn assert_told(&self, text: &str) {
        let notes = self.world.notes();
        assert!(notes.contains("gh issue create --repo jcom-dev/shtetl-api"), "{notes}");
        assert!(
            notes.contains(
                "aws sns publish --topic-arn arn:aws:sns:us-east-1:123456789012:shtetl-dev-platform-alerts"
            ),
            "{notes}"
        );
        assert!(notes.contains(text), "{notes}");
        let told = self.world.slack.asked();
        assert!(told.iter().any(|asked| asked.body.contains(text)), "{told:?}");
    }

    fn serving(&self) -> Vec<String> {
        SERVICES.iter().map(|name| self.aws.serving(name, "dev")).collect()
    }
}

const EXPAND: &str = "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN timezone text;\n";

#[test]
fn a_pull_request_is_tested_its_migrations_are_tried_and_nothing_is_deployed() {
    let mut shtetl = Shtetl::new("success");
    shtetl.migration(EXPAND);
    shtetl.world.pull_request("dev");
    // What is deployed is on the branch that the pull request is for.
    let script = format!("git update-ref refs/remotes/origin/dev {}", shtetl.before);
    let folder = shtetl.world.path("shtetl-api");
    assert!(
        std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(folder)
            .status()
            .unwrap()
            .success()
    );
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("success"), ["build", "test"], "{}", ran.everything());
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    let ran = shtetl.world.run("shtetl-api", "migration-safety-check.yml");
    assert_eq!(ran.that("success"), ["result", "safety", "tool"], "{}", ran.everything());
    assert!(
        ran.job("safety").summary.contains("db/migrations/000002_change.up.sql: EXPAND"),
        "{}",
        ran.everything()
    );
    assert!(shtetl.world.notes().contains("<!-- migration-safety -->\nMigrations: success\n"));
}

#[test]
fn a_push_to_dev_is_migrated_applied_tested_across_repositories_promoted_and_taken_back_if_it_does_not_serve()
{
    let mut shtetl = Shtetl::new("success");
    shtetl.migration(EXPAND);
    let site = website(&[]);
    shtetl.world.lead("https://api-dev-candidate.shtetl.com", &site);
    shtetl.world.lead("https://api-dev.shtetl.com", &site);
    let before = shtetl.before.clone();
    shtetl.world.push("dev", &before);
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["failed"], "{}", ran.everything());
    assert_eq!(shtetl.serving(), ["2", "2", "2"]);
    assert_eq!(shtetl.aws.serving(MIGRATE, "dev-candidate"), "2");
    assert_eq!(shtetl.aws.cloud().objects["index.html"].0, "<p>one");
    assert!(ran.log("infrastructure").contains("shtetl-dev: applied: 140 added"), "{}", ran.everything());
    // The site is what was built, without the sources beside it.
    let published = shtetl
        .aws
        .cloud()
        .objects
        .keys()
        .filter(|key| !key.starts_with(".formwork/"))
        .cloned()
        .collect::<Vec<_>>();
    assert_eq!(published, ["index.html"]);
    // What was deployed when is kept, and two roles were assumed: one applies, the other releases.
    let log =
        std::fs::read_to_string(shtetl.world.path("aws/shtetl-terraform-state/shtetl-dev/migrations.json"));
    assert!(log.unwrap().contains("000002_change.up.sql"));
    assert!(
        ran.log("infrastructure")
            .contains("role/deploy-shtetl-dev as repo:jcom-dev/shtetl-api:environment:dev")
    );
    assert!(
        ran.log("promote").contains("role/release-shtetl-dev as repo:jcom-dev/shtetl-api:environment:dev")
    );
    // Each candidate was held to all three tests, and at the end what serves.
    assert_eq!(site.asked().len(), 9 + 3, "{:?}", site.asked());

    // What serves and does not answer goes back, with its site.
    shtetl.world.write("shtetl-api/web/produced/out/index.html", "<p>two");
    shtetl.world.github.event["sha"] = json!("f".repeat(40));
    shtetl.world.lead("https://api-dev.shtetl.com", &website(&["/shul/health"]));
    let bad = shtetl.world.run_jobs("shtetl-api", "ci-cd.yml", &["build", "candidate", "promote"]);
    assert!(!bad.succeeded, "{}", bad.log);
    assert_eq!(
        bad.steps[bad.steps.len() - 2..],
        ["Move the stable alias back", "Bring the former site back"]
    );
    assert_eq!(shtetl.serving(), ["2", "2", "2"]);
    assert_eq!(shtetl.aws.serving(SERVICES[0], "dev-candidate"), "3");
    assert_eq!(shtetl.aws.cloud().objects["index.html"].0, "<p>one");

    // The main repository is told, tests, and says so at the commit.
    shtetl.gate.check();
    let sent = shtetl.gate.dispatched();
    assert_eq!(sent.len(), 1);
    shtetl.dispatch(&sent[0]);
    let ran = shtetl.world.run("shtetl", "integration-test.yml");
    assert_eq!(ran.that("success"), ["passed", "test"], "{}", ran.everything());
    let notes = shtetl.world.notes();
    assert!(notes.contains("make test-integration-cross-repo"), "{notes}");
    assert!(
        notes
            .contains(&format!("repos/jcom-dev/shtetl-api/statuses/{COMMIT} --silent --field state=success")),
        "{notes}"
    );
}

#[test]
fn a_gate_that_fails_leaves_the_stable_alias_and_tells_everybody() {
    let mut shtetl = Shtetl::new("failure");
    let site = website(&[]);
    shtetl.world.lead("*", &site);
    let before = shtetl.before.clone();
    shtetl.world.push("dev", &before);
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(
        (ran.that("failure"), ran.that("skipped")),
        (vec!["gate"], vec!["promote"]),
        "{}",
        ran.everything()
    );
    assert_eq!(shtetl.serving(), ["1", "1", "1"]);
    assert_eq!(shtetl.aws.serving(SERVICES[0], "dev-candidate"), "2");
    shtetl.assert_told("The deployment of 0123456789abcdef0123456789abcdef01234567 to dev failed");
    // The main repository's tests failed: that is a status and an issue of its own.
    let sent = shtetl.gate.dispatched();
    shtetl.dispatch(&sent[0]);
    shtetl.world.github.env.insert("FAILING".to_owned(), "make test-integration-cross-repo".to_owned());
    let ran = shtetl.world.run("shtetl", "integration-test.yml");
    assert_eq!(
        (ran.that("failure"), ran.that("success")),
        (vec!["test"], vec!["failed"]),
        "{}",
        ran.everything()
    );
    let notes = shtetl.world.notes();
    assert!(notes.contains("--field state=failure"), "{notes}");
    assert!(notes.contains("--title Integration tests failed for kehilla,shul,zmanim"), "{notes}");
}

#[test]
fn what_is_not_safe_or_not_agreed_to_or_does_not_pass_its_tests_stops_before_anything_is_changed() {
    let mut shtetl = Shtetl::new("success");
    let before = shtetl.before.clone();
    shtetl.world.push("dev", &before);
    let contract = "SET lock_timeout = '2s';\nALTER TABLE users DROP COLUMN name;\n";
    for (sql, failing, failed) in [
        ("SET lock_timeout = '2s';\nALTER TABLE users RENAME name TO full_name;\n", "", "safety"),
        (contract, "", "safety"),
        (EXPAND, "go test", "test"),
    ] {
        shtetl.migration(sql);
        shtetl.world.github.env.insert("FAILING".to_owned(), failing.to_owned());
        shtetl.world.github.declined = ["contract".to_owned()].into();
        let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
        assert_eq!(ran.that("failure"), [failed], "{sql}: {}", ran.everything());
        let skipped = ["candidate", "gate", "infrastructure", "migrate", "promote"];
        let stopped = ran.that("skipped");
        assert!(skipped.iter().all(|job| stopped.contains(job)), "{sql}: {}", ran.everything());
    }
    assert_eq!(shtetl.serving(), ["1", "1", "1"]);
    assert!(!shtetl.world.notes().contains("aws lambda invoke"));
    shtetl.assert_told("The deployment of 0123456789abcdef0123456789abcdef01234567 to dev failed");
}

#[test]
fn a_migration_that_fails_is_the_end_of_the_deployment() {
    let mut shtetl = Shtetl::new("success");
    shtetl.migration(EXPAND);
    shtetl.world.write("aws/migrate/answer.json", r#"{"errorMessage": "Dirty database version 2"}"#);
    shtetl.world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200, "FunctionError": "Unhandled"}"#);
    let before = shtetl.before.clone();
    shtetl.world.push("dev", &before);
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("failure"), ["migrate"], "{}", ran.everything());
    assert!(ran.log("migrate").contains("Dirty database version 2"), "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["candidate", "gate", "infrastructure", "promote"]);
    shtetl.assert_told("to dev failed");
}

#[test]
fn the_main_repository_plans_for_pull_requests_and_applies_on_dev() {
    let stacks = ["shtetl-bootstrap", "shtetl-github"];
    let mut world = World::new("shtetl", "jcom-dev/shtetl", "us-east-1", &stacks);
    world.pull_request("dev");
    let ran = world.run("shtetl", "infrastructure.yml");
    assert_eq!(
        (ran.that("success"), ran.that("skipped")),
        (vec!["plan", "synth", "tool"], vec!["apply"]),
        "{}",
        ran.everything()
    );
    assert!(world.notes().contains("<!-- plan -->"), "{}", world.notes());
    assert!(ran.job("plan").summary.contains("shtetl-dev"), "{}", ran.job("plan").summary);
    world.push("dev", "");
    let ran = world.run("shtetl", "infrastructure.yml");
    assert_eq!(ran.that("success"), ["apply", "plan", "synth", "tool"], "{}", ran.everything());
    assert!(
        ran.log("apply").contains("role/deploy-shtetl-dev as repo:jcom-dev/shtetl:environment:dev"),
        "{}",
        ran.everything()
    );
    assert!(ran.log("apply").contains("shtetl-dev: applied: 140 added"), "{}", ran.everything());
    // A program that does not synthesize goes nowhere.
    world.github.env.insert("FAILING".to_owned(), "cargo build".to_owned());
    let ran = world.run("shtetl", "infrastructure.yml");
    assert_eq!((ran.that("failure"), ran.that("skipped")), (vec!["tool"], vec!["apply", "plan", "synth"]));
}
