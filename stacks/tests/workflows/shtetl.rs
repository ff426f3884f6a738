//! Shtetl: two repositories that tell each other of candidates, migrations that are tried before they run.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::cloud::Cloud;
use crate::fake_aws::model::sha256;
use crate::support::github::{Behaviour, GitHub, TOKEN};
use crate::world::{COMMIT, World, website};

const SERVICES: [&str; 3] = ["shtetl-dev-kehilla", "shtetl-dev-shul", "shtetl-dev-zmanim"];
const MIGRATE: &str = "shtetl-dev-migrate";
const LOG: &str = "aws/shtetl-terraform-state/shtetl-dev/migrations.json";

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

    /// Removes a table of zmanim's, in a migration whose number is that of a deployed one of the core.
    fn drop_zmanim(&mut self) {
        let path = "shtetl-api/zmanim/migrations/000002_drop";
        self.world.write(&format!("{path}.up.sql"), "SET lock_timeout = '2s';\nDROP TABLE zmanim;\n");
        self.world.write(&format!("{path}.down.sql"), "CREATE TABLE zmanim (id bigint PRIMARY KEY);\n");
        self.world.commit("shtetl-api");
    }

    /// Everything in the folders was deployed last winter, and no release from then serves any more.
    fn deployed_long_ago(&mut self) {
        let log = self.world.path(LOG).display().to_string();
        self.world.write(LOG, "{}");
        let program = env!("CARGO_BIN_EXE_formwork-stacks");
        let folders = ["db", "kehilla", "shul", "zmanim"].map(|folder| format!("{folder}/migrations"));
        let mut record = vec!["migrations", "log", "record", "--all", "--log", &log];
        record.extend(folders.iter().map(String::as_str));
        self.in_repository(program, &record);
        for verb in ["release", "retire"] {
            self.in_repository(program, &["migrations", "log", verb, "zmanim", "1", "--log", &log]);
        }
        let mut kept: Value = serde_json::from_str(&self.log()).unwrap();
        for (entries, time) in
            [("migrations", "deployed_at"), ("releases", "deployed_at"), ("releases", "retired_at")]
        {
            for entry in kept[entries].as_array_mut().unwrap() {
                entry[time] = json!("2026-01-01T00:00:00Z");
            }
        }
        self.world.write(LOG, &kept.to_string());
    }

    /// What is kept of deployments.
    fn log(&self) -> String {
        std::fs::read_to_string(self.world.path(LOG)).unwrap()
    }

    /// Runs a program in the services' repository.
    fn in_repository(&self, program: &str, arguments: &[&str]) {
        let folder = self.world.path("shtetl-api");
        let status = std::process::Command::new(program).args(arguments).current_dir(folder).status();
        assert!(status.unwrap().success(), "{program} {arguments:?}");
    }

    /// The event that a dispatch becomes in the main repository.
    fn dispatch(&mut self, sent: &Value) {
        let world = &mut self.world;
        world.github.repository = world.path("shtetl");
        world.github.others.insert("jcom-dev/shtetl-api".to_owned(), world.path("shtetl-api"));
        let secrets = world.github.given.get_mut("secrets").unwrap();
        secrets["SERVICES_REPO_TOKEN"] = json!("another token");
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
    shtetl.in_repository("sh", &["-c", &script]);
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
    let postgresql = "sudo apt-get install --yes --no-install-recommends postgresql-18\n";
    assert!(shtetl.world.notes().contains(postgresql), "{}", shtetl.world.notes());
    shtetl.world.github.env.insert("FAILING".to_owned(), "cargo build".to_owned());
    let ran = shtetl.world.run("shtetl-api", "migration-safety-check.yml");
    assert_eq!(ran.that("failure"), ["safety", "tool"], "{}", ran.everything());
    shtetl.world.github.env.remove("FAILING");
    // Each folder has versions of its own, and somebody must agree before it is merged, too.
    shtetl.drop_zmanim();
    shtetl.world.github.declined = ["contract".to_owned()].into();
    let ran = shtetl.world.run("shtetl-api", "migration-safety-check.yml");
    assert_eq!(ran.that("failure"), ["contract"], "{}", ran.everything());
    assert_eq!(ran.that("success"), ["result", "safety", "tool"], "{}", ran.everything());
}

#[test]
fn a_contract_is_asked_about_until_somebody_agrees_whichever_push_and_folder_it_is_of() {
    let mut shtetl = Shtetl::new("failure");
    shtetl.world.write("shtetl-api/approvals.toml", "label = \"contract-approved\"\n");
    shtetl.migration(EXPAND);
    shtetl.deployed_long_ago();
    shtetl.drop_zmanim();
    let before = shtetl.before.clone();
    shtetl.world.push("dev", &before);
    shtetl.world.github.declined = ["contract".to_owned()].into();
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("failure"), ["safety"], "{}", ran.everything());
    // That it was pushed before does not mean that it was deployed.
    let pushed = shtetl.world.commit("shtetl-api");
    shtetl.world.push("dev", &pushed);
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("failure"), ["safety"], "{}", ran.everything());
    assert!(ran.job("safety/safety").summary.contains("zmanim/migrations/000002_drop.up.sql: CONTRACT"));
    // Without an agreement in the same run there is no label.
    let ran = shtetl.world.run_jobs("shtetl-api", "ci-cd.yml", &["build", "migrate"]);
    let last = ran.steps.last().unwrap().as_str();
    assert_eq!((ran.succeeded, last), (false, "Check against what is deployed, and the wait"), "{}", ran.log);
    assert!(!shtetl.log().contains("000002_drop.up.sql"), "{}", shtetl.log());
    shtetl.world.github.declined.clear();
    shtetl.world.lead("*", &website(&[]));
    let ran = shtetl.world.run("shtetl-api", "ci-cd.yml");
    assert_eq!(ran.that("failure"), ["gate"], "{}", ran.everything());
    assert!(shtetl.log().contains("000002_drop.up.sql"), "{}", shtetl.log());
}

#[test]
fn a_push_to_dev_is_migrated_applied_tested_across_repositories_promoted_and_rolled_back_if_it_does_not_serve()
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
    assert!(ran.log("infrastructure").contains("shtetl-dev: applied: 143 added"), "{}", ran.everything());
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
    let log: Value = serde_json::from_str(&shtetl.log()).unwrap();
    assert!(log.to_string().contains("000002_change.up.sql"), "{log}");
    assert_eq!(log["releases"].as_array().unwrap().len(), 3, "{log}");
    assert!(
        ran.log("infrastructure")
            .contains("role/deploy-shtetl-dev as repo:jcom-dev/shtetl-api:environment:dev")
    );
    assert!(
        ran.log("promote").contains("role/release-shtetl-dev as repo:jcom-dev/shtetl-api:environment:dev")
    );
    // Each candidate was held to all six tests, and at the end what serves.
    assert_eq!(site.asked().len(), 18 + 6, "{:?}", site.asked());
    assert!(
        site.asked().iter().any(|asked| asked.method == "POST" && asked.path() == "/kehilla/health/tables")
    );

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
        notes.contains("gh pr create --repo jcom-dev/shtetl --head submodule/shtetl-api --base dev"),
        "{notes}"
    );
    assert!(notes.contains(&format!("\"sha\": \"{COMMIT}\"")), "{notes}");
    assert!(
        notes
            .contains(&format!("repos/jcom-dev/shtetl-api/statuses/{COMMIT} --silent --field state=success")),
        "{notes}"
    );
}

#[test]
fn the_first_deployment_releases_the_packages_that_the_stack_was_made_with() {
    let mut shtetl = Shtetl::new("success");
    shtetl.world.lead("*", &website(&[]));
    shtetl.world.push("dev", "");
    let ran = shtetl.world.run_jobs("shtetl-api", "ci-cd.yml", &["build"]);
    assert!(ran.succeeded, "{}", ran.log);
    for (name, function) in &mut shtetl.aws.functions().model.functions {
        let package = format!("{}.zip", name.rsplit('-').next().unwrap());
        let package = std::fs::read(shtetl.world.github.artifact("packages").join(package)).unwrap();
        function.code_sha256 = sha256(&package);
        function.versions[0].code_sha256 = sha256(&package);
    }
    for job in ["tool", "infrastructure", "migrate", "candidate", "promote"] {
        let file = if job == "tool" { "migration-safety-check.yml" } else { "ci-cd.yml" };
        let ran = shtetl.world.run_jobs("shtetl-api", file, &[job]);
        assert!(ran.succeeded, "{job}: {}", ran.log);
    }
    assert_eq!(shtetl.serving(), ["1", "1", "1"]);
    assert!(shtetl.log().contains("000001_users.up.sql"), "{}", shtetl.log());
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
    assert_eq!(ran.that("skipped"), ["candidate", "gate", "promote"]);
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
    assert!(ran.log("apply").contains("shtetl-dev: applied: 143 added"), "{}", ran.everything());
    // A program that does not synthesize goes nowhere.
    world.github.env.insert("FAILING".to_owned(), "cargo build".to_owned());
    let ran = world.run("shtetl", "infrastructure.yml");
    // What a branch asks for fails rather than being skipped, which would pass.
    assert_eq!((ran.that("failure"), ran.that("skipped")), (vec!["plan", "synth", "tool"], vec!["apply"]));
}
