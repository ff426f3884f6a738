//! What is counted for which arguments, in us-east-1.

use super::*;

fn costs(amounts: &[(&str, f64)]) -> Vec<(String, f64)> {
    amounts.iter().map(|(what, amount)| ((*what).to_owned(), *amount)).collect()
}

#[test]
fn databases_by_engine_class_storage_and_secret() {
    let database = json!({
        "engine": "postgres", "instance_class": "db.t4g.micro", "allocated_storage": 20, "storage_type": "gp3",
    });
    let with = |name: &str, value: Value| {
        let mut changed = database.clone();
        changed[name] = value;
        one("aws_db_instance", &changed)
    };
    assert_eq!(known("aws_db_instance", &database), costs(&[("db.t4g.micro", 11.68), ("20 GB of gp3", 2.3)]));
    let standby = [("db.t4g.micro, Multi-AZ", 23.36), ("20 GB of gp3, Multi-AZ", 4.6)];
    assert_eq!(with("multi_az", json!(true)), (costs(&standby), vec![]));
    let secret = with("manage_master_user_password", json!(true)).0;
    assert_eq!(secret[2], ("secret of the master user".to_owned(), 0.4));

    let unknown = |name: &str, value: Value| with(name, value).1;
    let reason = "whether it has a standby is an expression; without one was counted";
    assert_eq!(unknown("multi_az", json!("${var.standby}")), [reason]);
    let reason =
        "db.t4g.micro: the sheet has no price `rds_instance_hour.sqlserver-ex.db.t4g.micro` in us-east-1";
    assert_eq!(unknown("engine", json!("sqlserver-ex")), [reason]);
    assert_eq!(unknown("engine", Value::Null), ["its engine is not in the program"]);
    let reason = "how much storage it has is not in the program";
    assert_eq!(unknown("allocated_storage", Value::Null), [reason]);
    assert_eq!(
        unknown("allocated_storage", json!("${var.size}")),
        ["only Terraform knows its `allocated_storage`"]
    );
}

#[test]
fn caches_by_nodes_and_tables_with_their_recovery() {
    let cache = json!({ "node_type": "cache.t4g.micro", "num_node_groups": 2, "replicas_per_node_group": 1 });
    assert_eq!(known("aws_elasticache_replication_group", &cache), costs(&[("4 × cache.t4g.micro", 46.72)]));
    let table = json!({
        "billing_mode": "PROVISIONED", "read_capacity": 2, "global_secondary_index": [{ "read_capacity": 1 }],
        "point_in_time_recovery": [{ "enabled": true }],
    });
    let parts = [
        ("storage", 0.25),
        ("read capacity", 0.28),
        ("write capacity", 0.95),
        ("point-in-time recovery", 0.2),
    ];
    assert_eq!(known("aws_dynamodb_table", &table), costs(&parts));
}

#[test]
fn a_public_load_balancer_has_an_address_per_subnet() {
    let addresses = |arguments: &Value| {
        let amounts = known("aws_lb", arguments);
        amounts.iter().find(|(what, _)| what.starts_with("public IPv4")).map(|(_, amount)| *amount)
    };
    assert_eq!(addresses(&json!({ "subnets": ["a", "b"] })), Some(7.3));
    assert_eq!(addresses(&json!({ "subnets": ["a", "b"], "internal": true })), None);
    let own = json!({ "load_balancer_type": "network", "subnet_mapping": [
        { "subnet_id": "a", "allocation_id": "x" }, { "subnet_id": "b" }] });
    assert_eq!(addresses(&own), Some(3.65));
    assert_eq!(
        one("aws_lb", &json!({ "subnets": "${var.subnets}" })).1,
        ["its public addresses: only Terraform knows its `subnets`"]
    );

    let network = known("aws_lb", &json!({ "load_balancer_type": "network", "internal": true }));
    assert_eq!(network, costs(&[("load balancer", 16.43), ("capacity units in use", 0.44)]));
    let gateway = json!({ "load_balancer_type": "gateway", "internal": true });
    assert_eq!(one("aws_lb", &gateway).1.len(), 2);
}

#[test]
fn endpoints_by_subnet_and_gateways_to_s3_free() {
    let endpoint = json!({ "vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b"] });
    let expected = [("endpoint, per subnet", 14.6), ("data through it", 0.05)];
    assert_eq!(known("aws_vpc_endpoint", &endpoint), costs(&expected));
    assert_eq!(known("aws_vpc_endpoint", &json!({ "service_name": "s3" })), []);
    assert_eq!(known("aws_iam_role", &json!({})), []);
}

#[test]
fn instances_with_volume_and_address() {
    let instance = json!({
        "instance_type": "t3.micro", "associate_public_ip_address": true,
        "root_block_device": [{ "volume_size": 10, "volume_type": "gp3" }],
    });
    let expected = [("t3.micro with Linux", 7.59), ("10 GB of gp3", 0.8), ("public IPv4 address", 3.65)];
    assert_eq!(known("aws_instance", &instance), costs(&expected));
    let (amounts, unknown) = one("aws_instance", &json!({ "instance_type": "t3.micro" }));
    assert_eq!(amounts, costs(&[("t3.micro with Linux", 7.59)]));
    assert_eq!(unknown, ["the size of its root volume is its image's, and not in the program"]);

    let template = json!({
        "instance_type": "t3.medium", "network_interfaces": [{ "associate_public_ip_address": "true" }],
        "block_device_mappings": [{ "ebs": { "volume_size": 73, "volume_type": "gp3" } }],
    });
    let expected = [
        ("hours of t3.medium that it starts", 0.83),
        ("73 GB of gp3 for these hours", 0.16),
        ("public IPv4 address for these hours", 0.1),
    ];
    assert_eq!(known("aws_launch_template", &template), costs(&expected));
}

#[test]
fn app_runner_keeps_as_many_instances_as_its_scaling_says() {
    let source = json!({ "auto_deployments_enabled": false });
    let service = json!({ "source_configuration": source });
    let expected = [("1 × 2 GB kept ready", 10.22), ("1 vCPU at work", 4.67)];
    assert_eq!(known("aws_apprunner_service", &service), costs(&expected));
    let scaled = estimate(aws("us-east-1"), |stack| {
        let scaling = resource("aws_apprunner_auto_scaling_configuration_version", &json!({ "min_size": 2 }));
        let scaling = stack.add("scaling", scaling);
        let service = json!({
            "source_configuration": source, "instance_configuration": { "cpu": "0.5 vCPU", "memory": "1024" },
        });
        let service = resource("aws_apprunner_service", &service);
        let arn = scaling.attribute::<String>("arn");
        stack.add("service", service.set("auto_scaling_configuration_arn", arn));
    });
    assert_eq!(amounts(&scaled), costs(&[("2 × 1 GB kept ready", 10.22), ("0.5 vCPU at work", 2.34)]));
    let elsewhere = json!({ "auto_scaling_configuration_arn": "arn:aws:apprunner:x" });
    assert_eq!(
        one("aws_apprunner_service", &elsewhere).1,
        ["how many instances it keeps is not in the stack"]
    );
    let automatic = known("aws_apprunner_service", &json!({}));
    assert_eq!(automatic[2], ("automatic deployments".to_owned(), 1.0));
}

/// A service of two tasks in a cluster of the same stack.
fn service(cluster: &Value, task: &Value, arguments: &Value) -> Estimate {
    estimate(aws("us-east-1"), |stack| {
        let task = stack.add("task", resource("aws_ecs_task_definition", task));
        let cluster = stack.add("cluster", resource("aws_ecs_cluster", cluster));
        let service =
            resource("aws_ecs_service", arguments).set("cluster", cluster.attribute::<String>("arn"));
        stack.add("web", service.set("task_definition", task.attribute::<String>("arn")));
    })
}

#[test]
fn tasks_on_fargate_by_architecture_and_purchase() {
    let task = json!({ "cpu": "512", "memory": 1024 });
    let service_of = |task: &Value, more: Value| {
        let mut arguments = json!({ "desired_count": 2 });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        service(&json!({}), task, &arguments)
    };
    let fargate = || json!({ "launch_type": "FARGATE" });
    let x86 = [("2 × 0.5 vCPU on Fargate", 29.55), ("2 × 1 GB on Fargate", 6.49)];
    assert_eq!(amounts(&service_of(&task, fargate())), costs(&x86));
    let arm = json!({ "cpu": "512", "memory": 1024, "runtime_platform": { "cpu_architecture": "ARM64" } });
    let expected = [("2 × 0.5 vCPU on Fargate", 23.64), ("2 × 1 GB on Fargate", 5.2)];
    assert_eq!(amounts(&service_of(&arm, fargate())), costs(&expected));

    let strategies = |names: &[&str]| {
        let strategies: Vec<_> = names.iter().map(|name| json!({ "capacity_provider": name })).collect();
        json!({ "capacity_provider_strategy": strategies })
    };
    assert_eq!(amounts(&service_of(&task, strategies(&["FARGATE"]))), costs(&x86));
    let spot = service_of(&task, strategies(&["FARGATE_SPOT"]));
    let missing = |unit: &str| Some(("us-east-1".to_owned(), format!("fargate_{unit}_hour.x86_64.spot")));
    assert_eq!(spot.unknown[0].missing_price, missing("vcpu"));
    assert_eq!(spot.unknown[1].missing_price, missing("memory_gb"));
    let mixed = service_of(&task, strategies(&["FARGATE", "FARGATE_SPOT"]));
    assert_eq!(reasons(&mixed), ["how many tasks run on which of its capacity providers is not known"]);
    let windows = json!({ "runtime_platform": { "operating_system_family": "WINDOWS_SERVER_2022_CORE" } });
    let mut windows_task = task.clone();
    windows_task.as_object_mut().unwrap().extend(windows.as_object().unwrap().clone());
    assert_eq!(reasons(&service_of(&windows_task, fargate())).len(), 1);
    assert_eq!(amounts(&service_of(&task, json!({ "launch_type": "EC2" }))), []);
    let reason = "how many tasks it keeps is not in the program";
    assert_eq!(reasons(&service(&json!({}), &task, &fargate())), [reason]);
}

#[test]
fn container_insights_by_cluster_service_and_task_definition() {
    let task = json!({ "cpu": "512", "memory": 1024 });
    let arguments = json!({ "desired_count": 2, "launch_type": "EC2" });
    let with = |value: &str| json!({ "setting": [{ "name": "containerInsights", "value": value }] });
    let expected = [
        ("metrics of the cluster", 2.4),
        ("metrics of the service", 3.3),
        ("metrics of its task definition", 1.8),
        ("what Container Insights logs", 0.1),
    ];
    assert_eq!(amounts(&service(&with("enabled"), &task, &arguments)), costs(&expected));
    assert_eq!(amounts(&service(&with("disabled"), &task, &arguments)), []);
    let reason = "nothing is known of the price of Container Insights with enhanced observability";
    assert_eq!(reasons(&service(&with("enhanced"), &task, &arguments)), [reason]);
    let reason = "its cluster is not in the stack, and may have Container Insights";
    assert_eq!(one("aws_ecs_service", &arguments).1, [reason]);
}

#[test]
fn traces_and_detailed_metrics_of_functions_and_apis() {
    let traced = known("aws_lambda_function", &json!({ "tracing_config": { "mode": "Active" } }));
    assert_eq!(traced[2], ("traces".to_owned(), 0.5));
    let stage = || resource("aws_api_gateway_stage", &json!({ "xray_tracing_enabled": true }));
    assert_eq!(
        known("aws_api_gateway_stage", &json!({ "xray_tracing_enabled": true })),
        costs(&[("traces", 0.5)])
    );
    let both = estimate(aws("us-east-1"), |stack| {
        stack.add("stage", stage());
        let function = json!({ "tracing_config": { "mode": "Active" } });
        stack.add("function", resource("aws_lambda_function", &function));
    });
    assert_eq!(both.lines.iter().filter(|line| line.what == "traces").count(), 1);

    let settings =
        json!({ "rest_api_id": "a", "method_path": "*/*", "settings": { "metrics_enabled": true } });
    let measured = estimate(aws("us-east-1"), |stack| {
        for (name, api) in [("one", "a"), ("two", "a"), ("other", "b")] {
            stack.add(name, resource("aws_api_gateway_method", &json!({ "rest_api_id": api })));
        }
        stack.add("all", resource("aws_api_gateway_method_settings", &settings));
    });
    assert_eq!(amounts(&measured), costs(&[("metrics of 2 methods", 0.3)]));
    let websocket = one("aws_apigatewayv2_api", &json!({ "protocol_type": "WEBSOCKET" })).1;
    assert_eq!(websocket, ["nothing is known of the price of an API that is not HTTP"]);
}

#[test]
fn alarms_by_metric_trails_by_event_and_topics_by_delivery() {
    let alarm = json!({ "metric_query": [
        { "id": "rate", "expression": "a/b" }, { "id": "a", "metric": {} }, { "id": "b", "metric": {} }] });
    assert_eq!(known("aws_cloudwatch_metric_alarm", &alarm), costs(&[("metrics of the alarm", 0.2)]));
    let expected = [("management events, free for an account's first trail", 0.0)];
    assert_eq!(known("aws_cloudtrail", &json!({})), costs(&expected));
    let data = json!({ "event_selector": [{ "data_resource": [] }] });
    assert_eq!(one("aws_cloudtrail", &data).1, ["nothing is known of how many events its selectors add"]);

    let delivered = |protocol: &str| one("aws_sns_topic_subscription", &json!({ "protocol": protocol }));
    assert_eq!(delivered("email"), (costs(&[("e-mails", 0.02)]), vec![]));
    assert_eq!(delivered("sqs"), (vec![], vec![]));
    assert_eq!(delivered("sms").1, ["nothing is known of the price of deliveries by sms"]);
}

#[test]
fn what_is_free_in_one_way_may_be_paid_in_another() {
    for (type_name, free, paid) in [
        ("aws_flow_log", json!({}), json!({ "log_destination_type": "s3" })),
        ("aws_acm_certificate", json!({}), json!({ "options": { "export": "ENABLED" } })),
        ("aws_acm_certificate", json!({}), json!({ "certificate_authority_arn": "arn" })),
        ("aws_ssm_parameter", json!({ "tier": "Standard" }), json!({ "tier": "Advanced" })),
        ("aws_ssm_parameter", json!({}), json!({ "tier": "${var.tier}" })),
    ] {
        assert_eq!(one(type_name, &free), (vec![], vec![]), "{type_name}");
        assert_eq!(one(type_name, &paid).1.len(), 1, "{type_name}");
    }
}
