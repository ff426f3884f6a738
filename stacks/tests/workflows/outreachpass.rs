//! OutreachPass: a backend, a worker and a frontend that are deployed apart from each other, and the infrastructure.

use serde_json::json;

use crate::aws::Aws;
use crate::cloud::{Cloud, arn};
use crate::world::{COMMIT, World, resources, website};

/// The digit that another commit is made of.
const OTHER_COMMIT: &str = "f";

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
        // Enough calls for a verdict, of every version, and minutes that pass in moments.
        for version in ["1", "2", "3"] {
            aws.functions().traffic.insert(version.to_owned(), (100.0, 0.0));
        }
        world.github.env.insert("FORMWORK_CLOCK_SPEED".to_owned(), "1000".to_owned());
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
        world.write("outreachpass/frontend/Dockerfile", "FROM node:24\nARG NEXT_PUBLIC_API_URL\n");
        // Packages are read where Lambda reads them.
        let s3 = world.github.env["AWS_ENDPOINT_URL_LAMBDA"].clone();
        world.github.env.insert("AWS_ENDPOINT_URL_S3".to_owned(), s3);
        for commit in [COMMIT, &OTHER_COMMIT.repeat(40)] {
            for folder in ["backend", "worker"] {
                let package = format!("PK {folder} of {commit}").into_bytes();
                let key = format!("outreachpass-artifacts/{folder}/{commit}/lambda.zip");
                aws.functions().objects.insert(key, package);
            }
        }
        world.write("aws/migrate/answer.json", r#"{"version": "3f2a"}"#);
        world.write("aws/migrate/invocation.json", r#"{"StatusCode": 200}"#);
        world.push("main", "");
        Self { world, aws }
    }

    /// Has the worker fail in dev behind an alias.
    fn fail_worker(&self, alias: &str) {
        let folder = format!("aws/outreachpass-worker-dev/{alias}");
        self.world.write(&format!("{folder}/answer.json"), r#"{"errorMessage": "no module named app"}"#);
        self.world.write(&format!("{folder}/invocation.json"), r#"{"FunctionError": "Unhandled"}"#);
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
    let planned = ["format", "terraform-plan-dev", "terraform-plan-prod", "tool"];
    assert_eq!(ran.that("success"), planned, "{}", ran.everything());
    for environment in ["dev", "prod"] {
        let plan = pass.world.github.artifact(&format!("plan-{environment}")).join("comment.md");
        let plan = std::fs::read_to_string(plan).unwrap();
        // It is the plan of what is there: nothing is to be made.
        assert!(plan.contains(&format!("| outreachpass-{environment} | 0 | 0 | 0 | 0 |")), "{plan}");
        assert!(pass.world.notes().contains(&format!("<!-- terraform-plan-{environment} -->")));
        let assumed =
            format!("role/plan-outreachpass-{environment} as repo:base2ml/outreachpass:pull_request");
        let log = ran.log(&format!("terraform-plan-{environment}"));
        assert!(log.contains(&assumed), "{log}");
    }
    // Whoever forks the repository gets no token, and so no plan.
    pass.world.github.event["event"]["pull_request"]["head"]["repo"]["full_name"] =
        json!("stranger/outreachpass");
    let ran = pass.world.run("outreachpass", "terraform-plan.yml");
    assert_eq!(ran.that("skipped"), ["terraform-plan-dev", "terraform-plan-prod"], "{}", ran.everything());
    pass.world.pull_request("main");

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
    let sources = pass.aws.functions().sources.clone();
    let key = format!("backend/{COMMIT}/lambda.zip");
    assert!(sources.iter().all(|it| it[0] == "outreachpass-artifacts" && it[1] == key), "{sources:?}");
    let invoked = "aws lambda invoke --function-name outreachpass-migrate-dev --qualifier candidate";
    assert!(pass.world.notes().contains(invoked), "{}", pass.world.notes());
    assert_eq!(pass.aws.serving("outreachpass-migrate-dev", "candidate"), "2");
    assert!(ran.job("deploy-dev").summary.contains("migrated to version \"3f2a\""));

    // By hand it goes back, and is asked for its health; nothing else moves.
    pass.world.github.event["event_name"] = json!("workflow_dispatch");
    pass.world.github.given.insert("inputs".to_owned(), json!({"part": "dev backend"}));
    let ran = pass.world.run("outreachpass", "rollback.yml");
    assert_eq!(ran.that("success"), ["rollback-dev-backend", "tool"], "{}", ran.everything());
    assert_eq!(ran.job("rollback-dev-backend").steps.last().unwrap(), "Ask for its health");
    assert_eq!((pass.serving("api-dev"), pass.serving("worker-dev")), ("1".to_owned(), "1".to_owned()));
    pass.world.push("main", "");

    // The candidate answers, and what serves does not.
    pass.world.github.declined.clear();
    pass.world.write("outreachpass/backend/app/handler.py", "def handler(event, context): return 500\n");
    pass.world.github.event["sha"] = json!(OTHER_COMMIT.repeat(40));
    pass.world.write("hosts", "");
    pass.world.lead("*", &website(&["/health"]));
    pass.world.lead(&candidate, &website(&[]));
    let ran = pass.world.run("outreachpass", "backend-deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-dev"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["deploy-prod"]);
    assert_eq!(ran.job("deploy-dev").steps.last().unwrap(), "Roll back");
    assert_eq!(pass.serving("api-dev"), "1");
    assert!(pass.world.notes().contains("--title Deployment of the backend failed"));
}

#[test]
fn a_version_whose_calls_fail_is_rolled_back_while_it_is_watched() {
    let mut pass = OutreachPass::new();
    pass.world.lead("*", &website(&[]));
    pass.aws.functions().alarms.insert("outreachpass-dev-worker-errors".to_owned(), true);
    let ran = pass.world.run("outreachpass", "worker-deploy.yml");
    assert_eq!(ran.that("failure").len(), 1, "{}", ran.everything());
    assert_eq!(pass.serving("worker-dev"), "1");
    assert_eq!(ran.job("deploy-worker-dev").steps.last().unwrap(), "Say that it was tested");
    assert!(ran.everything().contains("outreachpass-dev-worker-errors rings"), "{}", ran.everything());

    // It is silent again, and half of the calls fail.
    pass.aws.functions().alarms.insert("outreachpass-dev-worker-errors".to_owned(), false);
    pass.aws.functions().traffic.insert("2".to_owned(), (100.0, 50.0));
    let ran = pass.world.run("outreachpass", "backend-deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-dev"], "{}", ran.everything());
    // It went back by itself: the step that does so is for what was promoted.
    assert_eq!(ran.job("deploy-dev").steps.last().unwrap(), "Promote");
    assert!(ran.log("deploy-dev").contains("100% of the calls"), "{}", ran.everything());
    assert_eq!(pass.serving("api-dev"), "1");
    assert_eq!(pass.aws.serving("outreachpass-api-dev", "candidate"), "2");
}

#[test]
fn a_worker_that_fails_on_the_sample_event_does_not_stay() {
    let mut pass = OutreachPass::new();
    pass.fail_worker("live");
    let ran = pass.world.run("outreachpass", "worker-deploy.yml");
    assert_eq!(ran.that("failure"), ["deploy-worker-dev"], "{}", ran.everything());
    assert_eq!(ran.that("skipped"), ["deploy-worker-prod"]);
    assert_eq!(ran.job("deploy-worker-dev").steps.last().unwrap(), "Roll back");
    assert_eq!(pass.serving("worker-dev"), "1");

    pass.fail_worker("candidate");
    let ran = pass.world.run("outreachpass", "worker-deploy.yml");
    assert_eq!(ran.job("deploy-worker-dev").steps.last().unwrap(), "Give the candidate a sample event");
    assert!(ran.log("deploy-worker-dev").contains("no module named app"), "{}", ran.everything());
    assert!(pass.world.notes().contains("--title Deployment of the worker failed"));
    let notes = pass.world.notes();
    let told = "outreachpass-dev-alerts --subject file://subject.txt --message file://message.txt\nDeployment of the worker failed\n";
    assert!(notes.contains(told), "{notes}");
    assert!(!notes.contains("outreachpass-prod-alerts"), "{notes}");
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
    let notes = pass.world.notes();
    for (environment, alias) in
        [("dev", "candidate"), ("dev", "live"), ("prod", "candidate"), ("prod", "live")]
    {
        let invoked = format!("--function-name outreachpass-worker-{environment} --qualifier {alias}");
        assert!(notes.contains(&invoked), "{notes}");
    }
    // Who is told of alarms is told of deployments, in each environment.
    for environment in ["dev", "prod"] {
        let told = format!(
            "outreachpass-{environment}-alerts --subject file://subject.txt --message file://message.txt\nDeployment of the worker succeeded\n"
        );
        assert!(notes.contains(&told), "{notes}");
    }
    assert!(!notes.contains("gh issue create"), "{notes}");
    let said = pass.world.slack.asked().last().unwrap().json();
    assert!(said["text"].as_str().unwrap().contains("deploy-worker-prod: success"), "{said}");

    let image = pass.world.github.given["vars"]["IMAGE_URL"].as_str().unwrap().to_owned();
    let ran = pass.world.run("outreachpass", "frontend-deploy.yml");
    assert_eq!(ran.that("failure"), [] as [&str; 0], "{}", ran.everything());
    assert_eq!(pass.aws.cloud().serving("outreachpass-dev-frontend"), arn("outreachpass-dev-frontend", 2));
    assert_eq!(pass.aws.cloud().app, json!(format!("{image}:prod-{COMMIT}")));
    let notes = pass.world.notes();
    for (environment, api) in [("dev", "api.dev.outreachpass"), ("prod", "api.outreachpass")] {
        assert!(notes.contains(&format!("docker push --quiet {image}:{environment}-{COMMIT}\n")));
        let tag = format!("--tag {image}:{environment}-{COMMIT} frontend\n");
        let built = format!("--build-arg NEXT_PUBLIC_API_URL=https://{api}.base2ml.com {tag}");
        assert!(notes.contains(&built), "{notes}");
    }
}
