//! What only several objects together get wrong is found, and what looks like it is left alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use formwork_core::{App, Block, Json, Lifecycle, Raw, RawProvider, Resource, Stack};
use formwork_schema::Library;
use formwork_synth::synthesize;
use serde_json::json;

const NONE: [&str; 0] = [];

/// What is found in a program, as `address / argument: message`.
fn found(build: impl FnOnce(&mut App)) -> Vec<String> {
    let mut app = App::new();
    build(&mut app);
    let synthesized = synthesize(app, &Library::embedded()).unwrap();
    let lines = synthesized.diagnostics.into_iter().map(|it| {
        assert!(
            !it.sources.is_empty() && it.hint.text().is_some(),
            "{} says where, and what to do",
            it.message
        );
        format!("{} / {}: {}", it.address.unwrap_or_default(), it.argument.unwrap_or_default(), it.message)
    });
    lines.collect()
}

fn in_one(build: impl FnOnce(&mut Stack)) -> Vec<String> {
    found(|app| build(app.stack("dev")))
}

fn named(type_name: &'static str, argument: &'static str, name: &str) -> Raw {
    Raw::new(type_name).set(argument, name)
}

#[test]
fn a_name_is_given_once() {
    let role = || json!({"Statement": []}).to_string();
    let messages = in_one(|stack| {
        stack.add("a", named("aws_iam_role", "name", "deploy").set("assume_role_policy", role()));
        stack.add("b", named("aws_iam_role", "name", "Deploy").set("assume_role_policy", role()));
        for logical in ["c", "d"] {
            stack.add(logical, named("aws_s3_bucket", "bucket", "pages"));
            stack.add(logical, named("aws_sqs_queue", "name", "orders"));
            stack.add(logical, named("aws_cloudwatch_log_group", "name", "/orders"));
            stack.add(logical, named("aws_sns_topic", "name", "orders"));
            stack.add(logical, named("aws_ecr_repository", "name", "orders"));
            stack.add(logical, named("aws_secretsmanager_secret", "name", "orders"));
        }
    });
    assert_eq!(
        messages,
        [
            "aws_iam_role.b / name: the IAM Role `deploy` is `aws_iam_role.a` too, and an account has the name once",
            "aws_s3_bucket.d / bucket: the S3 Bucket `pages` is `aws_s3_bucket.c` too, and all accounts have the name once",
            "aws_sqs_queue.d / name: the SQS Queue `orders` is `aws_sqs_queue.c` too, and a region has the name once",
            "aws_cloudwatch_log_group.d / name: the CloudWatch Logs Log Group `/orders` is `aws_cloudwatch_log_group.c` too, and a region has the name once",
            "aws_sns_topic.d / name: `aws_sns_topic.c` sets the same of `orders`: the last apply wins",
            "aws_ecr_repository.d / name: the ECR Repository `orders` is `aws_ecr_repository.c` too, and a region has the name once",
            "aws_secretsmanager_secret.d / name: the Secrets Manager Secret `orders` is `aws_secretsmanager_secret.c` too, and a region has the name once",
        ]
    );
}

#[test]
fn regions_accounts_and_zones_have_names_of_their_own() {
    let provider = |region: &str| RawProvider::new("aws", "hashicorp/aws").set("region", region);
    let messages = in_one(|stack| {
        stack.require_provider("aws", "hashicorp/aws", ">= 6.0.0");
        stack.provider(provider("eu-central-1"));
        let virginia = stack.provider_alias("virginia", provider("us-east-1"));
        stack.add("here", named("aws_sqs_queue", "name", "orders"));
        stack.add("there", named("aws_sqs_queue", "name", "orders").provider(&virginia));
        stack.add("argument", named("aws_sqs_queue", "name", "orders").set("region", "eu-west-1"));
        stack.add("again", named("aws_sqs_queue", "name", "orders").set("region", "us-east-1"));
        for zone in ["a", "b"] {
            let zone = stack.add(zone, named("aws_route53_zone", "name", "example.com"));
            let record = || {
                let record =
                    Raw::new("aws_route53_record").set("zone_id", zone.attribute::<String>("zone_id"));
                record.set("name", "www").set("type", "A").set("ttl", 60).set("records", ["192.0.2.1"])
            };
            let name = zone.address().to_string().replace('.', "_");
            stack.add(&format!("{name}_first"), record());
            stack.add(&format!("{name}_weighted"), record().set("set_identifier", "x"));
            stack.add(&format!("{name}_forced"), record().set("allow_overwrite", true));
            if name.ends_with('b') {
                stack.add(&format!("{name}_second"), record());
            }
        }
    });
    assert_eq!(
        messages,
        [
            "aws_sqs_queue.there / name: the SQS Queue `orders` is `aws_sqs_queue.again` too, and a region has the name once",
            "aws_route53_record.aws_route53_zone_b_second / zone_id: the Route 53 Record `aws_route53_zone.b.zone_id www A` is `aws_route53_record.aws_route53_zone_b_first` too, and there can be one",
        ]
    );
    let two = |first: &'static str, second: &'static str| {
        found(|app| {
            for (name, region) in [("a", first), ("b", second)] {
                let stack = app.stack(name);
                stack.provider(provider(region));
                stack.add("orders", named("aws_sqs_queue", "name", "orders"));
            }
        })
    };
    let expected = "aws_sqs_queue.orders / name: the SQS Queue `orders` is in the stack `a` too, and a region has the name once";
    assert_eq!(two("eu-central-1", "eu-central-1"), [expected]);
    assert_eq!(two("eu-central-1", "us-east-1"), NONE);
    // Where the environment says the region, two stacks may be in two.
    let unknown = found(|app| {
        for name in ["a", "b"] {
            app.stack(name).add("orders", named("aws_sqs_queue", "name", "orders"));
        }
    });
    assert_eq!(unknown, NONE);
}

#[test]
fn what_terraform_computes_or_repeats_is_left_alone() {
    let messages = in_one(|stack| {
        for name in ["a", "b"] {
            stack.add(name, Raw::new("aws_sqs_queue").set("name_prefix", "orders-"));
            stack.add(name, Raw::new("aws_s3_bucket"));
            stack.add(name, named("aws_sns_topic", "name", "${count.index}").count(2));
            // The provider invents the name of each of these.
            let permission =
                named("aws_lambda_permission", "function_name", "orders").set("principal", "123456789012");
            stack.add(name, permission.set("action", "lambda:InvokeFunction"));
            let policy = named("aws_iam_role_policy", "role", "deploy");
            stack.add(name, policy.set("policy", json!({"Statement": []}).to_string()));
            stack.add(
                name,
                named("aws_cloudwatch_event_target", "rule", "daily").set("arn", "arn:aws:sqs:::q"),
            );
        }
        stack.add("c", Raw::new("aws_sqs_queue").set("name", Json::bare("${uuid()}")));
        stack.add("d", Raw::new("aws_sqs_queue").set("name", Json::bare("${uuid()}")));
    });
    assert_eq!(messages, NONE);
}

#[test]
fn one_thing_has_one_owner() {
    let policy = || json!({"Statement": []}).to_string();
    let messages = in_one(|stack| {
        let bucket = stack.add("pages", named("aws_s3_bucket", "bucket", "pages"));
        let on = |type_name: &'static str| Raw::new(type_name).set("policy", policy());
        stack.add("a", on("aws_s3_bucket_policy").set("bucket", bucket.attribute::<String>("id")));
        stack.add("b", on("aws_s3_bucket_policy").set("bucket", bucket.attribute::<String>("bucket")));
        stack.add("c", on("aws_s3_bucket_policy").set("bucket", "pages"));
        stack.add("d", on("aws_s3_bucket_policy").set("bucket", "others"));
        let mut versioning = Block::new();
        versioning.set("status", "Enabled");
        for name in ["e", "f"] {
            let on = Raw::new("aws_s3_bucket_versioning").set("bucket", "pages");
            stack.add(name, on.push("versioning_configuration", versioning.clone()));
        }
    });
    let wins = "sets the same of `pages`: the last apply wins";
    assert_eq!(
        messages,
        [
            format!("aws_s3_bucket_policy.b / bucket: `aws_s3_bucket_policy.a` {wins}"),
            format!("aws_s3_bucket_policy.c / bucket: `aws_s3_bucket_policy.a` {wins}"),
            format!("aws_s3_bucket_versioning.f / bucket: `aws_s3_bucket_versioning.e` {wins}"),
        ]
    );
}

#[test]
fn parts_are_within_or_beside_and_not_both() {
    let table = |name: &'static str, within: bool| {
        let table = Raw::new("aws_route_table").set("vpc_id", name);
        if within { table.set("route", json!([])) } else { table }
    };
    let beside = |table: &formwork_core::Reference| {
        let route = Raw::new("aws_route").set("route_table_id", table.attribute::<String>("id"));
        route.set("destination_cidr_block", "10.0.0.0/8").set("gateway_id", "igw-1")
    };
    let messages = in_one(|stack| {
        for (name, table) in [
            ("both", table("a", true)),
            ("beside", table("b", false)),
            ("ignored", table("c", true).lifecycle(Lifecycle::new().ignore_changes(["route"]))),
        ] {
            let table = stack.add(name, table);
            stack.add(name, beside(&table));
        }
        stack.add("within", table("d", true));
        let group = stack.add("group", Raw::new("aws_security_group").set("egress", json!([])));
        let rule = |direction: &str| {
            let rule =
                Raw::new("aws_security_group_rule").set("security_group_id", group.attribute::<String>("id"));
            let rule =
                rule.set("type", direction).set("protocol", "tcp").set("from_port", 1).set("to_port", 1);
            rule.set("cidr_blocks", ["10.0.0.0/8"])
        };
        stack.add("in", rule("ingress"));
        stack.add("out", rule("egress"));
    });
    assert_eq!(
        messages,
        [
            "aws_route.both / route_table_id: `aws_route_table.both` sets it with its own `route` too: each apply undoes the other",
            "aws_security_group_rule.out / security_group_id: `aws_security_group.group` sets it with its own `egress` too: each apply undoes the other",
        ]
    );
}

#[test]
fn lists_that_are_exclusive_name_every_part() {
    let trust = json!({"Statement": []}).to_string();
    let messages = in_one(|stack| {
        let role =
            stack.add("role", named("aws_iam_role", "name", "deploy").set("assume_role_policy", trust));
        let id = role.attribute::<String>("id");
        let attach =
            |arn: &str| Raw::new("aws_iam_role_policy_attachment").set("role", &id).set("policy_arn", arn);
        stack.add("a", attach("arn:aws:iam::aws:policy/A"));
        let b = stack.add("b", attach("arn:aws:iam::aws:policy/B"));
        stack.add("c", attach("arn:aws:iam::aws:policy/C"));
        let list = Raw::new("aws_iam_role_policy_attachments_exclusive").set("role_name", "deploy");
        let arns = json!(["arn:aws:iam::aws:policy/A", b.attribute::<String>("policy_arn")]);
        stack.add("all", list.set("policy_arns", arns));
        let own = Raw::new("aws_iam_policy_attachment")
            .set("name", "x")
            .set("policy_arn", "arn:aws:iam::aws:policy/C");
        stack.add("own", own.set("users", ["u"]));
    });
    assert_eq!(
        messages,
        [
            "aws_iam_role_policy_attachment.c / role: `aws_iam_role_policy_attachments_exclusive.all` removes it: it is not in its `policy_arns`",
            "aws_iam_role_policy_attachment.c / policy_arn: `aws_iam_policy_attachment.own` takes away what it does not name itself, this too",
        ]
    );
}

#[test]
fn policies_are_within_the_sizes_of_the_cloud() {
    let large = |characters: usize| {
        let resource = "x".repeat(characters);
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]})
    };
    let messages = in_one(|stack| {
        let trust = json!({"Statement": []}).to_string();
        let role =
            stack.add("role", named("aws_iam_role", "name", "deploy").set("assume_role_policy", trust));
        for name in ["first", "second"] {
            let policy =
                Raw::new("aws_iam_role_policy").set("role", role.attribute::<String>("id")).set("name", name);
            stack.add(name, policy.set("policy", large(5_500).to_string()));
        }
        stack.add("fits", named("aws_iam_policy", "name", "fits").set("policy", large(6_000).to_string()));
        // What Terraform computes counts for nothing.
        let mut policy = large(6_100);
        policy["Statement"][0]["Sid"] = json!(role.attribute::<String>("name"));
        stack.add("computed", named("aws_iam_policy", "name", "computed").set("policy", policy.to_string()));
        stack.add(
            "queue",
            Raw::new("aws_sqs_queue_policy").set("queue_url", "q").set("policy", large(8_200).to_string()),
        );
        let spaces = " ".repeat(7_000);
        let policy = format!("{{{spaces}\"Statement\": []}}");
        stack.add("spaces", named("aws_iam_policy", "name", "spaces").set("policy", policy));
        for route in 0..150 {
            let permission = Raw::new("aws_lambda_permission")
                .set("function_name", "orders")
                .set("principal", "apigateway.amazonaws.com");
            let permission = permission
                .set("statement_id", format!("route-{route}"))
                .set("action", "lambda:InvokeFunction");
            stack.add(
                &format!("r{route}"),
                permission.set("source_arn", "arn:aws:execute-api:eu-central-1:1:api/*/GET/orders"),
            );
        }
    });
    assert_eq!(messages.len(), 4, "{messages:#?}");
    for expected in [
        "aws_iam_policy.computed / policy: the document has 6204 characters or more, white space not counted, and 6144 can be",
        "aws_iam_role_policy.first / policy: the documents of 2 objects have ",
        "aws_lambda_permission.r0 / function_name: the 150 permissions of `orders` make a policy of ",
        "aws_sqs_queue_policy.queue / policy: ",
    ] {
        assert!(messages.iter().any(|it| it.starts_with(expected)), "{messages:#?}");
    }
}

#[test]
fn statements_have_ids_of_their_own() {
    let statement =
        |id: &str| json!({"Sid": id, "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let messages = in_one(|stack| {
        let same = json!({"Statement": [statement("A"), statement("B"), statement("A")]});
        stack.add("text", named("aws_iam_policy", "name", "text").set("policy", same.to_string()));
        stack.add(
            "fine",
            named("aws_iam_policy", "name", "fine")
                .set("policy", json!({"Statement": [statement("A"), statement("")]}).to_string()),
        );
        let blocks = ["A", "A", "B"].map(|sid| {
            let mut block = Block::new();
            block.set("sid", sid);
            block
        });
        let document = blocks
            .into_iter()
            .fold(Raw::data("aws_iam_policy_document"), |document, block| document.push("statement", block));
        stack.add("blocks", document);
    });
    assert_eq!(
        messages,
        [
            "aws_iam_policy.text / policy: two statements have the id `A`",
            "data.aws_iam_policy_document.blocks / statement: two statements have the id `A`",
        ]
    );
}
