//! Policies that permit too much, or permit it to everyone.

use formwork_aws as aws;
use formwork_core::{Block, Raw, Resource};
use serde_json::json;

use crate::{NONE, of};

#[test]
fn public_policies_and_permissions() {
    let messages = of("public-policy", |stack| {
        let trust =
            json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" } });
        stack.add("role", aws::IamRole::new(trust));
        let call = Raw::new("aws_lambda_permission").set("principal", "*").set("function_name", "f");
        stack.add("call", call);
        let statement = json!([{
            "actions": ["sqs:SendMessage"], "principals": [{ "type": "AWS", "identifiers": ["*"] }],
        }]);
        stack.add("queue", Raw::data("aws_iam_policy_document").set("statement", statement));
    });
    assert_eq!(
        messages,
        [
            "aws_iam_role.role assume_role_policy: everyone on the internet may do `sts:AssumeRole`",
            "data.aws_iam_policy_document.queue statement: everyone on the internet may do `sqs:SendMessage`",
            "aws_lambda_permission.call principal: everyone on the internet may call the function",
        ]
    );
    let but_one = of("public-policy", |stack| {
        let policy = json!({ "Statement": {
            "Effect": "Allow", "NotPrincipal": { "AWS": "arn:aws:iam::1:root" }, "Action": "sns:Publish", "Resource": "*",
        } });
        let topic = Raw::new("aws_sns_topic_policy").set("arn", "arn:aws:sns:::t");
        stack.add("text", topic.set("policy", policy.to_string()));
        let statement = json!([{
            "actions": ["sns:Publish"], "not_principals": [{ "type": "AWS", "identifiers": ["arn:aws:iam::1:root"] }],
        }]);
        stack.add("block", Raw::data("aws_iam_policy_document").set("statement", statement));
    });
    assert_eq!(
        but_one,
        [
            "aws_sns_topic_policy.text policy: everyone on the internet may do `sns:Publish`",
            "data.aws_iam_policy_document.block statement: everyone on the internet may do `sns:Publish`",
        ]
    );
    let narrow = of("public-policy", |stack| {
        let trust = json!({ "Statement": {
            "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
        } });
        stack.add("role", aws::IamRole::new(trust));
        let call = Raw::new("aws_lambda_permission").set("principal", "*").set("principal_org_id", "o-1");
        stack.add("call", call.set("function_name", "f"));
        let condition = json!([{ "test": "ArnEquals", "variable": "aws:SourceArn", "values": ["arn:x"] }]);
        let statement = json!([{
            "actions": ["sqs:SendMessage"], "principals": [{ "type": "*", "identifiers": ["*"] }],
            "condition": condition,
        }]);
        stack.add("queue", Raw::data("aws_iam_policy_document").set("statement", statement));
    });
    assert_eq!(narrow, NONE);
}

#[test]
fn wildcard_actions_in_every_notation() {
    let messages = of("wildcard-action", |stack| {
        let bucket = stack.add("bucket", aws::S3Bucket::new());
        let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        stack.add("text", Raw::new("aws_iam_policy").set("policy", text));
        let encoded =
            json!({ "Statement": [{ "Effect": "Allow", "Action": ["s3:*"], "Resource": bucket.arn() }] });
        stack.add("encoded", aws::IamPolicy::new(encoded));
        let statement = json!([{ "not_actions": ["iam:*"], "resources": ["*"] }]);
        stack.add("document", Raw::data("aws_iam_policy_document").set("statement", statement));
        let mut inline = Block::new();
        inline.set("policy", text);
        stack.add("inline", Raw::new("aws_iam_role").push("inline_policy", inline));
        let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
        stack.add("admin", Raw::new("aws_iam_role_policy_attachment").set("policy_arn", arn));
    });
    assert_eq!(
        messages,
        [
            "aws_iam_policy.encoded policy: `s3:*` permits every action there is, and those to come",
            "aws_iam_policy.text policy: `*` permits every action there is, and those to come",
            "aws_iam_role.inline inline_policy: `*` permits every action there is, and those to come",
            "data.aws_iam_policy_document.document statement: everything is permitted but `iam:*` and what stands beside it",
            "aws_iam_role_policy_attachment.admin policy_arn: `arn:aws:iam::aws:policy/AdministratorAccess` permits nearly everything",
        ]
    );
    let named = of("wildcard-action", |stack| {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Action": ["s3:GetObject", "s3:Get*"], "Resource": "arn:aws:s3:::b/*" },
            { "Effect": "Deny", "Action": "*", "Resource": "*" },
        ] });
        stack.add("named", aws::IamPolicy::new(policy));
        // The policy of a key names the account, which then decides by its own policies.
        let own = json!({ "Statement": {
            "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": { "AWS": "arn:aws:iam::1:root" },
        } });
        stack.add("key", Raw::new("aws_kms_key").set("policy", own.to_string()));
    });
    assert_eq!(named, NONE);
}

#[test]
fn wildcard_resources() {
    let messages = of("wildcard-resource", |stack| {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Action": ["s3:GetObject", "ec2:DescribeVpcs"], "Resource": "*" },
            { "Effect": "Allow", "Action": ["sqs:A", "sqs:B", "sqs:C", "sqs:D", "sqs:E"], "Resource": ["x", "*"] },
            { "Effect": "Allow", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::b" },
        ] });
        stack.add("wide", aws::IamPolicy::new(policy));
    });
    assert_eq!(
        messages,
        [
            "aws_iam_policy.wide policy: `s3:GetObject` is permitted on every resource",
            "aws_iam_policy.wide policy: `sqs:A`, `sqs:B`, `sqs:C` and 2 more are permitted on every resource",
            "aws_iam_policy.wide policy: every resource is permitted but `arn:aws:s3:::b` and what stands beside it",
        ]
    );
    let narrow = of("wildcard-resource", |stack| {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Action": ["ec2:DescribeVpcs", "xray:PutTraceSegments"], "Resource": "*" },
            { "Effect": "Allow", "Action": "ec2:CreateNetworkInterface", "Resource": "*" },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
              "Condition": { "StringEquals": { "aws:ResourceTag/team": "a" } } },
        ] });
        stack.add("narrow", aws::IamPolicy::new(policy));
    });
    assert_eq!(narrow, NONE);
}
