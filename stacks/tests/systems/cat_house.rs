//! Cat-house's documents hold what its story asks for: acceptance criteria 1, 2, 6 and 7.

use std::collections::BTreeMap;

use formwork::schema::Library;
use formwork::{App, Synthesized};
use serde_json::{Value, json};

use crate::systems::cat_house::{Project, Settings};

const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

const PORTS: [(&str, u16); 4] = [("auth", 8005), ("catalog", 8002), ("installation", 8003), ("proxy", 8004)];

fn documents() -> BTreeMap<String, Value> {
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).expect("documents are JSON");
    synthesized().documents.iter().map(|(entry, bytes)| (entry.name.clone(), parse(bytes))).collect()
}

fn synthesized() -> Synthesized {
    let mut app = App::new();
    crate::systems::cat_house::build(&mut app).expect("the settings are right");
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    assert_eq!(synthesized.diagnostics, []);
    synthesized
}

#[test]
fn criterion_2_repositories_keep_ten_images_and_can_be_deleted() {
    let resources = &documents()["cat-house-bootstrap"]["resource"];
    let repositories = resources["aws_ecr_repository"].as_object().expect("some");
    let names: Vec<&Value> = repositories.values().map(|repository| &repository["name"]).collect();
    assert_eq!(
        names,
        [
            "cat-house/auth-service",
            "cat-house/catalog-service",
            "cat-house/installation-service",
            "cat-house/proxy-service"
        ]
    );
    for (name, repository) in repositories {
        assert_eq!(repository["force_delete"], true, "{name}");
        assert_eq!(repository["image_scanning_configuration"]["scan_on_push"], true, "{name}");
        let policy = resources["aws_ecr_lifecycle_policy"][name]["policy"].as_str().expect("text");
        assert!(policy.contains(r#""countNumber":10"#), "{policy}");
    }
}

#[test]
fn criterion_6_services_roll_back_and_are_checked_by_the_load_balancer() {
    for environment in ENVIRONMENTS {
        let resources = &documents()[&format!("cat-house-{environment}")]["resource"];
        let services = resources["aws_ecs_service"].as_object().expect("some");
        assert_eq!(services.len(), 4, "health-aggregator is not deployed");
        for (name, port) in PORTS {
            let service = &services[&format!("{name}_service")];
            assert_eq!(service["name"], json!(format!("cat-house-{environment}-{name}")));
            assert_eq!(service["launch_type"], "FARGATE");
            assert_eq!(service["deployment_circuit_breaker"], json!({"enable": true, "rollback": true}));
            assert_eq!(service["load_balancer"][0]["container_port"], json!(port));
            let group = &resources["aws_lb_target_group"][format!("balancer_port_{port}")];
            assert_eq!(group["health_check"]["path"], json!(format!("/api/v1/{name}/health")));
            let rule = &resources["aws_lb_listener_rule"][format!("balancer_port_{port}")];
            assert_eq!(
                rule["condition"][0]["path_pattern"]["values"],
                json!([format!("/api/v1/{name}"), format!("/api/v1/{name}/*")])
            );
            let logs = &resources["aws_cloudwatch_log_group"][format!("{name}_logs")];
            assert!(logs["retention_in_days"].is_number());
        }
        let health = &resources["aws_lb_listener_rule"]["balancer_health"];
        assert_eq!(health["condition"][0]["path_pattern"]["values"], json!(["/health"]));
        assert_eq!(health["action"][0]["type"], "fixed-response");
    }
}

#[test]
fn criterion_6_migrations_are_a_task_of_what_the_auth_service_is_released_with() {
    let synthesized = synthesized();
    let mut documents = synthesized.documents.iter();
    let (staging, _) =
        documents.find(|(entry, _)| entry.name == "cat-house-staging").expect("there is staging");
    let releases = &staging.annotations["release"];
    // No definition of its own: its image would not be that of the release.
    let expected = json!({"command": ["alembic", "upgrade", "head"], "timeout_seconds": 900});
    assert_eq!(releases["auth"]["target"]["migration"], expected);
    assert_eq!(releases["catalog"]["target"].get("migration"), None);
    assert_eq!(releases["catalog"]["group"], releases["auth"]["group"]);
    let definitions = &self::documents()["cat-house-staging"]["resource"]["aws_ecs_task_definition"];
    assert_eq!(definitions.as_object().map(serde_json::Map::len), Some(4));
}

#[test]
fn ten_connections_are_shared_by_all_tasks() {
    for (environment, tasks, share) in [("staging", 4, "2"), ("production", 8, "1")] {
        let resources = &documents()[&format!("cat-house-{environment}")]["resource"];
        let counts = resources["aws_ecs_service"].as_object().expect("some").values();
        assert_eq!(
            counts.map(|service| service["desired_count"].as_u64().expect("a number")).sum::<u64>(),
            tasks
        );
        for (name, definition) in resources["aws_ecs_task_definition"].as_object().expect("some") {
            let text = definition["container_definitions"].as_str().expect("text");
            assert!(text.contains("DATABASE_POOL_SIZE"), "{name}: {text}");
            assert!(text.contains(&format!("\"{share}\"")), "{name}: {text}");
        }
    }
    let mut settings = Settings::all().expect("the settings are right").remove(1);
    settings.tasks.count = 3;
    let error = settings.check().expect_err("there are too few").to_string();
    assert!(error.contains("12 tasks share 10 connections"), "{error}");
}

#[test]
fn deployments_change_records_of_their_own_zone_only() {
    let policies = documents()["cat-house-bootstrap"]["resource"]["aws_iam_policy"].to_string();
    let zones: Vec<&str> = policies.split("route53:::hostedzone/").skip(1).collect();
    assert_eq!(zones.len(), 1, "only production has a domain");
    assert!(zones[0].starts_with("Z060186227WPZP8YF5ZX8"), "{}", zones[0]);
}

#[test]
fn one_developer_can_merge_and_nothing_is_merged_without_a_pull_request() {
    let protections = &documents()["cat-house-github"]["resource"]["github_branch_protection"];
    for (name, protection) in protections.as_object().expect("some") {
        let reviews = &protection["required_pull_request_reviews"];
        let first = reviews.get(0).unwrap_or(reviews);
        assert_eq!(first["required_approving_review_count"], 0, "{name}");
        assert_eq!(protection["enforce_admins"], true, "{name}");
    }
}

#[test]
fn secrets_are_in_no_document() {
    for (name, document) in documents() {
        let resources = document["resource"].as_object().expect("some");
        assert!(!resources.contains_key("aws_secretsmanager_secret_version"), "{name}");
        assert!(!resources.keys().any(|kind| kind.contains("actions_") && kind.contains("secret")), "{name}");
    }
    let secrets = &documents()["cat-house-staging"]["resource"]["aws_secretsmanager_secret"];
    let paths: Vec<&Value> =
        secrets.as_object().expect("some").values().map(|secret| &secret["name"]).collect();
    assert_eq!(
        paths,
        [
            "/cat-house/staging/DATABASE_URL",
            "/cat-house/staging/ENCRYPTION_KEY",
            "/cat-house/staging/JWT_SECRET"
        ]
    );
}

#[test]
fn only_an_environment_with_a_domain_has_https() {
    let documents = documents();
    let staging = &documents["cat-house-staging"];
    assert_eq!(staging["resource"]["aws_lb_listener"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(staging["resource"].get("aws_acm_certificate"), None);
    assert_eq!(staging["output"]["api_url"]["value"], "http://${aws_lb.balancer_balancer.dns_name}");
    let production = &documents["cat-house-production"];
    let listeners = &production["resource"]["aws_lb_listener"];
    assert_eq!(listeners["balancer_http"]["default_action"][0]["type"], "redirect");
    assert_eq!(
        listeners["balancer_https"]["certificate_arn"],
        "${aws_acm_certificate_validation.certificate_validation.certificate_arn}"
    );
    assert_eq!(production["output"]["api_url"]["value"], "https://api.gamificator.click");
}

#[test]
fn the_frontend_has_the_default_domain() {
    for environment in ENVIRONMENTS {
        let distribution = &documents()[&format!("cat-house-{environment}")]["resource"]["aws_cloudfront_distribution"]
            ["frontend_distribution"];
        assert_eq!(distribution["viewer_certificate"], json!({"cloudfront_default_certificate": true}));
        assert_eq!(distribution.get("aliases"), None);
    }
}

#[test]
fn criterion_7_production_asks_and_staging_does_not() {
    let resources = &documents()["cat-house-github"]["resource"];
    let environments = &resources["github_repository_environment"];
    assert_eq!(environments["repository_staging"].get("reviewers"), None);
    let users = environments["repository_production"]["reviewers"]["users"].as_array().expect("some");
    assert_eq!(users.len(), 1);
    let branches = &resources["github_repository_environment_deployment_policy"];
    assert_eq!(branches["repository_staging_develop"]["branch_pattern"], "develop");
    assert_eq!(branches["repository_production_main"]["branch_pattern"], "main");
}

#[test]
fn every_role_of_an_environment_is_bounded() {
    for environment in ENVIRONMENTS {
        let document = &documents()[&format!("cat-house-{environment}")];
        for (name, role) in document["resource"]["aws_iam_role"].as_object().expect("some") {
            let boundary = format!("arn:aws:iam::578492750346:policy/boundary-cat-house-{environment}");
            assert_eq!(role["permissions_boundary"], json!(boundary), "{name}");
        }
    }
}

#[test]
fn migrations_of_no_service_are_refused() {
    let mut environments = Settings::all().expect("the settings are right");
    environments[0].migration.service = "auht".to_owned();
    let error = environments[0].check().expect_err("there is no such service").to_string();
    assert!(error.contains("hint: did you mean `auth`?"), "{error}");
}

#[test]
fn a_certificate_is_a_matter_of_settings() {
    let project = Project::read().expect("the settings are right");
    let mut environments = Settings::all().expect("the settings are right");
    for settings in &mut environments {
        settings.balancer.https = None;
    }
    let mut app = App::new();
    crate::systems::cat_house::add(&mut app, &project, &environments);
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    assert_eq!(synthesized.diagnostics, []);
    for (_, bytes) in &synthesized.documents {
        let document: Value = serde_json::from_slice(bytes).expect("documents are JSON");
        assert_eq!(document["resource"].get("aws_acm_certificate"), None);
    }
}
