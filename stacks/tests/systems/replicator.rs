//! The replicator's documents hold what its guide asks for.

use std::collections::BTreeMap;

use formwork::App;
use formwork::schema::Library;
use serde_json::{Value, json};

use crate::systems::replicator::settings::StateKind;
use crate::systems::replicator::{Project, Settings};

fn documents_of(environments: &[Settings]) -> BTreeMap<String, Value> {
    let mut app = App::new();
    crate::systems::replicator::add(
        &mut app,
        &Project::read().expect("the settings are right"),
        environments,
    );
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    assert_eq!(synthesized.diagnostics, []);
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).expect("documents are JSON");
    synthesized.documents.iter().map(|(entry, bytes)| (entry.name.clone(), parse(bytes))).collect()
}

fn documents() -> BTreeMap<String, Value> {
    documents_of(&Settings::all().expect("the settings are right"))
}

#[test]
fn the_api_has_the_routes_of_jobs_and_asks_for_the_key() {
    let resources = &documents()["replicator-dev"]["resource"];
    let routes = resources["aws_apigatewayv2_route"].as_object().expect("some");
    let keys: Vec<&Value> = routes.values().map(|route| &route["route_key"]).collect();
    assert_eq!(keys, ["GET /jobs/{id}", "POST /jobs"]);
    for route in routes.values() {
        assert_eq!(route["authorizer_id"], json!("${aws_apigatewayv2_authorizer.api_api-key.id}"));
    }
    let authorizer = &resources["aws_apigatewayv2_authorizer"]["api_api-key"];
    assert_eq!(authorizer["identity_sources"], json!(["$request.header.x-api-key"]));
}

#[test]
fn outputs_are_named_as_the_smoke_tests_read_them() {
    let outputs = &documents()["replicator-prod"]["output"];
    assert_eq!(outputs["api_endpoint"]["value"], json!("${aws_apigatewayv2_api.api_api.api_endpoint}"));
    assert_eq!(outputs["api_key"], json!({"value": "${random_password.api_key.result}", "sensitive": true}));
}

#[test]
fn functions_share_a_package_and_nothing_else() {
    let resources = &documents()["replicator-dev"]["resource"];
    let mut roles = Vec::new();
    for name in ["authorizer", "coordinator", "provisioner"] {
        let function = &resources["aws_lambda_function"][format!("{name}_function")];
        assert_eq!((&function["filename"], &function["handler"]), (&json!("lambda.zip"), &json!(name)));
        roles.push(function["role"].clone());
        let policy =
            resources["aws_iam_role_policy"][format!("{name}_policy")]["policy"].as_str().expect("text");
        assert_eq!(policy.contains("ec2:RunInstances"), name == "provisioner", "{name}");
        assert_eq!(policy.contains("ssm:GetParameter"), name == "authorizer", "{name}");
        assert_eq!(policy.contains("lambda:InvokeFunction"), name == "coordinator", "{name}");
    }
    roles.dedup();
    assert_eq!(roles.len(), 3);
}

#[test]
fn a_worker_runs_the_image_that_is_given() {
    let document = &documents()["replicator-dev"];
    assert_eq!(document["variable"]["worker_ami_id"].get("default"), None);
    let template = &document["resource"]["aws_launch_template"]["worker_template"];
    assert_eq!(template["image_id"], json!("${var.worker_ami_id}"));
    let policy =
        document["resource"]["aws_iam_role_policy"]["worker_policy"]["policy"].as_str().expect("text");
    assert!(policy.contains("\"cloudwatch:namespace\" = \"Replicator/dev\""), "{policy}");
}

#[test]
fn sizes_grow_from_environment_to_environment() {
    let documents = documents();
    let size = |environment: &str| {
        let resources = &documents[&format!("replicator-{environment}")]["resource"];
        let disk = &resources["aws_launch_template"]["worker_template"]["block_device_mappings"][0]["ebs"];
        let memory = &resources["aws_lambda_function"]["coordinator_function"]["memory_size"];
        (disk["volume_size"].as_u64(), memory.as_u64())
    };
    assert!(size("dev") < size("staging") && size("staging") < size("prod"));
}

#[test]
fn state_is_in_a_file_until_the_settings_move_it() {
    let documents = documents();
    assert_eq!(documents["replicator-dev"]["terraform"].get("backend"), None);
    let backend = &documents["replicator-prod"]["terraform"]["backend"]["s3"];
    assert_eq!((&backend["use_lockfile"], backend.get("dynamodb_table")), (&json!(true), None));

    let mut local = Settings::all().expect("the settings are right");
    local.iter_mut().for_each(|settings| settings.state = StateKind::Local);
    let without = documents_of(&local);
    assert!(!without.contains_key("replicator-bootstrap"));
    assert_eq!(without["replicator-github"]["terraform"].get("backend"), None);

    local.iter_mut().for_each(|settings| settings.state = StateKind::Remote);
    let with = documents_of(&local);
    assert!(with["replicator-dev"]["terraform"]["backend"].get("s3").is_some());
    let roles = with["replicator-bootstrap"]["resource"]["aws_iam_role"].as_object().expect("some");
    assert!(roles.contains_key("dev_deploy_role"));
}

#[test]
fn state_says_local_if_the_settings_say_nothing() {
    let text = include_str!("../../src/systems/replicator/dev.toml").replace("state = \"local\"\n", "");
    let settings: Settings = formwork::settings::parse("dev.toml", &text).expect("it has a default");
    assert_eq!(settings.state, StateKind::Local);
}

#[test]
fn production_asks_somebody_and_roles_are_for_one_environment() {
    let documents = documents();
    let environments = &documents["replicator-github"]["resource"]["github_repository_environment"];
    assert_eq!(environments["replicator_prod"]["reviewers"]["users"], json!([0]));
    assert_eq!(environments["replicator_dev"].get("reviewers"), None);
    let roles = &documents["replicator-bootstrap"]["resource"]["aws_iam_role"];
    let trust = roles["prod_deploy_role"]["assume_role_policy"].as_str().expect("text");
    assert!(trust.contains("repo:serenorg/postgres-seren-replicator:environment:prod"), "{trust}");
}
