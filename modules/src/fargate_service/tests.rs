//! What services and tasks consist of, and what is refused.

use serde_json::{Value as Json, json};

use super::*;
use crate::iam::Policy;
use crate::load_balancer::{HealthCheck, LoadBalancerConfig, Route, load_balancer};
use crate::testing::{diagnostics, document};

fn subnets() -> [Expr<String>; 2] {
    ["a", "b"].map(|zone| Expr::raw(format!("\"subnet-{zone}\"")))
}

fn built() -> Json {
    document(|stack| {
        let route = Route::new("orders", ["/api/orders/*"], 8080, HealthCheck::new("/api/orders/health"));
        let balancer = LoadBalancerConfig::new("shop", "vpc-1", subnets()).route(route);
        let balancer = load_balancer(stack, "balancer", balancer);
        let cluster = cluster(stack, "cluster", ClusterConfig::new("shop")).cluster;
        let secret = stack.add("database", aws::SecretsmanagerSecret::new().name("/shop/DATABASE_URL"));
        let repository = stack.add("orders", aws::EcrRepository::new("shop/orders"));
        let task = FargateTaskConfig::new(
            "shop-orders",
            format!("{}:latest", repository.repository_url()),
            "eu-central-1",
        )
        .repository(repository.arn())
        .environment("PORT", "8080")
        .secret("DATABASE_URL", secret.arn())
        .secret_field("PASSWORD", secret.arn(), "password")
        .secrets_key(Expr::raw("\"arn:aws:kms:eu-central-1:1:key/k\""))
        .policy(Policy::new().allow(["s3:GetObject"], ["arn:aws:s3:::shop/*"]));
        let migrate = task.clone().command(["alembic", "upgrade", "head"]);
        fargate_task(stack, "migrate", FargateTaskConfig { family: "shop-migrate".to_owned(), ..migrate });
        let config = FargateServiceConfig::new(&cluster, task)
            .network("vpc-1", subnets())
            .behind(&balancer.targets["orders"])
            .tasks(2)
            .execute_command();
        fargate_service(stack, "orders", config);
    })
}

#[test]
fn a_service_rolls_back_by_itself_and_belongs_to_releases() {
    let document = built();
    let service = &document["resource"]["aws_ecs_service"]["orders_service"];
    assert_eq!(service["deployment_circuit_breaker"], json!({"enable": true, "rollback": true}));
    assert_eq!(service["lifecycle"], json!({"ignore_changes": ["task_definition"]}));
    assert_eq!(service["depends_on"], json!(["aws_lb_listener_rule.balancer_port_8080"]));
    assert_eq!(service["load_balancer"][0]["container_port"], 8080);
    assert_eq!(service["desired_count"], 2);
    assert_eq!(service["enable_execute_command"], true);
    let task = document["resource"]["aws_iam_role_policy"]["orders_task"]["policy"].to_string();
    assert!(task.contains("ssmmessages:OpenDataChannel"), "{task}");
    assert_eq!(service["network_configuration"]["assign_public_ip"], false);
}

#[test]
fn only_the_load_balancer_reaches_the_tasks() {
    let document = built();
    let into = &document["resource"]["aws_vpc_security_group_ingress_rule"]["orders_tasks_in"];
    assert_eq!(into["referenced_security_group_id"], "${aws_security_group.balancer_access.id}");
    let out = &document["resource"]["aws_vpc_security_group_egress_rule"]["orders_balancer_out"];
    assert_eq!(out["security_group_id"], "${aws_security_group.balancer_access.id}");
    assert_eq!(out["referenced_security_group_id"], "${aws_security_group.orders_tasks.id}");
}

#[test]
fn secrets_are_references_that_only_ecs_may_follow() {
    let document = built();
    let resources = &document["resource"];
    let containers = resources["aws_ecs_task_definition"]["orders_task"]["container_definitions"].to_string();
    assert!(containers.contains("aws_secretsmanager_secret.database.arn"), "{containers}");
    assert!(containers.contains("aws_secretsmanager_secret.database.arn}:password::"), "{containers}");
    let execution = resources["aws_iam_role_policy"]["orders_execution"]["policy"].to_string();
    assert!(execution.contains("secretsmanager:GetSecretValue"), "{execution}");
    assert!(execution.contains("kms:Decrypt") && execution.contains("key/k"), "{execution}");
    let task = resources["aws_iam_role_policy"]["orders_task"]["policy"].to_string();
    assert!(!task.contains("secretsmanager"), "{task}");
}

#[test]
fn nobody_starts_a_task_that_may_not_pull_its_image() {
    let definition = &built()["resource"]["aws_ecs_task_definition"]["orders_task"];
    assert_eq!(
        definition["depends_on"],
        json!(["aws_iam_role_policy.orders_execution", "aws_iam_role_policy.orders_task"])
    );
}

#[test]
fn a_task_has_a_command_and_no_port() {
    let document = built();
    let migrate = &document["resource"]["aws_ecs_task_definition"]["migrate_task"];
    let containers = migrate["container_definitions"].to_string();
    assert!(containers.contains("alembic"), "{containers}");
    assert!(!containers.contains("portMappings"), "{containers}");
    assert_eq!(migrate["skip_destroy"], true);
}

#[test]
fn what_fargate_does_not_have_is_reported() {
    let found = diagnostics(|stack| {
        let cluster = cluster(stack, "cluster", ClusterConfig::new("shop")).cluster;
        let secret = Expr::raw("\"arn\"");
        let task = FargateTaskConfig::new("shop orders", "image", "eu-central-1").size(256, 4096);
        let task = task.environment("A", "1").secret("A", secret);
        fargate_service(stack, "orders", FargateServiceConfig::new(&cluster, task));
        let task = FargateTaskConfig::new("shop-stock", "image", "eu-central-1").size(300, 512);
        let task = task.secret_field("B", Expr::raw("\"arn\""), "a:b");
        fargate_task(stack, "stock", task);
        let image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/carts:latest";
        let task = FargateTaskConfig::new("shop-carts", image, "eu-central-1").size(256, 1536);
        fargate_task(stack, "carts", task);
    });
    assert_eq!(
        found,
        [
            "`shop orders` is not a name for a task",
            "Fargate has no tasks of 256 CPU units and 4096 MiB",
            "the environment variable `A` is given as text and as a secret",
            "the service `shop orders` is in no network",
            "Fargate has no tasks of 300 CPU units and 512 MiB",
            "the environment variable `B` is of no field that ECS can name",
            "Fargate has no tasks of 256 CPU units and 1536 MiB",
            "ECS may not pull the image of `shop-carts`, which is in ECR",
        ]
    );
}
