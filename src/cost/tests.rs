use formwork_core::{App, Json, Provider, ProviderSource, Raw, Resource, Stack};
use serde_json::{Value, json};

use super::{Basis, Estimate, PriceSheet, SheetError};

/// Estimates one resource in us-east-1: the amounts by what they are for.
fn amounts(type_name: &'static str, arguments: &Value) -> Vec<(String, f64)> {
    let estimate = estimate(|stack| {
        stack.add("one", resource(type_name, arguments));
    });
    assert!(estimate.unknown.is_empty(), "{:?}", estimate.unknown);
    estimate.lines.iter().map(|line| (line.what.clone(), (line.amount * 100.0).round() / 100.0)).collect()
}

fn resource(type_name: &'static str, arguments: &Value) -> Raw {
    let mut resource = Raw::new(type_name);
    for (name, value) in arguments.as_object().unwrap() {
        resource = resource.set(name.clone(), Json::from(value));
    }
    resource
}

fn estimate(fill: impl FnOnce(&mut Stack)) -> Estimate {
    let mut app = App::new();
    let stack = app.stack("shop");
    stack.provider(Aws("us-east-1"));
    fill(stack);
    let settled = app.settle();
    Estimate::of(&settled.stacks[0], &PriceSheet::embedded().unwrap()).unwrap()
}

struct Aws(&'static str);

impl Provider for Aws {
    fn provider_source(&self) -> ProviderSource {
        ProviderSource { name: "aws".into(), source: "hashicorp/aws".into(), version: "".into() }
    }

    fn into_block(self) -> formwork_core::Block {
        let mut block = formwork_core::Block::new();
        block.set("region", Json::bare(self.0));
        block
    }
}

#[test]
fn what_exists_is_counted_by_its_arguments() {
    let database =
        json!({ "instance_class": "db.t4g.micro", "allocated_storage": 20, "storage_type": "gp3" });
    assert_eq!(
        amounts("aws_db_instance", &database),
        [("db.t4g.micro".into(), 11.68), ("20 GB of gp3".into(), 2.3)]
    );
    let mut standby = database;
    standby["multi_az"] = json!(true);
    let standby = amounts("aws_db_instance", &standby);
    assert_eq!(standby, [("db.t4g.micro, Multi-AZ".into(), 23.36), ("20 GB of gp3, Multi-AZ".into(), 4.6)]);
    let cache = json!({ "node_type": "cache.t4g.micro", "num_node_groups": 2, "replicas_per_node_group": 1 });
    assert_eq!(amounts("aws_elasticache_replication_group", &cache), [("4 × cache.t4g.micro".into(), 46.72)]);
    let alarm = json!({ "metric_query": [{ "id": "rate", "expression": "a/b" }, { "id": "a", "metric": {} }, { "id": "b", "metric": {} }] });
    assert_eq!(amounts("aws_cloudwatch_metric_alarm", &alarm), [("metrics of the alarm".into(), 0.2)]);
    let endpoint = json!({ "vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b"] });
    assert_eq!(amounts("aws_vpc_endpoint", &endpoint), [("endpoint, per subnet".into(), 14.6)]);
    assert_eq!(amounts("aws_vpc_endpoint", &json!({ "service_name": "s3" })), []);
    assert_eq!(amounts("aws_iam_role", &json!({})), []);
}

#[test]
fn instances_multiply_and_the_task_definition_gives_the_size() {
    let estimate = estimate(|stack| {
        let task =
            stack.add("task", resource("aws_ecs_task_definition", &json!({ "cpu": "512", "memory": 1024 })));
        let service = resource("aws_ecs_service", &json!({ "launch_type": "FARGATE", "desired_count": 2 }));
        stack.add("web", service.set("task_definition", task.attribute::<String>("arn")));
        stack.add("nat", resource("aws_eip", &json!({ "count": 3 })));
    });
    let amounts: Vec<_> = estimate.lines.iter().map(|line| (line.what.as_str(), line.quantity)).collect();
    let expected = [
        ("2 × 0.5 vCPU on Fargate", 730.0),
        ("2 × 1 GB on Fargate", 1460.0),
        ("public IPv4 address", 2190.0),
    ];
    assert_eq!(amounts, expected);
    assert!(estimate.lines.iter().all(|line| line.basis == Basis::Fixed));
}

#[test]
fn what_depends_on_use_names_its_assumptions() {
    let function = json!({ "memory_size": 512, "architectures": ["arm64"] });
    let estimate = estimate(|stack| {
        stack.add("one", resource("aws_lambda_function", &function));
    });
    let compute = &estimate.lines[1];
    assert_eq!(compute.basis, Basis::Assumed(vec!["lambda_requests_million", "lambda_duration_ms"]));
    // A tenth of a million requests of a tenth of a second with half a gigabyte.
    assert_eq!(compute.quantity, 5000.0);
    assert!((estimate.assumed() - (0.1 * 0.20 + 5000.0 * 0.0000133334)).abs() < 1e-9);
    assert_eq!(estimate.fixed(), 0.0);
}

#[test]
fn what_is_not_known_is_said_and_not_counted_as_nothing() {
    let estimate = estimate(|stack| {
        stack.add("odd", resource("aws_quantum_thing", &json!({})));
        stack.add("rare", resource("aws_db_instance", &json!({ "instance_class": "db.x9.huge" })));
        let count = formwork_core::Expr::<f64>::raw("var.count");
        stack.add("some", Raw::new("aws_eip").set("count", count));
    });
    let unknown: Vec<_> =
        estimate.unknown.iter().map(|(address, why)| (address.as_str(), why.as_str())).collect();
    let expected = [
        ("aws_db_instance.rare", "the sheet has no price `rds_instance_hour.db.x9.huge` in us-east-1"),
        ("aws_eip.some", "how many there are is an expression"),
        ("aws_quantum_thing.odd", "nothing is known of the price of aws_quantum_thing"),
    ];
    assert_eq!(unknown, expected);
}

#[test]
fn a_sheet_of_ones_own_replaces_single_lines() {
    let mut sheet = PriceSheet::embedded().unwrap();
    let before = sheet.regions["us-east-1"].prices.len();
    let own = "[assumptions]\nlog_gb = 7\n[regions.us-east-1.prices]\nnat_gateway_hour = 0.03\n\
               \"rds_instance_hour.db.x9.huge\" = 9\n[regions.eu-central-1]\nsource = \"our contract\"\n";
    sheet.replace(own).unwrap();
    assert_eq!(sheet.assumptions["log_gb"], 7.0);
    assert_eq!(sheet.regions["us-east-1"].prices["nat_gateway_hour"], 0.03);
    assert_eq!(sheet.regions["us-east-1"].prices.len(), before + 1);
    assert_eq!(sheet.regions["eu-central-1"].source, "our contract");
}

#[test]
fn a_sheet_with_mistakes_is_refused_with_the_nearest_name() {
    let refused = |text: &str| PriceSheet::embedded().unwrap().replace(text).unwrap_err();
    let message = |text: &str| refused(text).to_string();
    assert_eq!(
        message("[assumptions]\nlog_gbs = 1\n"),
        "nothing depends on the assumption `log_gbs`\n  hint: did you mean `log_gb`?"
    );
    assert_eq!(
        message("[regions.us-east-1.prices]\nnat_gateway_hours = 1\n"),
        "nothing has the price `nat_gateway_hours`\n  hint: did you mean `nat_gateway_hour`?"
    );
    assert_eq!(message("[assumptions]\nlog_gb = -1\n"), "`log_gb` is -1, and must be a number from 0");
    assert!(matches!(refused("currency = \"EUR\"\n"), SheetError::Currency { .. }));
    assert!(matches!(refused("[region]\n"), SheetError::Syntax(_)));
    assert!(matches!(refused("[assumptions]\nlog_gb = nan\n"), SheetError::Number { .. }));
}
