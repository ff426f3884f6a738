//! What the cloud remembers: objects apart that have one id in different parents, names that are kept, changes that wait.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::TestStack;

fn parents() -> Value {
    let function = |name: &str| {
        json!({
            "function_name": name, "role": "arn:aws:iam::123456789012:role/x", "runtime": "provided.al2023",
            "handler": "bootstrap", "s3_bucket": "code", "s3_key": "1.zip",
        })
    };
    let permission = |name: &str, principal: &str| {
        json!({
            "statement_id": "events", "action": "lambda:InvokeFunction", "principal": principal,
            "function_name": format!("${{aws_lambda_function.{name}.function_name}}"),
        })
    };
    let filter = |group: &str, pattern: &str| {
        json!({
            "name": "errors", "pattern": pattern, "log_group_name": format!("${{aws_cloudwatch_log_group.{group}.name}}"),
            "metric_transformation": { "name": "errors", "namespace": "shop", "value": "1" },
        })
    };
    let rule = |bus: Option<&str>, rate: &str| {
        let bus = bus.map(|bus| format!("${{aws_cloudwatch_event_bus.{bus}.name}}"));
        json!({ "name": "orders", "event_bus_name": bus, "event_pattern": format!("{{\"source\":[\"{rate}\"]}}") })
    };
    json!({ "resource": {
        "aws_lambda_function": { "a": function("a"), "b": function("b") },
        "aws_lambda_permission": { "a": permission("a", "events.amazonaws.com"), "b": permission("b", "sns.amazonaws.com") },
        "aws_s3_bucket": { "a": { "bucket": "acme-a" }, "b": { "bucket": "acme-b" } },
        "aws_s3_object": {
            "a": { "bucket": "${aws_s3_bucket.a.bucket}", "key": "index.html", "content": "a" },
            "b": { "bucket": "${aws_s3_bucket.b.bucket}", "key": "index.html", "content": "b" },
        },
        "aws_cloudwatch_log_group": { "a": { "name": "/a" }, "b": { "name": "/b" } },
        "aws_cloudwatch_log_metric_filter": { "a": filter("a", "ERROR"), "b": filter("b", "FATAL") },
        "aws_cloudwatch_event_bus": { "a": { "name": "a" } },
        "aws_cloudwatch_event_rule": { "a": rule(Some("a"), "a"), "b": rule(None, "b") },
    } })
}

#[test]
fn objects_of_one_id_in_different_parents_do_not_mix() {
    let stack = TestStack::new();
    stack.apply(&parents());
    assert!(stack.plan(&parents()).contains("No changes."));
    assert_eq!(stack.attributes("aws_s3_object.a")["content"], "a");
    // Which of them is meant, its attributes say.
    let attributes = stack.attributes("aws_lambda_permission.b");
    let name = stack.name("aws_lambda_permission", "events");
    assert!(stack.sandbox.remove(name).unwrap_err().to_string().contains("in more than one place"));
    let name = formwork_sandbox::ObjectName { attributes: attributes.as_object(), ..name };
    stack.sandbox.remove(name).unwrap();
    let plan = stack.plan(&parents());
    assert!(
        plan.contains("# aws_lambda_permission.b will be created") && plan.contains("1 to add"),
        "{plan}"
    );
}

#[test]
fn the_proofs_of_a_certificate_are_known_by_their_domains() {
    let stack = TestStack::new();
    let document = json!({ "resource": {
        "aws_acm_certificate": { "c": {
            "domain_name": "example.com", "subject_alternative_names": ["*.example.com", "www.example.com"],
            "validation_method": "DNS",
        } },
        "aws_route53_zone": { "z": { "name": "example.com" } },
        "aws_route53_record": { "proof": {
            "for_each": "${{for option in aws_acm_certificate.c.domain_validation_options : option.domain_name => option}}",
            "name": "${each.value.resource_record_name}", "type": "${each.value.resource_record_type}",
            "records": ["${each.value.resource_record_value}"], "zone_id": "${aws_route53_zone.z.zone_id}",
            "ttl": 60, "allow_overwrite": true,
        } },
    } });
    assert!(stack.plan(&document).contains("Plan: 5 to add"));
    stack.apply(&document);
    assert!(stack.plan(&document).contains("No changes."));
    let state = stack.state();
    let records = state["resources"].as_array().unwrap().iter().find(|it| it["name"] == "proof").unwrap();
    let name = |key: &str| {
        let instances = records["instances"].as_array().unwrap();
        let instance = instances.iter().find(|it| it["index_key"] == key).unwrap();
        instance["attributes"]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name("example.com"), name("*.example.com"));
    assert_ne!(name("example.com"), name("www.example.com"));
    assert!(name("*.example.com").starts_with('_') && name("*.example.com").ends_with(".example.com."));
}

#[test]
fn a_value_of_another_type_is_no_drift() {
    let stack = TestStack::new();
    stack.apply(
        &json!({ "resource": { "aws_sqs_queue": { "jobs": { "name": "jobs", "delay_seconds": 5 } } } }),
    );
    let id = stack.attributes("aws_sqs_queue.jobs")["id"].as_str().unwrap().to_owned();
    let drift =
        |changes: Value| stack.sandbox.drift(stack.name("aws_sqs_queue", &id), changes.as_object().unwrap());
    let wrong = drift(json!({ "delay_seconds": "soon" })).unwrap_err().to_string();
    assert_eq!(wrong, "`delay_seconds` of aws_sqs_queue is a number, and \"soon\" is not");
    let wrong = drift(json!({ "tags": ["a"] })).unwrap_err().to_string();
    assert!(wrong.contains("`tags` of aws_sqs_queue is an object"), "{wrong}");
    drift(json!({ "delay_seconds": "7", "tags": { "Team": 1 } })).unwrap();
}

#[test]
fn a_policy_that_is_too_long_is_refused() {
    let stack = TestStack::new();
    let policy = |statements: usize| {
        let statement =
            json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-bucket/*" });
        json!({ "Version": "2012-10-17", "Statement": vec![statement; statements] }).to_string()
    };
    let role = |name: &str, first: usize, second: usize| {
        json!({ "resource": {
            "aws_iam_role": { "r": { "name": name, "assume_role_policy": policy(1) } },
            "aws_iam_role_policy": {
                "a": { "role": "${aws_iam_role.r.name}", "name": "a", "policy": policy(first) },
                "b": { "role": "${aws_iam_role.r.name}", "name": "b", "policy": policy(second), "depends_on": ["aws_iam_role_policy.a"] },
            },
        } })
    };
    stack.apply(&role("r", 50, 50));
    let failed = stack.failed_apply(&role("r", 50, 80));
    assert!(failed.contains("Maximum policy size of 10240 bytes exceeded for the role"), "{failed}");
    let managed = json!({ "resource": { "aws_iam_policy": { "p": { "name": "p", "policy": policy(90) } } } });
    let failed = TestStack::new().failed_apply(&managed);
    assert!(failed.contains("Cannot exceed quota for PolicySize: 6144"), "{failed}");
}

#[test]
fn a_function_has_one_policy_for_all_who_call_it() {
    let stack = TestStack::new();
    let mut document = parents();
    document["resource"] = json!({ "aws_lambda_function": document["resource"]["aws_lambda_function"] });
    document["resource"]["aws_lambda_permission"] = json!({ "p": {
        "count": 70, "action": "lambda:InvokeFunction", "principal": "apigateway.amazonaws.com",
        "function_name": "${aws_lambda_function.a.function_name}",
        "source_arn": "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/*/GET/orders/section-${count.index}/*",
    } });
    let failed = stack.failed_apply(&document);
    assert!(failed.contains("PolicyLengthExceededException: The final policy size"), "{failed}");
}

/// What `plan` says of one resource.
fn planned(kind: &str, arguments: Value) -> Result<String, String> {
    let stack = TestStack::with_aws("5.100.0");
    let ran =
        stack.terraform(&json!({ "resource": { kind: { "x": arguments } } }), &["plan", "-input=false"]);
    if ran.good { Ok(ran.text) } else { Err(ran.text.split_whitespace().collect::<Vec<_>>().join(" ")) }
}

#[test]
fn what_the_provider_refuses_is_refused() {
    let table = |more: Value| {
        let mut table = json!({
            "name": "jobs", "hash_key": "id", "attribute": [{ "name": "id", "type": "S" }], "billing_mode": "PAY_PER_REQUEST",
        });
        table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        table
    };
    let database = |identifier: &str| {
        json!({ "identifier": identifier, "instance_class": "db.t4g.micro", "engine": "postgres",
            "allocated_storage": 20, "username": "shop", "manage_master_user_password": true, "skip_final_snapshot": true })
    };
    let trust = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
    let cases = [
        ("aws_sqs_queue", json!({ "name": "orders.fifo" }), "invalid queue name"),
        ("aws_sqs_queue", json!({ "name": "orders", "fifo_queue": true }), "invalid queue name"),
        ("aws_iam_policy", json!({ "name": "p", "policy": "{not json" }), "contains an invalid JSON"),
        ("aws_security_group", json!({ "name": "sg-x" }), "invalid value for name"),
        ("aws_cloudwatch_log_group", json!({ "name": "bad name!" }), "invalid value for name"),
        (
            "aws_dynamodb_table",
            table(json!({ "billing_mode": "PROVISIONED" })),
            "read_capacity must be at least 1",
        ),
        (
            "aws_dynamodb_table",
            table(json!({ "attribute": [{ "name": "id", "type": "S" }, { "name": "state", "type": "S" }] })),
            "all attributes must be indexed",
        ),
        ("aws_db_instance", database("Shop_DB"), "invalid value for identifier"),
        (
            "aws_lb_listener",
            json!({ "load_balancer_arn": "arn:x", "default_action": { "type": "forward" } }),
            "is an invalid ARN",
        ),
        ("aws_iam_role_policy_attachment", json!({ "role": "r", "policy_arn": "r" }), "is an invalid ARN"),
        ("aws_vpc", json!({ "cidr_block": "10.0.0.0/99" }), "is not a valid CIDR block"),
    ];
    for (kind, arguments, error) in cases {
        let said = planned(kind, arguments.clone()).expect_err(&format!("{kind} {arguments} is refused"));
        assert!(said.contains(error), "{kind} {arguments}: {said}");
    }
    let right = json!({ "resource": {
        "aws_sqs_queue": { "a": { "name": "orders.fifo", "fifo_queue": true }, "b": { "name": "orders" }, "c": {} },
        "aws_iam_policy": { "a": { "name": "p", "policy": trust } },
        "aws_security_group": { "a": { "name": "shop" }, "b": { "name_prefix": "shop-" } },
        "aws_cloudwatch_log_group": { "a": { "name": "/aws/lambda/a_b-c.d#1" } },
        "aws_dynamodb_table": {
            "a": table(json!({})), "b": table(json!({ "name": "b", "billing_mode": "PROVISIONED", "read_capacity": 1, "write_capacity": 1 })),
        },
        "aws_db_instance": { "a": database("shop-db") },
        "aws_iam_role_policy_attachment": { "a": { "role": "r", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess" } },
    } });
    let stack = TestStack::with_aws("5.100.0");
    assert!(stack.plan(&right).contains("Plan: 11 to add"));
}
