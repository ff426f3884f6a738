//! Plans and applies of the real terraform in front of the simulated providers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::TestStack;

fn function(more: &Value) -> Value {
    let mut function = json!({
        "function_name": "orders", "role": "${aws_iam_role.orders.arn}", "runtime": "provided.al2023",
        "handler": "bootstrap", "s3_bucket": "code", "s3_key": "1.zip", "publish": true,
    });
    for (name, value) in more.as_object().unwrap() {
        function[name] = value.clone();
    }
    json!({
        "provider": { "aws": { "region": "eu-central-1", "default_tags": { "tags": { "Team": "shop" } } } },
        "resource": {
            "aws_iam_role": { "orders": { "name": "orders", "assume_role_policy": "{}" } },
            "aws_lambda_function": { "orders": function },
            "aws_lambda_alias": { "live": {
                "name": "live",
                "function_name": "${aws_lambda_function.orders.function_name}",
                "function_version": "${aws_lambda_function.orders.version}",
            } },
        },
        "output": {
            "arn": { "value": "${aws_lambda_function.orders.qualified_arn}" },
            "alias": { "value": "${aws_lambda_alias.live.invoke_arn}" },
            "tags": { "value": "${aws_lambda_function.orders.tags_all}" },
        },
    })
}

#[test]
fn a_function_is_made_changed_replaced_and_destroyed() {
    let stack = TestStack::new();
    let first = function(&json!({}));
    assert!(stack.plan(&first).contains("Plan: 3 to add, 0 to change, 0 to destroy."));
    stack.apply(&first);
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders";
    let alias =
        format!("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{arn}:live/invocations");
    assert_eq!(
        stack.outputs(),
        json!({ "arn": format!("{arn}:1"), "alias": alias, "tags": { "Team": "shop" } })
    );
    assert!(stack.plan(&first).contains("No changes."));

    // In place: a new version, which the alias follows.
    let second = function(&json!({ "s3_key": "2.zip", "tags": { "Team": "orders", "Tier": "1" } }));
    assert!(stack.apply(&second).contains("Resources: 0 added, 2 changed, 0 destroyed."));
    assert_eq!(stack.outputs()["arn"], format!("{arn}:2"));
    assert_eq!(stack.outputs()["tags"], json!({ "Team": "orders", "Tier": "1" }));
    assert_eq!(stack.attributes("aws_lambda_alias.live")["function_version"], "2");
    assert!(stack.plan(&second).contains("No changes."));

    // Another name is another function.
    let third = function(&json!({ "function_name": "orders-2" }));
    let plan = stack.plan(&third);
    assert!(plan.contains("# aws_lambda_function.orders must be replaced"), "{plan}");
    assert!(plan.contains("# forces replacement"), "{plan}");
    stack.apply(&third);
    assert_eq!(stack.outputs()["arn"], format!("{arn}-2:1"));

    let destroyed = stack.terraform(&third, &["destroy", "-input=false", "-auto-approve"]);
    assert!(destroyed.text.contains("Destroy complete! Resources: 3 destroyed."), "{}", destroyed.text);
    assert!(stack.sandbox.remove(stack.name("aws_lambda_function", "orders-2")).is_err());
}

#[test]
fn a_function_that_is_not_published_keeps_its_version() {
    let stack = TestStack::new();
    stack.apply(&function(&json!({ "publish": false })));
    assert_eq!(stack.attributes("aws_lambda_function.orders")["version"], "$LATEST");
    let second = function(&json!({ "publish": false, "s3_key": "2.zip" }));
    assert!(stack.apply(&second).contains("0 added, 1 changed, 0 destroyed."));
    assert_eq!(stack.attributes("aws_lambda_function.orders")["version"], "$LATEST");
}

#[test]
fn what_changes_outside_is_found_and_put_right() {
    let stack = TestStack::new();
    let document = function(&json!({ "timeout": 10 }));
    stack.apply(&document);
    let changes = json!({ "timeout": 3 });
    stack.sandbox.drift(stack.name("aws_lambda_function", "orders"), changes.as_object().unwrap()).unwrap();
    let drift = stack.terraform(&document, &["plan", "-refresh-only", "-input=false"]);
    assert!(drift.text.contains("~ timeout") && drift.text.contains("10 -> 3"), "{}", drift.text);
    let plan = stack.plan(&document);
    assert!(plan.contains("3 -> 10") && plan.contains("Plan: 0 to add, 2 to change"), "{plan}");
    stack.apply(&document);

    stack.sandbox.remove(stack.name("aws_lambda_alias", &format!("{ARN}:live"))).unwrap();
    assert!(stack.plan(&document).contains("Plan: 1 to add, 0 to change, 0 to destroy."));
    let wrong = json!({ "timout": 3 });
    let error = stack.sandbox.drift(stack.name("aws_lambda_function", "orders"), wrong.as_object().unwrap());
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "aws_lambda_function has no argument `timout`\n  hint: did you mean `timeout`?");
}

const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:orders";

#[test]
fn what_exists_is_imported_by_its_id_or_by_its_parts() {
    let stack = TestStack::new();
    let document = function(&json!({}));
    stack.apply(&document);
    for (address, id) in [
        ("aws_lambda_function.orders", "orders"),
        ("aws_lambda_alias.live", "orders/live"),
        ("aws_iam_role.orders", "orders"),
    ] {
        let removed = stack.terraform(&document, &["state", "rm", address]);
        assert!(removed.good, "{}", removed.text);
        assert!(stack.plan(&document).contains("Plan: 1 to add"));
        let imported = stack.terraform(&document, &["import", "-input=false", address, id]);
        assert!(imported.good, "{}", imported.text);
        assert!(stack.plan(&document).contains("No changes."), "{address}");
    }
    let removed = stack.terraform(&document, &["state", "rm", "aws_iam_role.orders"]);
    assert!(removed.good);
    let missing = stack.terraform(&document, &["import", "-input=false", "aws_iam_role.orders", "other"]);
    assert!(
        !missing.good && missing.text.contains("Cannot import non-existent remote object"),
        "{}",
        missing.text
    );
}

#[test]
fn an_apply_that_shall_fail_fails_once_and_the_rest_is_done() {
    let stack = TestStack::new();
    let document = function(&json!({}));
    let arguments = json!({ "function_name": "orders" });
    let arguments = arguments.as_object().unwrap().clone();
    stack.sandbox.fail("test", "aws_lambda_function.orders", "aws_lambda_function", arguments).unwrap();
    let failed = stack.failed_apply(&document);
    assert!(
        failed.contains("aws_lambda_function.orders: the sandbox was asked to let this fail"),
        "{failed}"
    );
    assert_eq!(stack.attributes("aws_iam_role.orders")["name"], "orders");
    assert!(stack.apply(&document).contains("Resources: 2 added, 0 changed, 0 destroyed."));
}

#[test]
fn a_new_object_is_there_before_the_old_one_goes_if_so_wanted() {
    let stack = TestStack::new();
    let document = |cidr: &str| {
        json!({ "resource": {
            "aws_vpc": { "main": { "cidr_block": cidr, "lifecycle": { "create_before_destroy": true } } },
            "aws_internet_gateway": { "main": { "vpc_id": "${aws_vpc.main.id}" } },
        } })
    };
    stack.apply(&document("10.0.0.0/16"));
    let old = stack.attributes("aws_vpc.main")["id"].clone();
    let text = stack.apply(&document("10.1.0.0/16"));
    let position = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(position("aws_vpc.main: Creation complete") < position("aws_vpc.main (deposed object"));
    assert_ne!(stack.attributes("aws_vpc.main")["id"], old);
    assert_eq!(
        stack.attributes("aws_internet_gateway.main")["vpc_id"],
        stack.attributes("aws_vpc.main")["id"]
    );
}

#[test]
fn invented_values_are_the_same_in_every_cloud_and_differ_between_objects() {
    let document =
        json!({ "resource": { "aws_eip": { "a": { "domain": "vpc" }, "b": { "domain": "vpc" } } } });
    let ids = || {
        let stack = TestStack::new();
        stack.apply(&document);
        let id = |name| stack.attributes(name)["id"].as_str().unwrap().to_owned();
        let mut ids = [id("aws_eip.a"), id("aws_eip.b")];
        ids.sort();
        ids
    };
    let first = ids();
    assert_ne!(first[0], first[1]);
    assert!(first.iter().all(|id| id.starts_with("eipalloc-") && id.len() == 26), "{first:?}");
    assert_eq!(ids(), first);
}

#[test]
fn both_versions_of_a_provider_and_all_others_are_served() {
    let document = json!({
        "provider": { "aws": { "region": "cn-north-1" }, "github": { "owner": "octo" } },
        "terraform": { "required_providers": {
            "github": { "source": "integrations/github" }, "aws": { "source": "hashicorp/aws" } } },
        "resource": {
            "aws_sqs_queue": { "jobs": { "name": "jobs" } },
            "github_repository": { "shop": { "name": "shop" } },
            "random_password": { "a": { "length": 20 } },
            "tls_private_key": { "a": { "algorithm": "RSA" } },
            "null_resource": { "a": {} },
            "time_static": { "a": {} },
        },
        "output": {
            "arn": { "value": "${aws_sqs_queue.jobs.arn}" },
            "name": { "value": "${github_repository.shop.full_name}" },
            "length": { "value": "${nonsensitive(length(random_password.a.result))}" },
        },
    });
    for version in ["5.100.0", "6.47.0"] {
        let stack = TestStack::with_aws(version);
        stack.apply(&document);
        let expected = json!({ "arn": "arn:aws-cn:sqs:cn-north-1:123456789012:jobs", "name": "octo/shop", "length": 20 });
        assert_eq!(stack.outputs(), expected);
        assert!(stack.plan(&document).contains("No changes."));
    }
}
