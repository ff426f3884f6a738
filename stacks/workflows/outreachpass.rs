//! OutreachPass: a backend, a worker and a frontend that are deployed apart from each other, and the infrastructure.

use serde_json::json;

use crate::aws::Aws;
use crate::cloud::{Cloud, arn};
use crate::world::{COMMIT, World, resources, website};

struct OutreachPass {
    world: World,
    aws: Aws,
}

impl OutreachPass {
    fn new() -> Self {
        let stacks = ["bootstrap", "dev", "prod", "github"].map(|name| format!("outreachpass-{name}"));
        let stacks: Vec<&str> = stacks.iter().map(String::as_str).collect();
        let mut world = World::new("outreachpass", "base2ml/outreachpass", "us-east-1", &stacks);
        // The frontend is on ECS in dev and on App Runner in prod.
        let mut cloud = Cloud { looks: 0, app: json!("frontend:1"), ..Cloud::default() };
        let container = json!({"name": "app", "image": "frontend:1", "essential": true});
        cloud.add_service(
            "outreachpass-dev-frontend",
            json!({"family": "outreachpass-dev-frontend", "containerDefinitions": [container]}),
        );
        let names = ["api", "worker", "migrate"];
        let functions: Vec<String> = ["dev", "prod"]
            .iter()
            .flat_map(|environment| names.map(|name| format!("outreachpass-{name}-{environment}")))
            .collect();
        let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
        let aws = Aws::start(&functions, &["live", "candidate"], cloud);
        world.use_aws(&aws);
        // The alarms that releases are judged by are those of the stacks.
        for stack in ["outreachpass-dev", "outreachpass-prod"] {
            let state = world.state(stack);
            let alarms = resources(&state).filter(|it| it.0 == "aws_cloudwatch_metric_alarm");
            let names = alarms.map(|(_, alarm)| alarm["alarm_name"].as_str().unwrap().to_owned());
            aws.functions().alarms.extend(names.map(|name| (name, false)));
        }
        for folder in ["backend", "worker"] {
            world.write(
                &format!("outreachpass/{folder}/app/handler.py"),
                "def handler(event, context): pass\n",
            );
        }
        world.write("outreachpass/frontend/package.json", "{}");
        world.write("aws/migrate/answer.json", r#"{"version": "3f2a"}"#);
        world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200}"#);
        world.push("main", "");
        Self { world, aws }
    }

    fn serving(&self, function: &str) -> String {
        self.aws.serving(&format!("outreachpass-{function}"), "live")
    }
}

#[test]
fn a_pull_request_is_validated_and_planned_for_both_environments() {
    let mut pass = OutreachPass::new();
    pass.world.pull_request("main");
    let ran = pass.world.run("outreachpass", "pr-validation.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    let notes = pass.world.notes();
    assert!(notes.contains("<!-- pr-validation -->\n### Validation"), "{notes}");
    assert!(notes.contains("| terraform-validation | success |"), "{notes}");
    let ran = pass.world.run("outreachpass", "terraform-plan.yml");
    assert_eq!(ran.that("success"), ["format", "terraform-plan", "tool"], "{}", ran.everything());
    let plans = pass.world.github.artifact("plans");
    assert!(plans.read_dir().unwrap().count() >= 2, "{}", ran.everything());
    assert!(pass.world.notes().contains("<!-- terraform-plan -->"));

    // What fails is in the summary, whatever else is well.
    pass.world.github.env.insert("FAILING".to_owned(), "poetry run bandit".to_owned());
    let ran = pass.world.run("outreachpass", "pr-validation.yml");
    assert_eq!(ran.that("failure"), ["backend-tests"], "{}", ran.everything());
    assert!(pass.world.notes().contains("| backend-tests | failure |"));
}

#[test]
fn the_infrastructure_is_applied_to_dev_and_to_prod_when_somebody_agrees() {
    let mut pass = OutreachPass::new();
    pass.world.github.declined = ["prod".to_owned()].into();
    let ran = pass.world.run("outreachpass", "terraform-apply.yml");
    assert_eq!(ran.that("failure"), ["terraform-apply-prod"], "{}", ran.everything());
    let dev = ran.job("terraform-apply-dev");
    assert!(dev.summary.contains("outreachpass-dev.api_url = "), "{}", dev.summary);
    assert!(pass.world.notes().contains("--title Applying OutreachPass failed"));
}

#[test]
fn the_backend_is_released_after_its_candidate_answered_and_goes_back_if_it_does_not_serve() {
    let mut pass = OutreachPass::new();
    let candidate = pass.world.github.variables["dev"]["CANDIDATE_URL"].as_str().unwrap().to_owned();
    pass.world.lead("*", &website(&[]));
    pass.world.github.declined = ["prod".to_owned()].into();
    let ran = pass.world.run("outreachpass", "backend-deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-prod"], "{}", ran.everything());
    assert_eq!((pass.serving("api-dev"), pass.serving("api-prod")), ("2".to_owned(), "1".to_owned()));
    let uploaded = pass.world.path(&format!("aws/outreachpass-artifacts/backend/{COMMIT}"));
    assert!(uploaded.join("lambda.zip").exists() && uploaded.join("metadata.json").exists());
    let invoked = "aws lambda invoke --function-name outreachpass-migrate-dev --qualifier candidate";
    assert!(pass.world.notes().contains(invoked), "{}", pass.world.notes());
    assert_eq!(pass.aws.serving("outreachpass-migrate-dev", "candidate"), "2");
    assert!(ran.job("deploy-dev").summary.contains("migrated to version \"3f2a\""));

    // The candidate answers, and what serves does not.
    pass.world.github.declined.clear();
    pass.world.write("outreachpass/backend/app/handler.py", "def handler(event, context): return 500\n");
    pass.world.github.event["sha"] = json!("f".repeat(40));
    pass.world.write("hosts", "");
    pass.world.lead("*", &website(&["/health"]));
    pass.world.lead(&candidate, &website(&[]));
    let ran = pass.world.run("outreachpass", "backend-deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-dev"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["deploy-prod"]);
    assert_eq!(ran.job("deploy-dev").steps.last().unwrap(), "Roll back");
    assert_eq!(pass.serving("api-dev"), "2");
    assert!(pass.world.notes().contains("--title Deployment of the backend failed"));
}

#[test]
fn nothing_is_released_if_the_migration_fails() {
    let mut pass = OutreachPass::new();
    pass.world.lead("*", &website(&[]));
    pass.world.write("aws/migrate/answer.json", r#"{"errorMessage": "lock timeout"}"#);
    pass.world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200, "FunctionError": "Unhandled"}"#);
    let ran = pass.world.run("outreachpass", "backend-deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-dev"], "{}", ran.everything());
    assert_eq!(ran.job("deploy-dev").steps.last().unwrap(), "Migrate the database");
    assert!(ran.log("deploy-dev").contains("lock timeout"));
    assert_eq!(pass.serving("api-dev"), "1");
    assert_eq!(pass.aws.serving("outreachpass-api-dev", "candidate"), "1");
}

#[test]
fn worker_and_frontend_are_released_to_both_environments() {
    let mut pass = OutreachPass::new();
    pass.world.lead("*", &website(&[]));
    let ran = pass.world.run("outreachpass", "worker-deploy.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!((pass.serving("worker-dev"), pass.serving("worker-prod")), ("2".to_owned(), "2".to_owned()));
    assert_eq!((pass.serving("api-dev"), pass.serving("api-prod")), ("1".to_owned(), "1".to_owned()));

    let image = pass.world.github.given["vars"]["IMAGE_URL"].as_str().unwrap().to_owned();
    let ran = pass.world.run("outreachpass", "frontend-deploy.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(pass.aws.cloud().serving("outreachpass-dev-frontend"), arn("outreachpass-dev-frontend", 2));
    assert_eq!(pass.aws.cloud().app, json!(format!("{image}:{COMMIT}")));
    assert!(pass.world.notes().contains(&format!("docker push --quiet {image}:{COMMIT}\n")));
}
