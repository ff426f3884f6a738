//! OutreachPass's documents hold what its document asks for, section by section.

use std::collections::BTreeMap;

use formwork::App;
use formwork::schema::Library;
use serde_json::{Value, json};

use crate::systems::outreachpass::settings::PlatformSettings;
use crate::systems::outreachpass::{Project, Settings};

const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

fn documents_of(environments: &[Settings]) -> BTreeMap<String, Value> {
    let mut app = App::new();
    let project = Project::read().expect("the settings are right");
    crate::systems::outreachpass::add(&mut app, &project, environments).expect("the settings are right");
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    assert_eq!(synthesized.diagnostics, []);
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).expect("documents are JSON");
    synthesized.documents.iter().map(|(entry, bytes)| (entry.name.clone(), parse(bytes))).collect()
}

fn documents() -> BTreeMap<String, Value> {
    documents_of(&Settings::all().expect("the settings are right"))
}

#[test]
fn blue_green_deployment_functions_have_a_live_alias_of_releases() {
    for environment in ENVIRONMENTS {
        let resources = &documents()[&format!("outreachpass-{environment}")]["resource"];
        for (name, component) in [("api", "backend"), ("worker", "worker")] {
            let function = &resources["aws_lambda_function"][format!("{name}_function")];
            assert_eq!(function["function_name"], json!(format!("outreachpass-{name}-{environment}")));
            assert_eq!(function["s3_bucket"], "outreachpass-artifacts");
            assert_eq!(function["s3_key"], json!(format!("{component}/initial/lambda.zip")));
            let live = &resources["aws_lambda_alias"][format!("{name}_live")];
            let ignored = live["lifecycle"]["ignore_changes"].as_array().expect("some");
            assert!(
                ignored.contains(&json!("function_version")) && ignored.contains(&json!("routing_config"))
            );
        }
    }
}

#[test]
fn backend_deployment_migrations_run_in_the_network_from_the_backends_package() {
    for environment in ENVIRONMENTS {
        let resources = &documents()[&format!("outreachpass-{environment}")]["resource"];
        let function = &resources["aws_lambda_function"]["migrate_function"];
        assert_eq!(function["function_name"], json!(format!("outreachpass-migrate-{environment}")));
        assert_eq!(function["s3_key"], "backend/initial/lambda.zip");
        assert_eq!(function["handler"], "app.migrations.handler");
        assert_eq!(function["vpc_config"], resources["aws_lambda_function"]["api_function"]["vpc_config"]);
        let variables = function["environment"]["variables"].as_object().expect("some");
        assert!(variables.contains_key("DATABASE_MASTER_SECRET_ARN"));
        assert!(!variables.contains_key("SES_SMTP_SECRET_ARN"));
        // Nothing that takes requests may read the master password.
        for name in ["api", "worker"] {
            let function = &resources["aws_lambda_function"][format!("{name}_function")];
            assert!(function["environment"]["variables"].get("DATABASE_MASTER_SECRET_ARN").is_none());
        }
    }
}

/// The document's automatic rollback: a new version is watched, and its alarms move the alias back.
#[test]
fn blue_green_deployment_versions_are_watched_and_analysed() {
    let mut app = App::new();
    crate::systems::outreachpass::build(&mut app).expect("the settings are right");
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    for environment in ENVIRONMENTS {
        let stack = format!("outreachpass-{environment}");
        let (entry, document) =
            synthesized.documents.iter().find(|(entry, _)| entry.name == stack).expect("it is there");
        let releases = &entry.annotations[formwork::release::ANNOTATION];
        let document: Value = serde_json::from_slice(document).expect("documents are JSON");
        let alarms = document["resource"]["aws_cloudwatch_metric_alarm"].as_object().expect("some");
        for (name, watching) in [("api", &["api-errors", "api-5xx"][..]), ("worker", &["worker-errors"])] {
            let release = &releases[name];
            assert_eq!(release["shifting"], json!({"kind": "all_at_once", "watch_seconds": 300}), "{name}");
            let watched: Vec<String> = watching.iter().map(|alarm| format!("{stack}-{alarm}")).collect();
            assert_eq!(release["judgement"]["alarms"], json!(watched));
            for alarm in watched {
                assert!(alarms.values().any(|it| it["alarm_name"] == alarm), "{alarm}");
            }
        }
    }
}

#[test]
fn worker_deployment_rules_start_the_live_worker() {
    let resources = &documents()["outreachpass-dev"]["resource"];
    let rules = resources["aws_cloudwatch_event_rule"].as_object().expect("some");
    let by_name = |name: &str| rules.values().find(|rule| rule["name"] == name).expect("it is there");
    assert_eq!(by_name("outreachpass-dev-pending")["schedule_expression"], "rate(5 minutes)");
    let pattern = by_name("outreachpass-dev-requested")["event_pattern"].as_str().expect("text");
    assert!(pattern.contains("PassRequested"), "{pattern}");
    for target in resources["aws_cloudwatch_event_target"].as_object().expect("some").values() {
        assert_eq!(target["arn"], "${aws_lambda_alias.worker_live.arn}");
    }
}

#[test]
fn artifact_management_packages_expire_after_thirty_days() {
    let resources = &documents()["outreachpass-bootstrap"]["resource"];
    assert_eq!(resources["aws_s3_bucket"]["artifacts_bucket"]["bucket"], "outreachpass-artifacts");
    let rules = &resources["aws_s3_bucket_lifecycle_configuration"]["artifacts_bucket"]["rule"];
    let expires = |rule: &Value| rule["expiration"] == json!([{"days": 30}]);
    assert!(rules.as_array().expect("some").iter().any(expires), "{rules}");
}

#[test]
fn secrets_management_paths_without_values() {
    let documents = documents();
    for environment in ENVIRONMENTS {
        let resources = &documents[&format!("outreachpass-{environment}")]["resource"];
        let secrets = resources["aws_secretsmanager_secret"].as_object().expect("some");
        let mut paths: Vec<&str> = secrets.values().filter_map(|secret| secret["name"].as_str()).collect();
        paths.sort_unstable();
        let expected = ["database", "google-wallet", "ses-smtp"]
            .map(|name| format!("/outreachpass/{environment}/{name}"));
        assert_eq!(paths, expected);
    }
    for (name, document) in documents {
        let resources = document["resource"].as_object().expect("some");
        assert!(!resources.contains_key("aws_secretsmanager_secret_version"), "{name}");
        assert!(!resources.keys().any(|kind| kind.contains("actions_") && kind.contains("secret")), "{name}");
    }
}

#[test]
fn monitoring_alarms_have_the_thresholds_and_windows() {
    let resources = &documents()["outreachpass-prod"]["resource"];
    let alarms = &resources["aws_cloudwatch_metric_alarm"];
    let window = |alarm: &Value| {
        let period = match alarm.get("period") {
            Some(period) => period.as_u64(),
            None => alarm["metric_query"][1]["metric"]["period"].as_u64(),
        };
        period.unwrap_or(0) * alarm["evaluation_periods"].as_u64().unwrap_or(0)
    };
    for name in ["api", "worker"] {
        let alarm = &alarms[format!("alarms_{name}_errors")];
        assert_eq!((alarm["threshold"].as_f64(), window(alarm)), (Some(5.0), 900), "{name}");
    }
    let api = &alarms["alarms_api_5xx"];
    assert_eq!((api["threshold"].as_f64(), window(api)), (Some(1.0), 300));
    let database = &alarms["alarms_database_cpu"];
    assert_eq!((database["threshold"].as_f64(), window(database)), (Some(80.0), 600));
}

#[test]
fn the_frontend_runs_on_either_platform() {
    let documents = documents();
    let (dev, prod) =
        (&documents["outreachpass-dev"]["resource"], &documents["outreachpass-prod"]["resource"]);
    assert_eq!(dev.get("aws_apprunner_service"), None);
    assert_eq!(
        dev["aws_lb_target_group"]["frontend_balancer_port_3000"]["health_check"]["path"],
        "/api/health"
    );
    assert_eq!(prod.get("aws_ecs_service"), None);
    let service = &prod["aws_apprunner_service"]["frontend_service"];
    assert_eq!(service["health_check_configuration"]["path"], "/api/health");
    assert_eq!(service["source_configuration"]["auto_deployments_enabled"], false);

    // A setting moves an environment, and nothing else need change.
    let mut environments = Settings::all().expect("the settings are right");
    environments[0].frontend.platform = PlatformSettings::AppRunner { least: 1, most: 2, requests: 80 };
    environments[1].frontend.platform = PlatformSettings::Fargate { tasks: 2 };
    let moved = documents_of(&environments);
    assert!(moved["outreachpass-dev"]["resource"].get("aws_apprunner_service").is_some());
    assert!(moved["outreachpass-prod"]["resource"].get("aws_ecs_service").is_some());
}

#[test]
fn environments_only_production_asks() {
    let resources = &documents()["outreachpass-github"]["resource"];
    let environments = &resources["github_repository_environment"];
    assert_eq!(environments["repository_dev"].get("reviewers"), None);
    assert!(environments["repository_prod"].get("reviewers").is_some());
    let protections = resources["github_branch_protection"].as_object().expect("some");
    assert!(protections.values().all(|protection| protection["pattern"] == "main"));
    assert_eq!(protections.len(), 1);
}

#[test]
fn a_zone_that_is_known_by_its_id_is_the_only_one_that_changes() {
    let mut environments = Settings::all().expect("the settings are right");
    environments[0].domains.zone_id = Some("Z0123".to_owned());
    let policies = &documents_of(&environments)["outreachpass-bootstrap"]["resource"]["aws_iam_policy"];
    let zones = |name: &str| {
        let policy = policies[name]["policy"].as_str().expect("text");
        policy.split("hostedzone/").skip(1).map(|it| it[..1].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (zones("dev_deploy_api"), zones("prod_deploy_api")),
        (vec!["Z".to_owned()], vec!["*".to_owned()])
    );
}

#[test]
fn terraform_plan_roles_for_pull_requests_read_and_change_nothing() {
    let resources = &documents()["outreachpass-bootstrap"]["resource"];
    let policies = resources["aws_iam_policy"].as_object().expect("some");
    for environment in ENVIRONMENTS {
        let trust = &resources["aws_iam_role"][format!("{environment}_plan_role")]["assume_role_policy"];
        let trust = trust.as_str().expect("text");
        assert!(trust.contains("repo:base2ml/outreachpass:pull_request"), "{trust}");
        assert!(!trust.contains("environment:"), "{trust}");
        let name = format!("plan-outreachpass-{environment}-");
        let of_role: Vec<&str> = policies
            .values()
            .filter(|policy| policy["name"].as_str().is_some_and(|it| it.starts_with(&name)))
            .filter_map(|policy| policy["policy"].as_str())
            .collect();
        assert!(of_role.len() > 5, "{of_role:?}");
        for policy in of_role {
            for word in
                ["Put", "Create", "Delete", "Update", "Modify", "PassRole", "GetSecretValue", ":PATCH"]
            {
                assert!(!policy.contains(&format!(":{word}")), "{word}: {policy}");
            }
        }
    }
}

#[test]
fn every_role_of_an_environment_is_bounded() {
    for environment in ENVIRONMENTS {
        let document = &documents()[&format!("outreachpass-{environment}")];
        for (name, role) in document["resource"]["aws_iam_role"].as_object().expect("some") {
            let boundary = format!("arn:aws:iam::777788889999:policy/boundary-outreachpass-{environment}");
            assert_eq!(role["permissions_boundary"], json!(boundary), "{name}");
        }
    }
}
