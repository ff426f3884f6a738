//! Data sources, functions, ephemeral resources and write-only arguments.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::TestStack;

#[test]
fn the_cloud_answers_what_it_is_asked() {
    let stack = TestStack::new();
    let document = json!({
        "data": {
            "aws_availability_zones": { "all": { "state": "available" } },
            "aws_caller_identity": { "me": {} },
            "aws_region": { "here": {} },
            "aws_partition": { "here": {} },
            "aws_iam_policy_document": { "read": { "statement": [
                { "actions": ["s3:GetObject"], "resources": ["${aws_s3_bucket.pages.arn}/*"] } ] } },
            "aws_route53_zone": { "shop": { "name": "example.com" } },
            "aws_vpc": { "theirs": { "tags": { "Name": "theirs" } } },
        },
        "resource": {
            "aws_s3_bucket": { "pages": { "bucket": "pages" } },
            "aws_subnet": { "a": { "vpc_id": "${data.aws_vpc.theirs.id}", "cidr_block": "10.0.1.0/24" } },
        },
        "output": {
            "zones": { "value": "${data.aws_availability_zones.all.names}" },
            "account": { "value": "${data.aws_caller_identity.me.account_id}" },
            "region": { "value": "${data.aws_region.here.id}" },
            "partition": { "value": "${data.aws_partition.here.partition}" },
            "policy": { "value": "${jsondecode(data.aws_iam_policy_document.read.json)}" },
            "zone": { "value": "${data.aws_route53_zone.shop.zone_id}" },
        },
    });
    stack.apply(&document);
    let mut outputs = stack.outputs();
    let zone = outputs.as_object_mut().unwrap().remove("zone").unwrap();
    assert!(zone.as_str().unwrap().starts_with('Z'), "{zone}");
    let expected = json!({
        "zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        "account": "123456789012",
        "region": "eu-central-1",
        "partition": "aws",
        "policy": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pages/*" } ] },
    });
    assert_eq!(outputs, expected);
    assert!(stack.plan(&document).contains("No changes."));
}

#[test]
fn functions_of_providers_are_computed() {
    let stack = TestStack::new();
    let document = json!({
        "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws" } } },
        "output": { "service": { "value": "${provider::aws::arn_parse(\"arn:aws:sqs:eu-central-1:1:jobs\").service}" } },
    });
    stack.apply(&document);
    assert_eq!(stack.outputs(), json!({ "service": "sqs" }));
    let wrong = json!({
        "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws" } } },
        "output": { "service": { "value": "${provider::aws::arn_parse(\"sqs\").service}" } },
    });
    let refused = stack.refused_plan(&wrong);
    assert!(refused.contains("is not six parts"), "{refused}");
}

#[test]
fn ephemeral_values_and_write_only_arguments_reach_no_state() {
    let stack = TestStack::new();
    let document = json!({
        "ephemeral": { "random_password": { "admin": { "length": 24 } } },
        "resource": {
            "aws_secretsmanager_secret": { "admin": { "name": "admin" } },
            "aws_secretsmanager_secret_version": { "admin": {
                "secret_id": "${aws_secretsmanager_secret.admin.id}",
                "secret_string_wo": "${ephemeral.random_password.admin.result}",
                "secret_string_wo_version": 1,
            } },
        },
    });
    stack.apply(&document);
    let version = stack.attributes("aws_secretsmanager_secret_version.admin");
    assert_eq!(version["secret_string_wo"], json!(null));
    assert_eq!(version["secret_string_wo_version"], 1);
    assert!(version["secret_id"].as_str().unwrap().starts_with("arn:aws:secretsmanager:eu-central-1:"));
    assert!(stack.plan(&document).contains("No changes."));
}
