//! The same application on both platforms, and what is refused.

use formwork::Expr;
use serde_json::{Value as Json, json};

use super::*;
use crate::fargate_service::{ClusterConfig, cluster};
use crate::testing::{diagnostics, document};

fn configured(stack: &mut Stack, platform: Platform) -> AppRunnerConfig {
    let images = stack.add("images", aws::EcrRepository::new("shop-web"));
    let secret = stack.add("key", aws::SecretsmanagerSecret::new().name("/shop/key"));
    let image = format!("{}:latest", images.repository_url());
    AppRunnerConfig::new("shop-web", image, images.arn(), "eu-central-1", platform)
        .port(3000)
        .health(HealthCheck::new("/api/health"))
        .environment("NODE_ENV", "production")
        .secret("API_KEY", secret.arn())
}

fn fargate(stack: &mut Stack) -> Platform {
    let subnet = |zone: &str| Expr::raw(format!("\"subnet-{zone}\""));
    Platform::Fargate(Box::new(FargatePlatform {
        cluster: cluster(stack, "cluster", ClusterConfig::new("shop")).cluster,
        vpc_id: "vpc-1".into(),
        public_subnet_ids: vec![subnet("a"), subnet("b")],
        private_subnet_ids: vec![subnet("c"), subnet("d")],
        certificate_arn: None,
        tasks: 2,
        removable: true,
    }))
}

fn built(platform: impl FnOnce(&mut Stack) -> Platform) -> Json {
    document(|stack| {
        let platform = platform(stack);
        let config = configured(stack, platform);
        let parts = app_runner(stack, "web", config);
        stack.output("url", parts.url);
    })
}

#[test]
fn app_runner_deploys_only_what_a_release_brings() {
    let document = built(|_| Platform::AppRunner(Scaling { least: 1, most: 4, requests: 80 }));
    let service = &document["resource"]["aws_apprunner_service"]["web_service"];
    let source = &service["source_configuration"];
    assert_eq!(source["auto_deployments_enabled"], false);
    assert_eq!(source["image_repository"]["image_configuration"]["port"], "3000");
    assert_eq!(
        service["lifecycle"]["ignore_changes"],
        json!(["source_configuration[0].image_repository[0].image_identifier", "tags"])
    );
    assert_eq!(service["health_check_configuration"]["path"], "/api/health");
    let scaling = &document["resource"]["aws_apprunner_auto_scaling_configuration_version"]["web_scaling"];
    assert_eq!((&scaling["min_size"], &scaling["max_size"]), (&json!(1), &json!(4)));
    assert_eq!(scaling["lifecycle"], json!({"create_before_destroy": true}));
    let roles = &document["resource"]["aws_iam_role_policy"];
    assert!(roles["web_instance"]["policy"].to_string().contains("secretsmanager:GetSecretValue"));
    assert!(!roles["web_access"]["policy"].to_string().contains("secretsmanager"));
    assert_eq!(
        document["output"]["url"]["value"],
        "https://${aws_apprunner_service.web_service.service_url}"
    );
}

#[test]
fn fargate_serves_the_same_application() {
    let document = built(fargate);
    let resources = &document["resource"];
    assert_eq!(resources.get("aws_apprunner_service"), None);
    let group = &resources["aws_lb_target_group"]["web_balancer_port_3000"];
    assert_eq!((&group["port"], &group["health_check"]["path"]), (&json!(3000), &json!("/api/health")));
    let service = &resources["aws_ecs_service"]["web_service_service"];
    assert_eq!(service["desired_count"], 2);
    let task = resources["aws_ecs_task_definition"]["web_service_task"].to_string();
    assert!(task.contains("NODE_ENV") && task.contains("aws_secretsmanager_secret.key.arn"), "{task}");
}

#[test]
fn what_neither_platform_has_is_reported() {
    let found = diagnostics(|stack| {
        let scaling = Scaling { least: 5, most: 4, requests: 80 };
        let mut config = configured(stack, Platform::AppRunner(scaling)).size(300, 512);
        config.health.timeout_seconds = 20;
        config.name = "web".to_owned();
        app_runner(stack, "web", config);
    });
    assert_eq!(
        found,
        [
            "an application of 300 CPU units and 512 MiB is not offered",
            "the health check of `web` is not one that both platforms have",
            "App Runner refuses the name `web`",
            "App Runner cannot scale `web` so",
        ]
    );
    let found = diagnostics(|stack| {
        let scaling = Scaling { least: 1, most: 4, requests: 80 };
        let mut config = configured(stack, Platform::AppRunner(scaling));
        config.name = "-shop-web".to_owned();
        app_runner(stack, "web", config);
    });
    assert_eq!(found, ["App Runner refuses the name `-shop-web`"]);
}
