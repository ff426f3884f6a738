//! Shtetl's documents hold what its story asks for: acceptance criteria 4, 7 and 8.

use std::collections::BTreeMap;

use formwork::App;
use formwork::schema::Library;
use serde_json::{Value, json};

fn documents() -> BTreeMap<String, Value> {
    let mut app = App::new();
    crate::systems::shtetl::build(&mut app).expect("the settings are right");
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).expect("documents are JSON");
    synthesized.documents.iter().map(|(entry, bytes)| (entry.name.clone(), parse(bytes))).collect()
}

#[test]
fn criterion_4_names_sizes_and_ports() {
    let document = &documents()["shtetl-dev"];
    let resources = &document["resource"];
    for (service, port) in [("zmanim", "8101"), ("shul", "8103"), ("kehilla", "8105")] {
        let function = &resources["aws_lambda_function"][format!("{service}_function")];
        assert_eq!(function["function_name"], json!(format!("shtetl-dev-{service}")));
        assert_eq!(function["runtime"], json!("provided.al2023"));
        assert_eq!(function["environment"]["variables"]["PORT"], json!(port));
        assert!(function["vpc_config"]["subnet_ids"].as_array().is_some_and(|subnets| subnets.len() == 2));
        assert!(resources["aws_cloudwatch_log_group"].get(format!("{service}_logs")).is_some());
    }
    let database = &resources["aws_db_instance"]["database_instance"];
    assert_eq!(
        (&database["engine_version"], &database["instance_class"]),
        (&json!("18"), &json!("db.t4g.micro"))
    );
    let cache = &resources["aws_elasticache_replication_group"]["cache_group"];
    assert_eq!((&cache["engine"], &cache["node_type"]), (&json!("valkey"), &json!("cache.t4g.micro")));
    assert_eq!(resources["aws_nat_gateway"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(resources["aws_sns_topic"]["alerts_topic"]["name"], json!("shtetl-dev-platform-alerts"));
    let subscription = &resources["aws_sns_topic_subscription"]["alerts_email_platform-alerts_shtetl_io"];
    assert_eq!(subscription["endpoint"], json!("platform-alerts@shtetl.io"));
    for kind in [
        "aws_cloudfront_distribution",
        "aws_s3_bucket",
        "aws_api_gateway_rest_api",
        "aws_cloudwatch_metric_alarm",
    ] {
        assert!(resources.get(kind).is_some(), "{kind}");
    }
    // A REST API, not an HTTP API.
    assert_eq!(resources.get("aws_apigatewayv2_api"), None);
}

#[test]
fn criterion_4_state_and_repositories() {
    let documents = documents();
    let bootstrap = &documents["shtetl-bootstrap"]["resource"];
    assert!(bootstrap["aws_s3_bucket"].get("state_bucket").is_some());
    assert!(bootstrap["aws_dynamodb_table"].as_object().is_some_and(|tables| tables.len() == 1));
    let backend = &documents["shtetl-dev"]["terraform"]["backend"]["s3"];
    assert_eq!(backend["bucket"], json!("shtetl-terraform-state"));
    assert_eq!(
        (&backend["use_lockfile"], &backend["dynamodb_table"]),
        (&json!(true), &json!("shtetl-terraform-locks"))
    );
    let protections =
        documents["shtetl-github"]["resource"]["github_branch_protection"].as_object().expect("some");
    let patterns: Vec<&Value> = protections.values().map(|protection| &protection["pattern"]).collect();
    assert_eq!(patterns.iter().filter(|pattern| **pattern == "main").count(), 2);
    assert_eq!(patterns.iter().filter(|pattern| **pattern == "dev").count(), 2);
    for protection in protections.values() {
        assert_eq!(
            protection["required_pull_request_reviews"][0]["required_approving_review_count"],
            json!(1)
        );
    }
}

#[test]
fn environments_do_not_take_the_logging_of_apis_from_each_other() {
    let with_setting: Vec<String> = documents()
        .into_iter()
        .filter(|(_, document)| document["resource"].get("aws_api_gateway_account").is_some())
        .map(|(name, _)| name.to_string())
        .collect();
    assert_eq!(with_setting, ["shtetl-bootstrap"]);
}

#[test]
fn criterion_7_roles_are_for_one_repository_and_environment() {
    let documents = documents();
    let roles = documents["shtetl-bootstrap"]["resource"]["aws_iam_role"].as_object().expect("some");
    let pipelines =
        roles.keys().filter(|name| name.ends_with("_deploy_role") || name.ends_with("_release_role"));
    assert_eq!(pipelines.count(), 6);
    let trust = roles["dev_deploy_role"]["assume_role_policy"].as_str().expect("text");
    assert!(trust.contains("repo:jcom-dev/shtetl:environment:dev"), "{trust}");
    assert!(!trust.contains("StringLike"), "{trust}");
    let policies = documents["shtetl-bootstrap"]["resource"]["aws_iam_policy"].as_object().expect("some");
    for (name, policy) in policies {
        let text = policy["policy"].as_str().expect("text");
        // What stands between quotes; an action with a wildcard reads `s3:*` or `s3:Get*`.
        let is_wild = |piece: &&str| {
            let is_service =
                |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            matches!(piece.split_once(':'), Some((service, action)) if is_service(service) && action.ends_with('*') && !action.contains(':'))
        };
        assert_eq!(text.split('"').find(is_wild), None, "{name}");
    }
    let secrets = documents["shtetl-github"]["resource"].as_object().expect("some");
    assert!(!secrets.keys().any(|kind| kind.contains("secret")), "no access key is stored at GitHub");
}

#[test]
fn criterion_8_aliases_and_routes() {
    let document = &documents()["shtetl-dev"];
    let resources = &document["resource"];
    for service in ["zmanim", "shul", "kehilla"] {
        let aliases = &resources["aws_lambda_alias"];
        let candidate = &aliases[format!("{service}_dev-candidate")];
        assert_eq!(
            candidate["function_version"],
            json!(format!("${{aws_lambda_function.{service}_function.version}}"))
        );
        assert_eq!(candidate.get("lifecycle"), None);
        for stable in ["dev", "staging", "prod"] {
            let ignored = &aliases[format!("{service}_{stable}")]["lifecycle"]["ignore_changes"];
            assert_eq!(
                *ignored,
                json!(["description", "function_version", "routing_config"]),
                "{service} {stable}"
            );
        }
    }
    for (alias, domain) in [("dev-candidate", "api-dev-candidate.shtetl.com"), ("dev", "api-dev.shtetl.com")]
    {
        let name = format!("api_{alias}");
        assert_eq!(resources["aws_api_gateway_domain_name"][&name]["domain_name"], json!(domain));
        assert_eq!(resources["aws_api_gateway_stage"][&name]["variables"], json!({"alias": alias}));
        let mapping = &resources["aws_api_gateway_base_path_mapping"][&name];
        assert_eq!(mapping["stage_name"], json!(format!("${{aws_api_gateway_stage.{name}.stage_name}}")));
    }
    let uri = resources["aws_api_gateway_integration"]["api_zmanim_proxy_any"]["uri"].as_str().expect("text");
    assert!(uri.contains(":$${stageVariables.alias}/invocations"), "{uri}");
}

#[test]
fn criterion_8_services_are_released_through_their_aliases() {
    let mut app = App::new();
    crate::systems::shtetl::build(&mut app).expect("the settings are right");
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    let (dev, _) =
        synthesized.documents.iter().find(|(entry, _)| entry.name == "shtetl-dev").expect("there is dev");
    for service in ["zmanim", "shul", "kehilla"] {
        let expected = json!({
            "kind": "lambda",
            "function": format!("shtetl-dev-{service}"),
            "stable_alias": "dev",
            "candidate_alias": "dev-candidate",
        });
        assert_eq!(dev.annotations["release"][service]["target"], expected);
    }
}

#[test]
fn every_role_of_an_environment_is_bounded() {
    for environment in ["dev", "staging", "prod"] {
        let document = &documents()[&format!("shtetl-{environment}")];
        for (name, role) in document["resource"]["aws_iam_role"].as_object().expect("some") {
            let boundary = role["permissions_boundary"].as_str().expect("text");
            assert!(boundary.ends_with(&format!("policy/boundary-shtetl-{environment}")), "{name}");
        }
    }
}

#[test]
fn a_wrong_key_in_the_settings_is_an_error_at_its_line() {
    let text =
        include_str!("../../src/systems/shtetl/dev.toml").replace("nat = \"single\"", "nta = \"single\"");
    let error = formwork::settings::parse::<crate::systems::shtetl::Settings>("dev.toml", &text).unwrap_err();
    assert_eq!(error.line, 8);
    assert!(error.to_string().contains("unknown field `nta`"), "{error}");
    assert!(error.to_string().contains("did you mean `nat`?"), "{error}");
}
