//! What the internet reaches: ports, buckets and endpoints.

use formwork_aws as aws;
use formwork_core::{Block, Expr, Json, Raw, Resource};
use serde_json::json;

use crate::{NONE, of};

#[test]
fn open_ingress_in_every_notation() {
    let messages = of("open-ingress", |stack| {
        let ingress =
            json!([{ "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"] }]);
        let group = stack.add("inline", Raw::new("aws_security_group").set("ingress", ingress));
        let typed = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
            ip_protocol: "-1".into(),
            security_group_id: group.attribute::<String>("id").into(),
        })
        .cidr_ipv6("::/0");
        stack.add("typed", typed);
        let rule = Raw::new("aws_security_group_rule")
            .set("type", "ingress")
            .set("security_group_id", group.attribute::<String>("id"))
            .set("from_port", 1000)
            .set("to_port", "2000")
            .set("protocol", "tcp")
            .set("cidr_blocks", vec!["10.0.0.0/8", "128.0.0.0/1"]);
        stack.add("rule", rule);
        let mut content = Block::new();
        content.set("from_port", 443);
        content.set("to_port", 443);
        content.set("cidr_blocks", vec!["0.0.0.0/0"]);
        let mut dynamic = Block::new();
        dynamic.set("for_each", Expr::<Json>::raw("var.x"));
        dynamic.nest("content", content);
        let mut outer = Block::new();
        outer.label("dynamic", "ingress", dynamic);
        let mut repeated = Raw::new("aws_security_group");
        *repeated.block_mut() = outer;
        stack.add("repeated", repeated);
    });
    assert_eq!(
        messages,
        [
            "aws_security_group.inline ingress: port 22 is open to 0.0.0.0/0",
            "aws_security_group.repeated ingress: port 443 is open to 0.0.0.0/0",
            "aws_security_group_rule.rule cidr_blocks: ports 1000 to 2000 are open to 128.0.0.0/1",
            "aws_vpc_security_group_ingress_rule.typed cidr_ipv6: every port is open to ::/0",
        ]
    );
}

#[test]
fn a_load_balancer_may_be_open_for_the_web() {
    let build = |from: i64, to: i64| {
        of("open-ingress", |stack| {
            let group = stack.add("web", aws::SecurityGroup::new());
            stack.add("balancer", Raw::new("aws_lb").set("security_groups", vec![group.id()]));
            let rule = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
                ip_protocol: "tcp".into(),
                security_group_id: group.id().into(),
            })
            .cidr_ipv4("0.0.0.0/0");
            stack.add("rule", rule.from_port(from).to_port(to));
        })
        .len()
    };
    assert_eq!((build(443, 443), build(80, 80), build(80, 443), build(22, 22)), (0, 0, 1, 1));
    let internal = of("open-ingress", |stack| {
        let group = stack.add("web", aws::SecurityGroup::new());
        let rule = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
            ip_protocol: "tcp".into(),
            security_group_id: group.id().into(),
        })
        .cidr_ipv4("10.0.0.0/8");
        stack.add("rule", rule.from_port(22).to_port(22));
        let egress = json!([{ "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"] }]);
        stack.add("out", Raw::new("aws_security_group").set("egress", egress));
    });
    assert_eq!(internal, NONE);
}

#[test]
fn public_buckets_by_list_by_switch_and_by_policy() {
    let messages = of("public-bucket", |stack| {
        let bucket = stack.add("site", aws::S3Bucket::new());
        stack.add("acl", Raw::new("aws_s3_bucket_acl").set("bucket", bucket.id()).set("acl", "public-read"));
        let block = aws::S3BucketPublicAccessBlock::new(bucket.id())
            .block_public_acls(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true);
        stack.add("block", block);
        let policy = json!({ "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": ["*"] }, "Action": "s3:GetObject",
            "Resource": format!("{}/*", bucket.arn()), "Condition": { "Bool": { "aws:SecureTransport": "true" } },
        }] });
        stack.add(
            "policy",
            aws::S3BucketPolicy::new(aws::S3BucketPolicyArgs {
                bucket: bucket.id().into(),
                policy: policy.into(),
            }),
        );
    });
    assert_eq!(
        messages,
        [
            "aws_s3_bucket_acl.acl acl: `public-read` lets everyone on the internet in",
            "aws_s3_bucket_public_access_block.block block_public_policy: `block_public_policy` is off, so that the bucket can be opened to everyone",
            "aws_s3_bucket_policy.policy policy: everyone on the internet may do `s3:GetObject` with the bucket",
        ]
    );
    let private = of("public-bucket", |stack| {
        let bucket = stack.add("site", aws::S3Bucket::new());
        let policy = json!({ "Statement": [
            { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" },
            { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
              "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-1" } } },
        ] });
        stack.add(
            "policy",
            aws::S3BucketPolicy::new(aws::S3BucketPolicyArgs {
                bucket: bucket.id().into(),
                policy: policy.into(),
            }),
        );
    });
    assert_eq!(private, NONE);
}

#[test]
fn public_endpoints() {
    let messages = of("public-endpoint", |stack| {
        stack.add("open", aws::DbInstance::new("db.t4g.micro").publicly_accessible(true));
        stack.add("closed", aws::DbInstance::new("db.t4g.micro").publicly_accessible(false));
        stack.add("url", Raw::new("aws_lambda_function_url").set("authorization_type", "NONE"));
        stack.add("iam", Raw::new("aws_lambda_function_url").set("authorization_type", "AWS_IAM"));
    });
    assert_eq!(
        messages,
        [
            "aws_db_instance.open publicly_accessible: it can be reached from the internet",
            "aws_lambda_function_url.url authorization_type: everyone who knows the URL may call it",
        ]
    );
}
