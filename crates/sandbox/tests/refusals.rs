//! What AWS would refuse is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::TestStack;

fn network(subnets: &Value) -> Value {
    let mut subnets = subnets.clone();
    for (_, subnet) in subnets.as_object_mut().unwrap() {
        subnet["vpc_id"] = "${aws_vpc.main.id}".into();
    }
    json!({ "resource": { "aws_vpc": { "main": { "cidr_block": "10.0.0.0/16" } }, "aws_subnet": subnets } })
}

#[test]
fn a_subnet_has_to_be_within_its_network_and_apart_from_others() {
    let stack = TestStack::new();
    let outside = network(&json!({ "a": { "cidr_block": "10.1.0.0/24" } }));
    let refused = stack.refused_plan(&outside);
    assert!(refused.contains("InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid."), "{refused}");
    assert!(refused.contains("It is not within the network's 10.0.0.0/16."), "{refused}");
    assert!(refused.contains("with aws_subnet.a"), "{refused}");

    let overlapping =
        network(&json!({ "a": { "cidr_block": "10.0.0.0/24" }, "b": { "cidr_block": "10.0.0.128/25" } }));
    let refused = stack.refused_plan(&overlapping);
    assert!(refused.contains("InvalidSubnet.Conflict"), "{refused}");

    let host_bits = network(&json!({ "a": { "cidr_block": "10.0.1.5/24" } }));
    let refused = stack.refused_plan(&host_bits);
    assert!(refused.contains(r#""10.0.1.5/24" is not a valid CIDR block"#), "{refused}");
    assert!(refused.contains(r#"Did you mean "10.0.1.0/24"?"#), "{refused}");

    // The same against what is there already.
    stack.apply(&network(&json!({ "a": { "cidr_block": "10.0.0.0/24" } })));
    let failed = stack.failed_apply(&overlapping);
    assert!(failed.contains("InvalidSubnet.Conflict"), "{failed}");
    assert!(failed.contains("with aws_subnet.b"), "{failed}");
}

#[test]
fn a_database_needs_subnets_in_two_zones() {
    let stack = TestStack::new();
    let document = |second: &str| {
        let mut document = network(&json!({
            "a": { "cidr_block": "10.0.0.0/24", "availability_zone": "eu-central-1a" },
            "b": { "cidr_block": "10.0.1.0/24", "availability_zone": second },
        }));
        let ids = json!(["${aws_subnet.a.id}", "${aws_subnet.b.id}"]);
        document["resource"]["aws_db_subnet_group"] =
            json!({ "main": { "name": "main", "subnet_ids": ids } });
        document
    };
    let failed = stack.failed_apply(&document("eu-central-1a"));
    assert!(failed.contains("DBSubnetGroupDoesNotCoverEnoughAZs"), "{failed}");
    assert!(failed.contains("Its subnets are in eu-central-1a only"), "{failed}");
    stack.apply(&document("eu-central-1b"));
}

#[test]
fn a_name_is_taken_by_what_is_planned_beside_it_and_by_what_is_there() {
    let stack = TestStack::new();
    let group = |names: &[&str]| {
        let groups: serde_json::Map<_, _> = names
            .iter()
            .enumerate()
            .map(|(index, name)| (format!("g{index}"), json!({ "name": name })))
            .collect();
        json!({ "resource": { "aws_cloudwatch_log_group": groups } })
    };
    let refused = stack.refused_plan(&group(&["/a", "/a"]));
    assert!(refused.contains("ResourceAlreadyExistsException: one with name /a already exists"), "{refused}");
    stack.sandbox.add(stack.name("aws_cloudwatch_log_group", "/b"), &serde_json::Map::new()).unwrap();
    let failed = stack.failed_apply(&group(&["/a", "/b"]));
    assert!(
        failed.contains("creating CloudWatch Logs Log Group: ResourceAlreadyExistsException"),
        "{failed}"
    );
    // What was made before the failure is kept.
    assert!(stack.plan(&group(&["/a"])).contains("No changes."));
}

#[test]
fn an_id_that_does_not_exist_is_refused_until_it_is_said_to_exist() {
    let stack = TestStack::new();
    let document = json!({ "resource": { "aws_subnet": { "a": { "vpc_id": "vpc-0abc", "cidr_block": "10.0.0.0/24" } } } });
    let refused = stack.refused_plan(&document);
    assert!(refused.contains("InvalidVpcID.NotFound: The aws_vpc 'vpc-0abc' does not exist"), "{refused}");
    assert!(refused.contains("`sandbox add aws_vpc vpc-0abc`"), "{refused}");
    let arguments = json!({ "cidr_block": "10.0.0.0/16" });
    stack.sandbox.add(stack.name("aws_vpc", "vpc-0abc"), arguments.as_object().unwrap()).unwrap();
    stack.apply(&document);
}

#[test]
fn what_is_protected_or_in_use_is_not_destroyed() {
    let stack = TestStack::new();
    let database = |more: Value| {
        let mut database = json!({
            "identifier": "main", "instance_class": "db.t4g.micro", "engine": "postgres", "allocated_storage": 20,
            "username": "shop", "manage_master_user_password": true,
        });
        database.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "resource": { "aws_db_instance": { "main": database } } })
    };
    let empty = json!({});
    stack.apply(&database(json!({ "deletion_protection": true })));
    let secret = &stack.attributes("aws_db_instance.main")["master_user_secret"][0]["secret_arn"];
    assert!(
        secret
            .as_str()
            .unwrap()
            .starts_with("arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-")
    );
    let failed = stack.failed_apply(&empty);
    assert!(failed.contains("Cannot delete protected DB Instance"), "{failed}");
    stack.apply(&database(json!({ "deletion_protection": false })));
    let failed = stack.failed_apply(&empty);
    assert!(
        failed.contains("final_snapshot_identifier is required when skip_final_snapshot is false"),
        "{failed}"
    );
    stack.apply(&database(json!({ "skip_final_snapshot": true })));
    stack.apply(&empty);

    let both = network(&json!({ "a": { "cidr_block": "10.0.0.0/24" } }));
    stack.apply(&both);
    let removed = stack.terraform(&both, &["state", "rm", "aws_subnet.a"]);
    assert!(removed.good);
    let failed = stack.failed_apply(&empty);
    assert!(failed.contains("DependencyViolation"), "{failed}");
}

#[test]
fn what_the_provider_refuses_is_refused_when_it_is_planned() {
    let stack = TestStack::with_aws("5.100.0");
    let function = |more: Value| {
        let mut function = json!({
            "function_name": "orders", "role": "arn:aws:iam::123456789012:role/orders", "handler": "bootstrap",
            "runtime": "provided.al2023", "filename": "orders.zip",
        });
        function.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "resource": { "aws_lambda_function": { "orders": function } } })
    };
    let refused = stack.refused_plan(&function(json!({ "runtime": "provided.al2024" })));
    assert!(refused.contains("expected runtime to be one of"), "{refused}");
    assert!(refused.contains(r#"got provided.al2024 (did you mean "provided.al2023"?)"#), "{refused}");
    assert!(refused.contains("A rule of hashicorp/aws 5.100.0, measured with it."), "{refused}");
    let refused = stack.refused_plan(&function(json!({ "s3_key": "orders.zip" })));
    assert!(refused.contains(r#""s3_key": "s3_bucket" must be specified with it"#), "{refused}");
    let refused = stack.refused_plan(&function(json!({ "s3_bucket": "code", "s3_key": "orders.zip" })));
    assert!(
        refused.contains("exactly one of `filename`, `image_uri`, `s3_bucket` must be specified, got 2"),
        "{refused}"
    );
    let refused = stack.refused_plan(&function(json!({ "memory_size": 64 })));
    assert!(refused.contains("expected memory_size to be in the range (128 - 10240), got 64"), "{refused}");
    stack.plan(&function(json!({ "memory_size": 128 })));

    // A newer provider may know more values than were measured.
    let newer = TestStack::new();
    let plan = newer.plan(&function(json!({ "runtime": "python3.15" })));
    assert!(plan.contains("Warning: expected runtime to be one of"), "{plan}");
    let plan = newer.plan(&function(json!({ "filename": null })));
    assert!(plan.contains("Warning: exactly one of `filename`"), "{plan}");
    newer.refused_plan(&function(json!({ "memory_size": 64 })));
    stack.refused_plan(&function(json!({ "filename": null })));
}

#[test]
fn each_account_has_what_an_account_has_once() {
    let stack = TestStack::new();
    let provider = json!({
        "url": "https://token.actions.githubusercontent.com",
        "client_id_list": ["sts.amazonaws.com"],
    });
    let other = |account: &str| {
        let mut second = provider.clone();
        second["provider"] = "aws.other".into();
        json!({
            "provider": { "aws": [
                { "region": "eu-central-1" },
                { "alias": "other", "region": "eu-central-1", "allowed_account_ids": [account] },
            ] },
            "resource": { "aws_iam_openid_connect_provider": { "first": provider, "second": second } },
        })
    };
    let failed = stack.failed_apply(&other("123456789012"));
    assert!(failed.contains("EntityAlreadyExists"), "{failed}");
    let stack = TestStack::new();
    stack.apply(&other("111122223333"));
    let arn = stack.attributes("aws_iam_openid_connect_provider.second")["arn"].to_string();
    assert!(arn.contains("111122223333"), "{arn}");
}
