//! Cat-house: four services on ECS, released as one behind a migration, and a site.

use serde_json::{Value, json};

use crate::aws::Aws;
use crate::cloud::{Cloud, arn};
use crate::support::http::Server;
use crate::world::{COMMIT, World, resources, website};

const SERVICES: [&str; 4] = ["auth", "catalog", "installation", "proxy"];
const REGISTRY: &str = "578492750346.dkr.ecr.sa-east-1.amazonaws.com/cat-house";

struct CatHouse {
    world: World,
    aws: Aws,
}

impl CatHouse {
    fn new() -> Self {
        let stacks = ["bootstrap", "staging", "production", "github"].map(|name| format!("cat-house-{name}"));
        let stacks: Vec<&str> = stacks.iter().map(String::as_str).collect();
        let mut world = World::new("cat-house", "juliangdeveloper/cat-house", "sa-east-1", &stacks);
        let mut cloud = Cloud { looks: 0, ..Cloud::default() };
        for environment in ["staging", "production"] {
            // What the stack made: the services that releases ask for are those of its state.
            let state = world.state(&format!("cat-house-{environment}"));
            let of_type = |kind: &'static str| {
                resources(&state).filter(move |it| it.0 == kind).map(|it| it.1).collect::<Vec<_>>()
            };
            for definition in of_type("aws_ecs_task_definition") {
                cloud.register(task_definition(definition), json!([]));
            }
            for service in of_type("aws_ecs_service") {
                let name = service["name"].as_str().unwrap();
                cloud.serve(name, &arn(name, 1));
            }
        }
        let aws = Aws::start(&[], &[], cloud);
        world.use_aws(&aws);
        for name in ["DATABASE_URL", "ENCRYPTION_KEY", "JWT_SECRET", "NEON_TEST_DATABASE_URL"] {
            world.github.given.get_mut("secrets").unwrap()[name] =
                json!(format!("a value of {name} that nobody may see"));
        }
        for service in SERVICES {
            world.write(
                &format!("cat-house/cat-house-backend/{service}-service/produced/coverage.xml"),
                "<coverage/>",
            );
        }
        world.write("cat-house/cat-house-frontend/produced/dist/index.html", "<p>cats");
        Self { world, aws }
    }

    /// The revisions that serve in an environment.
    fn serving(&self, environment: &str) -> Vec<String> {
        let name = |service: &str| format!("cat-house-{environment}-{service}");
        let of =
            |service: &&str| self.aws.cloud().serving(&name(service)).rsplit(':').next().unwrap().to_owned();
        SERVICES.iter().map(of).collect()
    }

    /// A task definition by its ARN.
    fn definition(&self, arn: &str) -> Value {
        let cloud = self.aws.cloud();
        let found = cloud.definitions.iter().find(|it| it.0["taskDefinitionArn"] == arn);
        found.unwrap_or_else(|| panic!("no definition {arn}")).0.clone()
    }

    fn lead(&self, site: &Server) {
        self.world.lead("*", site);
    }
}

/// A task definition as ECS shows it, from the attributes that terraform has of it.
fn task_definition(attributes: &Value) -> Value {
    let text = attributes["container_definitions"].as_str().unwrap();
    json!({
        "family": attributes["family"], "containerDefinitions": serde_json::from_str::<Value>(text).unwrap(),
        "cpu": attributes["cpu"], "memory": attributes["memory"], "networkMode": attributes["network_mode"],
        "requiresCompatibilities": attributes["requires_compatibilities"],
        "executionRoleArn": attributes["execution_role_arn"], "taskRoleArn": attributes["task_role_arn"],
    })
}

#[test]
fn every_service_is_tested_and_one_that_fails_fails_the_check() {
    let mut cats = CatHouse::new();
    cats.world.pull_request("develop");
    let ran = cats.world.run("cat-house", "backend-ci.yml");
    assert_eq!(ran.that("success"), ["all", "test"], "{}", ran.everything());
    assert_eq!(ran.jobs.len(), 5);
    let ran = cats.world.run("cat-house", "frontend-ci.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert!(!cats.world.notes().contains("codecovcli"), "{}", cats.world.notes());
    cats.world.github.given.get_mut("secrets").unwrap()["CODECOV_TOKEN"] = json!("a token of Codecov");
    cats.world.run("cat-house", "backend-ci.yml");
    let sent = "--flag proxy --file cat-house-backend/proxy-service/coverage.xml\n";
    assert!(cats.world.notes().contains(sent), "{}", cats.world.notes());
    assert!(!cats.world.notes().contains("a token of Codecov"), "{}", cats.world.notes());
    cats.world.github.env.insert("FAILING".to_owned(), "mypy".to_owned());
    let ran = cats.world.run("cat-house", "backend-ci.yml");
    assert_eq!(ran.that("failure"), ["all", "test"], "{}", ran.everything());
    // A fork's pull request gets no secrets, and is told so rather than tested against nothing.
    cats.world.github.given.get_mut("secrets").unwrap()["NEON_TEST_DATABASE_URL"] = json!("");
    let ran = cats.world.run("cat-house", "backend-ci.yml");
    assert_eq!(ran.job("test").steps, ["Ask for the database"], "{}", ran.everything());
}

#[test]
fn a_push_to_develop_builds_images_and_deploys_them_and_what_is_not_well_goes_back() {
    let mut cats = CatHouse::new();
    cats.world.push("develop", "");
    // Without the images of the commit nothing is deployed, and nothing is changed.
    cats.world.github.env.insert("FAILING".to_owned(), "docker push".to_owned());
    let ran = cats.world.run("cat-house", "deploy-staging.yml");
    assert_eq!(ran.that("failure"), ["images"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["frontend", "infrastructure", "services"], "{}", ran.everything());
    cats.world.github.env.remove("FAILING");

    // A migration that fails is before everything that serves.
    cats.lead(&website(&[]));
    cats.aws.cloud().migration_code = 3;
    let ran = cats.world.run_jobs("cat-house", "deploy-staging.yml", &["tool", "services"]);
    assert_eq!(
        (ran.succeeded, ran.steps.last().unwrap().as_str()),
        (false, "Migrate the database"),
        "{}",
        ran.log
    );
    assert_eq!(cats.serving("staging"), ["1", "1", "1", "1"]);

    cats.aws.cloud().migration_code = 0;
    let ran = cats.world.run("cat-house", "deploy-staging.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    for service in SERVICES {
        for tag in [COMMIT, "branch-develop", "latest"] {
            let pushed = format!("docker push --quiet {REGISTRY}/{service}-service:{tag}\n");
            assert!(cats.world.notes().contains(&pushed), "{pushed}");
        }
    }
    // What migrated was the image that is released, and no other that was pushed meanwhile.
    let task = cats.aws.cloud().tasks.last().unwrap().clone();
    assert_eq!(
        task["overrides"]["containerOverrides"][0]["command"],
        json!(["alembic", "upgrade", "head"]),
        "{task}"
    );
    let migrated = cats.definition(task["taskDefinition"].as_str().unwrap());
    assert_eq!(
        migrated["containerDefinitions"][0]["image"],
        json!(format!("{REGISTRY}/auth-service:{COMMIT}")),
        "{migrated}"
    );
    assert_eq!(cats.serving("staging"), ["2", "2", "2", "2"]);
    assert_eq!(cats.serving("production"), ["1", "1", "1", "1"]);
    assert_eq!(cats.aws.cloud().objects["index.html"].0, "<p>cats");
    // The values of the secrets are where the tasks read them, and nowhere else.
    let kept = std::fs::read_to_string(cats.world.path("aws/secrets/cat-house/staging/JWT_SECRET")).unwrap();
    assert_eq!(kept, "a value of JWT_SECRET that nobody may see");
    assert!(!ran.everything().contains("nobody may see"), "{}", ran.everything());
    assert!(!cats.world.state("cat-house-staging").to_string().contains("nobody may see"));

    // An image that does not start is taken back by ECS, and the three others with it.
    cats.aws.cloud().broken = format!("proxy-service:{}", "e".repeat(40));
    cats.world.github.event["sha"] = json!("e".repeat(40));
    let ran = cats.world.run_jobs("cat-house", "deploy-staging.yml", &["services"]);
    assert!(!ran.succeeded, "{}", ran.log);
    assert_eq!(cats.serving("staging"), ["2", "2", "2", "2"], "{}", ran.log);
    assert!(ran.log.contains("tasks failed to start"), "{}", ran.log);

    // One service that is not well takes all four back.
    cats.world.github.event["sha"] = json!("f".repeat(40));
    cats.lead(&website(&["/api/v1/proxy/health"]));
    let ran = cats.world.run_jobs("cat-house", "deploy-staging.yml", &["services"]);
    assert_eq!((ran.succeeded, ran.steps.last().unwrap().as_str()), (false, "Roll back"), "{}", ran.log);
    assert_eq!(cats.serving("staging"), ["2", "2", "2", "2"]);
    assert!(ran.log.contains("proxy-service is well"), "{}", ran.log);
}

#[test]
fn production_gets_the_version_that_somebody_named_and_somebody_agreed_to() {
    let mut cats = CatHouse::new();
    cats.lead(&website(&[]));
    let event = &mut cats.world.github.event;
    (event["event_name"], event["ref"], event["ref_name"]) =
        (json!("workflow_dispatch"), json!("refs/heads/main"), json!("main"));
    cats.world.github.given.insert("inputs".to_owned(), json!({"version": "latest"}));
    let ran = cats.world.run("cat-house", "deploy-production.yml");
    assert_eq!(ran.that("failure"), ["validate"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["frontend", "infrastructure", "services"]);
    let notes = cats.world.notes();
    assert!(notes.contains("--title Deployment of cat-house to production failed"), "{notes}");

    let version = "a".repeat(40);
    cats.world.github.given.insert("inputs".to_owned(), json!({"version": version}));
    let ran = cats.world.run("cat-house", "deploy-production.yml");
    assert_eq!(ran.that("failure"), ["validate"], "{}", ran.everything());
    let asked = format!("runs?head_sha={version}&branch=develop&status=success");
    assert!(cats.world.notes().contains(&asked), "{}", cats.world.notes());
    assert!(ran.log("validate").contains("no run of deploy-staging.yml deployed"), "{}", ran.everything());

    cats.world.write("runs", "1\n");
    cats.world.github.declined = ["production".to_owned()].into();
    let ran = cats.world.run("cat-house", "deploy-production.yml");
    assert_eq!(ran.that("failure"), ["infrastructure"], "{}", ran.everything());
    assert_eq!(cats.serving("production"), ["1", "1", "1", "1"]);

    cats.world.github.declined.clear();
    cats.world.github.given.get_mut("secrets").unwrap()["JWT_SECRET"] = json!("");
    let ran = cats.world.run_jobs("cat-house", "deploy-production.yml", &["services"]);
    assert!(!ran.succeeded && ran.log.contains("the environment has no secret JWT_SECRET"), "{}", ran.log);

    cats.world.github.given.get_mut("secrets").unwrap()["JWT_SECRET"] = json!("another value");
    let ran = cats.world.run("cat-house", "deploy-production.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(cats.serving("production"), ["2", "2", "2", "2"]);
    assert!(ran.log("frontend").contains(&format!("checked out at {version}")), "{}", ran.everything());
    assert_eq!(cats.serving("staging"), ["1", "1", "1", "1"]);
    let definitions = cats.aws.cloud().definitions.iter().map(|it| it.0.to_string()).collect::<String>();
    assert!(definitions.contains(&format!("{REGISTRY}/proxy-service:{version}")), "{definitions}");
}
