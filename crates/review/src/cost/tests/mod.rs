mod counted;
mod sheets;

use formwork_core::{App, Block, Json, Provider, ProviderSource, Raw, Resource, Stack};
use serde_json::{Value, json};

use super::{Basis, Estimate, PriceSheet};

struct Aws(Block);

impl Provider for Aws {
    fn provider_source(&self) -> ProviderSource {
        ProviderSource { name: "aws".into(), source: "hashicorp/aws".into(), version: "".into() }
    }

    fn into_block(self) -> Block {
        self.0
    }
}

fn aws(region: &str) -> Aws {
    let mut block = Block::new();
    block.set("region", Json::bare(region));
    Aws(block)
}

/// Estimates a stack by the sheet of the repository.
fn estimate(provider: Aws, fill: impl FnOnce(&mut Stack)) -> Estimate {
    let mut app = App::new();
    let stack = app.stack("shop");
    stack.provider(provider);
    fill(stack);
    let settled = app.settle();
    Estimate::of(&settled.stacks[0], &PriceSheet::embedded().unwrap()).unwrap()
}

fn resource(type_name: &'static str, arguments: &Value) -> Raw {
    let mut resource = Raw::new(type_name);
    for (name, value) in arguments.as_object().unwrap() {
        resource = resource.set(name.clone(), Json::from(value));
    }
    resource
}

/// What a resource in us-east-1 costs: the amounts by what they are for.
fn amounts(estimate: &Estimate) -> Vec<(String, f64)> {
    let rounded = |amount: f64| (amount * 100.0).round() / 100.0;
    estimate.lines.iter().map(|line| (line.what.clone(), rounded(line.amount))).collect()
}

fn reasons(estimate: &Estimate) -> Vec<&str> {
    estimate.unknown.iter().map(|unknown| unknown.reason.as_str()).collect()
}

/// Estimates one resource: what it costs, and what is not known of it.
fn one(type_name: &'static str, arguments: &Value) -> (Vec<(String, f64)>, Vec<String>) {
    let estimate = estimate(aws("us-east-1"), |stack| {
        stack.add("one", resource(type_name, arguments));
    });
    (amounts(&estimate), reasons(&estimate).into_iter().map(str::to_owned).collect())
}

/// Estimates one resource of which all is known.
fn known(type_name: &'static str, arguments: &Value) -> Vec<(String, f64)> {
    let (amounts, unknown) = one(type_name, arguments);
    assert!(unknown.is_empty(), "{unknown:?}");
    amounts
}

#[test]
fn instances_multiply() {
    let estimate = estimate(aws("us-east-1"), |stack| {
        stack.add("nat", resource("aws_eip", &json!({ "count": 3 })));
    });
    assert_eq!(estimate.lines[0].quantity, 2190.0);
}

#[test]
fn what_depends_on_use_names_its_assumptions() {
    let function = json!({ "memory_size": 512, "architectures": ["arm64"] });
    let estimate = estimate(aws("us-east-1"), |stack| {
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
    let estimate = estimate(aws("us-east-1"), |stack| {
        stack.add("odd", resource("aws_quantum_thing", &json!({})));
        let rare = json!({
            "engine": "postgres", "instance_class": "db.x9.huge", "allocated_storage": 9, "storage_type": "odd",
        });
        stack.add("rare", resource("aws_db_instance", &rare));
        let count = formwork_core::Expr::<f64>::raw("var.count");
        stack.add("some", Raw::new("aws_eip").set("count", count));
    });
    let unknown: Vec<_> =
        estimate.unknown.iter().map(|one| (one.address.as_str(), one.reason.as_str())).collect();
    let expected = [
        (
            "aws_db_instance.rare",
            "db.x9.huge: the sheet has no price `rds_instance_hour.postgres.db.x9.huge` in us-east-1",
        ),
        ("aws_db_instance.rare", "9 GB of odd: the sheet has no price `rds_storage_gb.odd` in us-east-1"),
        ("aws_eip.some", "how many there are is an expression"),
        ("aws_quantum_thing.odd", "nothing is known of the price of aws_quantum_thing"),
    ];
    assert_eq!(unknown, expected);
    assert_eq!(estimate.free, 0);
}

#[test]
fn what_an_emulator_makes_costs_nothing() {
    let mut local = aws("us-east-1");
    local.0.set("endpoints", Json::from(&json!([{ "ec2": "http://localhost:4566" }])));
    let estimate = estimate(local, |stack| {
        stack.add("nat", resource("aws_nat_gateway", &json!({})));
        stack.add("odd", resource("aws_quantum_thing", &json!({})));
    });
    assert_eq!((estimate.emulated, estimate.lines.len(), estimate.unknown.len()), (2, 0, 0));
    assert_eq!(estimate.emulator.as_deref(), Some("http://localhost:4566"));
}

#[test]
fn a_line_says_its_region_and_the_source_and_date_of_its_price() {
    let estimate = estimate(aws("sa-east-1"), |stack| {
        let elsewhere = json!({ "region": "us-east-1" });
        stack.add("here", resource("aws_nat_gateway", &json!({})));
        stack.add("there", resource("aws_eip", &elsewhere));
    });
    let [there, here, ..] = &estimate.lines[..] else { panic!("both are paid for") };
    let line = serde_json::to_value(here).unwrap();
    assert_eq!(line["region"], "sa-east-1");
    let source =
        json!({ "service": "vpc", "page": "https://aws.amazon.com/vpc/pricing/", "date": "2026-01" });
    assert_eq!(line["source"], source);
    assert_eq!(there.region, "us-east-1");
}
