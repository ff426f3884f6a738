//! The replicator: binaries for three systems, an image for workers, and environments one after the other.

use serde_json::json;

use crate::support::http::{Asked, Reply, Server};
use crate::world::World;

struct Replicator {
    world: World,
}

impl Replicator {
    fn new() -> Self {
        let stacks = ["replicator-bootstrap", "replicator-github"];
        let name = "postgres-seren-replicator";
        let mut world = World::new("replicator", &format!("serenorg/{name}"), "us-east-1", &stacks);
        // Made by hand, as the documentation says; the trust policy lets in the environment that its job names.
        let role = "arn:aws:iam::123456789012:role/image";
        world.github.variables.entry("dev".to_owned()).or_insert_with(|| json!({}))["IMAGE_ROLE_ARN"] =
            json!(role);
        let subject = format!("repo:serenorg/{name}:environment:dev");
        world.github.roles.as_mut().unwrap().subjects.insert(role.to_owned(), vec![subject]);
        world.script(&format!("{name}/aws/lambda/package.sh"), "#!/bin/sh\necho PK > lambda.zip\n");
        world
            .script(&format!("{name}/aws/ec2/build-ami.sh"), "#!/bin/sh\necho built ami-0abc123def4567890\n");
        world.push("main", "");
        Self { world }
    }

    /// The smoke tests are sent to a server that knows the key of the environment's state.
    fn lead(&self) {
        self.world.lead("*", &api());
    }
}

/// The API as the smoke tests know it, as long as it gets a key.
fn api() -> Server {
    Server::start(|asked: &Asked| {
        let key = asked.header("x-api-key").unwrap_or_default();
        if key.len() < 16 {
            return Reply::json(403, &json!({"message": "Forbidden"}));
        }
        match (asked.method.as_str(), asked.path()) {
            ("POST", "/jobs") if asked.json()["command"] == "validate" => {
                Reply::json(201, &json!({"job_id": "j-1"}))
            }
            ("POST", _) => Reply::json(400, &json!({})),
            (_, "/jobs/j-1") => Reply::json(200, &json!({"status": "completed"})),
            _ => Reply::json(404, &json!({})),
        }
    })
}

const NAME: &str = "postgres-seren-replicator";

#[test]
fn a_pull_request_is_tested_on_every_system_and_a_tag_is_published() {
    let mut replicator = Replicator::new();
    replicator.world.pull_request("main");
    let ran = replicator.world.run(NAME, "ci.yml");
    assert_eq!(ran.that("success"), ["build", "lint", "security", "test"], "{}", ran.everything());
    assert_eq!(ran.jobs.len(), 3 + 1 + 1 + 2);
    let ran = replicator.world.run(NAME, "integration.yml");
    assert_eq!(ran.that("success"), ["integration"], "{}", ran.everything());
    replicator.world.github.env.insert("FAILING".to_owned(), "cargo audit".to_owned());
    let ran = replicator.world.run(NAME, "ci.yml");
    assert_eq!(ran.that("failure"), ["security"], "{}", ran.everything());

    replicator.world.github.env.remove("FAILING");
    replicator.world.push("v1.2.3", "");
    let ran = replicator.world.run(NAME, "release.yml");
    assert_eq!(ran.that("success"), ["build", "publish"], "{}", ran.everything());
    let sums = std::fs::read_to_string(ran.job("publish").folder.join("binaries/SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 3, "{sums}");
    assert!(
        replicator.world.notes().contains("gh release create v1.2.3 binaries/SHA256SUMS binaries/postgres")
    );
}

#[test]
fn main_is_rehearsed_and_deployed_to_staging_and_to_prod_when_somebody_agrees() {
    let mut replicator = Replicator::new();
    replicator.lead();
    replicator.world.github.declined = ["prod".to_owned()].into();
    let ran = replicator.world.run(NAME, "deploy.yml");
    let good = ["deploy-staging", "failed", "image", "package", "plan-prod", "rehearse-dev", "tool"];
    assert_eq!(
        (ran.that("success"), ran.that("failure")),
        (good.to_vec(), vec!["deploy-prod"]),
        "{}",
        ran.everything()
    );
    assert_eq!(ran.job("image").outputs, json!({"id": "ami-0abc123def4567890"}));
    // Whoever did not agree could see what would have changed; nothing was.
    assert!(ran.job("plan-prod").summary.contains("replicator-prod"), "{}", ran.everything());
    let role = "role/plan-replicator-prod as repo:serenorg/postgres-seren-replicator:ref:refs/heads/main";
    assert!(ran.log("plan-prod").contains(role), "{}", ran.log("plan-prod"));
    // The image that was built is the one that workers start from.
    let state = replicator.world.state("replicator-staging").to_string();
    assert!(state.contains("ami-0abc123def4567890"), "{state}");
    assert!(ran.log("deploy-staging").contains("passed a valid job is accepted"), "{}", ran.everything());
    assert!(
        ran.job("deploy-staging").summary.contains("no alarm rang for 15 minutes"),
        "{}",
        ran.everything()
    );
    assert_eq!(ran.that("skipped"), ["succeeded"], "{}", ran.everything());

    // Once all of it is done, that is told; an alarm in the minutes after a deployment is the end of the way.
    replicator.world.github.declined.clear();
    let ran = replicator.world.run(NAME, "deploy.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    let told = replicator.world.slack.asked();
    assert!(
        told.iter().any(|asked| asked.body.contains("Deployment of the replicator succeeded")),
        "{told:?}"
    );
    replicator.world.write("aws/ringing", "replicator-staging-api-errors");
    let ran = replicator.world.run(NAME, "deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-staging"], "{}", ran.everything());
    assert!(
        ran.log("deploy-staging").contains("replicator-staging-api-errors rings"),
        "{}",
        ran.everything()
    );
}

#[test]
fn what_is_no_image_or_does_not_answer_goes_no_further() {
    let mut replicator = Replicator::new();
    replicator.world.github.event["event_name"] = json!("workflow_dispatch");
    replicator.world.github.given.insert("inputs".to_owned(), json!({"image": "my-image"}));
    let ran = replicator.world.run(NAME, "deploy.yml");
    assert_eq!(ran.that("failure"), ["image"], "{}", ran.everything());
    assert_eq!(
        ran.that("skipped"),
        ["deploy-prod", "deploy-staging", "plan-prod", "rehearse-dev", "succeeded"]
    );

    // Nothing is built, so nobody assumes the role that builds.
    replicator.world.github.given.insert("inputs".to_owned(), json!({"image": "ami-00000001"}));
    replicator.world.github.roles.as_mut().unwrap().subjects.remove("arn:aws:iam::123456789012:role/image");
    replicator.world.lead("*", &Server::start(|_| Reply::json(500, &json!({}))));
    let ran = replicator.world.run(NAME, "deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-staging"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["deploy-prod", "plan-prod", "succeeded"]);
    assert!(replicator.world.notes().contains("--title Deployment of the replicator failed"));
    let told = replicator.world.slack.asked();
    assert!(told.iter().any(|asked| asked.body.contains("Deployment of the replicator failed")), "{told:?}");
}

#[test]
fn a_package_that_lambda_would_refuse_is_refused_with_its_size_before_anything_is_planned() {
    let mut replicator = Replicator::new();
    let package = "#!/bin/sh\nhead -c 52428801 /dev/zero > lambda.zip\n";
    replicator.world.script(&format!("{NAME}/aws/lambda/package.sh"), package);
    replicator.world.push("main", "");
    let ran = replicator.world.run(NAME, "deploy.yml");
    assert_eq!(ran.that("failure"), ["rehearse-dev"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["deploy-prod", "deploy-staging", "plan-prod", "succeeded"]);
    assert!(
        ran.log("rehearse-dev").contains("aws/lambda/lambda.zip has 50.1 MB"),
        "{}",
        ran.log("rehearse-dev")
    );
}
