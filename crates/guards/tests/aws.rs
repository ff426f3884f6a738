//! Every rule finds what it is for, however it was written, and leaves the right way alone.

use formwork_aws as aws;
use formwork_core::{App, Block, Expr, Json, Raw, Resource, Stack, Variable};
use formwork_guards::{aws as rules, naming};
use serde_json::json;

/// What the rules for AWS find: rule, address and argument, and the message.
fn found(build: impl FnOnce(&mut Stack)) -> Vec<String> {
    let mut app = App::new();
    app.guard(rules::all());
    build(app.stack("dev"));
    let diagnostics = app.settle().diagnostics.into_iter();
    let text = |diagnostic: formwork_core::Diagnostic| {
        assert!(!diagnostic.sources.is_empty(), "{diagnostic}");
        assert!(diagnostic.sources[0].file().ends_with("guards/tests/aws.rs"), "{diagnostic}");
        let argument = diagnostic.argument.map(|argument| format!(" {argument}")).unwrap_or_default();
        let rule = diagnostic.rule.unwrap_or_default();
        format!("{rule}: {}{argument}: {}", diagnostic.address.unwrap_or_default(), diagnostic.message)
    };
    diagnostics.map(text).collect()
}

/// Only the findings of one rule.
fn of(rule: &str, build: impl FnOnce(&mut Stack)) -> Vec<String> {
    let prefix = format!("{rule}: ");
    found(build).into_iter().filter_map(|text| text.strip_prefix(&prefix).map(str::to_owned)).collect()
}

const NONE: [&str; 0] = [];

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

#[test]
fn unencrypted_stores() {
    let messages = of("unencrypted-store", |stack| {
        stack.add("rds", aws::DbInstance::new("db.t4g.micro"));
        stack.add("volume", Raw::new("aws_ebs_volume").set("encrypted", false));
        stack.add("machine", Raw::new("aws_instance"));
        let queue = Raw::new("aws_sqs_queue").set("sqs_managed_sse_enabled", false);
        stack.add("queue", queue);
        stack.add("redis", Raw::new("aws_elasticache_replication_group").set("engine", "redis"));
        stack.add("files", Raw::new("aws_efs_file_system"));
        stack.add("stream", Raw::new("aws_kinesis_stream"));
        stack.add(
            "search",
            Raw::new("aws_opensearch_domain").set("encrypt_at_rest", json!({ "enabled": "false" })),
        );
    });
    assert_eq!(
        messages,
        [
            "aws_db_instance.rds storage_encrypted: what it keeps is not encrypted at rest",
            "aws_efs_file_system.files encrypted: what it keeps is not encrypted at rest",
            "aws_elasticache_replication_group.redis at_rest_encryption_enabled: what it keeps is not encrypted at rest",
            "aws_opensearch_domain.search encrypt_at_rest.enabled: what it keeps is not encrypted at rest",
            "aws_ebs_volume.volume encrypted: what it keeps is not encrypted at rest",
            "aws_instance.machine root_block_device.encrypted: what it keeps is not encrypted at rest",
            "aws_sqs_queue.queue sqs_managed_sse_enabled: what it keeps is not encrypted at rest",
            "aws_kinesis_stream.stream encryption_type: what the stream holds is not encrypted",
        ]
    );
    let encrypted = of("unencrypted-store", |stack| {
        stack.add("rds", aws::DbInstance::new("db.t4g.micro").storage_encrypted(true));
        stack.add("replica", aws::DbInstance::new("db.t4g.micro").replicate_source_db("rds"));
        stack.add(
            "computed",
            Raw::new("aws_rds_cluster").set("storage_encrypted", Expr::<bool>::raw("var.on")),
        );
        stack.add("default", Raw::new("aws_ebs_encryption_by_default"));
        stack.add("volume", Raw::new("aws_ebs_volume"));
        stack.add("machine", Raw::new("aws_instance"));
        stack.add("queue", Raw::new("aws_sqs_queue"));
        stack.add("bucket", aws::S3Bucket::new());
        stack.add("valkey", Raw::new("aws_elasticache_replication_group").set("engine", "valkey"));
    });
    assert_eq!(encrypted, NONE);
}

#[test]
fn missing_backups() {
    let messages = of("missing-backup", |stack| {
        stack.add("rds", aws::DbInstance::new("db.t4g.micro"));
        stack.add("none", aws::DbInstance::new("db.t4g.micro").backup_retention_period(0));
        stack.add("aurora", Raw::new("aws_rds_cluster").set("backup_retention_period", 0));
        stack.add("table", Raw::new("aws_dynamodb_table"));
        stack.add("files", Raw::new("aws_efs_file_system"));
        stack.add("redis", Raw::new("aws_elasticache_replication_group"));
    });
    let addresses: Vec<&str> = messages.iter().filter_map(|text| text.split([' ', ':']).next()).collect();
    assert_eq!(
        addresses,
        [
            "aws_db_instance.none",
            "aws_db_instance.rds",
            "aws_elasticache_replication_group.redis",
            "aws_rds_cluster.aurora",
            "aws_dynamodb_table.table",
            "aws_efs_file_system.files",
        ]
    );
    let kept = of("missing-backup", |stack| {
        let rds = aws::DbInstance::new("db.t4g.micro").backup_retention_period(7);
        stack.add("rds", rds);
        stack.add("replica", aws::DbInstance::new("db.t4g.micro").replicate_source_db("rds"));
        stack.add("aurora", Raw::new("aws_rds_cluster"));
        let recovery = json!({ "enabled": true });
        stack.add("table", Raw::new("aws_dynamodb_table").set("point_in_time_recovery", recovery));
        let files = stack.add("files", Raw::new("aws_efs_file_system"));
        let policy = json!({ "status": "ENABLED" });
        let backup = Raw::new("aws_efs_backup_policy").set("file_system_id", files.attribute::<String>("id"));
        stack.add("backup", backup.set("backup_policy", policy));
        let other = stack.add("other", Raw::new("aws_dynamodb_table"));
        let arns = vec![other.attribute::<String>("arn")];
        stack.add("selection", Raw::new("aws_backup_selection").set("resources", arns));
    });
    assert_eq!(kept, NONE);
}

#[test]
fn plain_secrets() {
    let key = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
    let messages = of("plain-secret", |stack| {
        let variables =
            json!({ "variables": { "DB_PASSWORD": "hunter2", "DB_PASSWORD_ARN": "arn:x", "MODE": "a" } });
        stack.add("function", Raw::new("aws_lambda_function").set("environment", variables));
        let containers =
            json!([{ "environment": [{ "name": "ApiToken-SECRET", "value": "abc" }] }]).to_string();
        stack.add("task", Raw::new("aws_ecs_task_definition").set("container_definitions", containers));
        stack.add("script", Raw::new("aws_instance").set("user_data", format!("export KEY={key}")));
        stack.add("url", Raw::new("aws_x").set("address", "postgres://admin:hunter2@db/orders"));
        stack.variable("token", Variable::<String>::new().default_value("abc").sensitive());
        stack.local("key", format!("-----BEGIN RSA {} KEY-----", "PRIVATE"));
    });
    assert_eq!(
        messages,
        [
            "aws_instance.script user_data: an AWS access key stands in plain text",
            "aws_x.url address: a password in a connection string stands in plain text",
            "aws_lambda_function.function environment.variables: the value of `DB_PASSWORD` stands in plain text",
            "aws_ecs_task_definition.task container_definitions: the value of `ApiToken-SECRET` stands in plain text",
            "var.token default: the default of a sensitive variable stands in plain text",
            "local.key: a private key stands in plain text",
        ]
    );
    let safe = of("plain-secret", |stack| {
        let password = stack.variable("password", Variable::<String>::new().sensitive());
        let variables = json!({ "variables": {
            "DB_PASSWORD": password, "TOKEN": "", "API_KEY": "/shop/api-key", "SECRET": "arn:aws:x", "USES_TOKEN": "true",
        } });
        stack.add("function", Raw::new("aws_lambda_function").set("environment", variables));
        let url = format!("postgres://admin:{password}@db/orders");
        stack.add("url", Raw::new("aws_x").set("address", url));
        stack.add("text", Raw::new("aws_x").set("note", "https://example.com/a:b@c AKIA is a prefix"));
    });
    assert_eq!(safe, NONE);
}

#[test]
fn names_follow_the_convention() {
    let mut app = App::new();
    app.guard([naming::logical_names(), naming::prefixed("acme-", &["aws_s3_bucket"])]);
    let stack = app.stack("dev");
    stack.add("s3_bucket", aws::S3Bucket::new().bucket("acme-a"));
    stack.add("Site", aws::S3Bucket::new().bucket("site"));
    stack.add("good", aws::S3Bucket::new().bucket("acme-b"));
    let messages: Vec<String> =
        app.settle().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
    assert_eq!(
        messages,
        [
            "the logical name `Site` has more than lower-case letters, digits and underscores",
            "the logical name `s3_bucket` repeats the type",
            "the name `site` does not begin with `acme-`",
        ]
    );
}

/// A role that trusts an identity provider under a condition.
fn trusting(provider: &str, condition: serde_json::Value) -> Vec<String> {
    of("open-trust", |stack| {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": format!("arn:aws:iam::123456789012:oidc-provider/{provider}")},
            "Condition": condition,
        }]});
        stack.add("deploy", aws::IamRole::new(trust).name("deploy"));
    })
}

#[test]
fn trust_in_a_token_names_its_subject() {
    let github = "token.actions.githubusercontent.com";
    let sub = "token.actions.githubusercontent.com:sub";
    let open = ["aws_iam_role.deploy assume_role_policy: every repository on GitHub may take the role on"];
    for condition in [
        json!({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}),
        json!({"StringLike": { sub: "*" }}),
        json!({"StringLike": { sub: "repo:*" }}),
        json!({"StringLike": { sub: "repo:acme*" }}),
        json!({"StringLike": { sub: "repo:*/infra:*" }}),
        json!({"StringLike": { sub: "r?po:acme/infra:*" }}),
        json!({"StringLike": { sub: ["repo:acme/infra:*", "repo:*"] }}),
        json!({"StringLikeIfExists": { sub: "repo:acme/infra:*" }}),
        json!({"ForAllValues:StringLike": { sub: "repo:acme/infra:*" }}),
        json!({"StringNotLike": { sub: "repo:evil/*" }}),
    ] {
        assert_eq!(trusting(github, condition.clone()), open, "{condition}");
    }
    for condition in [
        json!({"StringLike": { sub: "repo:acme/*" }}),
        json!({"StringEquals": { sub: ["repo:acme/infra:ref:refs/heads/main"] }}),
        json!({"ForAnyValue:StringLike": { sub: "repo:acme/infra:*" }}),
        json!({"StringEquals": { "token.actions.githubusercontent.com:repository_owner": "acme" }}),
    ] {
        assert_eq!(trusting(github, condition.clone()), NONE, "{condition}");
    }
    let gitlab = trusting("gitlab.com", json!({"StringLike": {"gitlab.com:sub": "project_path:*"}}));
    assert_eq!(
        gitlab,
        ["aws_iam_role.deploy assume_role_policy: every project on GitLab may take the role on"]
    );
    let one = json!({"StringLike": {"gitlab.com:sub": "project_path:acme/shop:ref_type:branch:ref:main"}});
    assert_eq!(trusting("gitlab.com", one), NONE);
    let hcp = trusting("app.terraform.io", json!({"StringLike": {"app.terraform.io:sub": "organization:*"}}));
    assert_eq!(
        hcp,
        ["aws_iam_role.deploy assume_role_policy: every organization of HCP Terraform may take the role on"]
    );
    let one = json!({"StringLike": {"app.terraform.io:sub": "organization:acme:project:*"}});
    assert_eq!(trusting("app.terraform.io", one), NONE);
    // A cluster's own provider signs for nobody else.
    assert_eq!(trusting("oidc.eks.eu-central-1.amazonaws.com/id/X", json!({})), NONE);
}

#[test]
fn trust_is_read_in_every_notation() {
    let messages = of("open-trust", |stack| {
        let provider = stack.add(
            "github",
            Raw::new("aws_iam_openid_connect_provider")
                .set("url", "https://token.actions.githubusercontent.com"),
        );
        let arn = provider.attribute::<String>("arn");
        let trust = json!({"Statement": {
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": [&arn]},
        }});
        stack.add("encoded", aws::IamRole::new(trust));
        let (mut statement, mut principals, mut condition) = (Block::new(), Block::new(), Block::new());
        principals.set("type", "Federated");
        principals.set("identifiers", vec![&arn]);
        condition.set("test", "StringLike");
        condition.set("variable", "token.actions.githubusercontent.com:sub");
        condition.set("values", vec!["repo:*"]);
        statement.push("principals", principals);
        statement.push("condition", condition);
        stack.add("document", Raw::data("aws_iam_policy_document").push("statement", statement));
    });
    let open = "every repository on GitHub may take the role on";
    assert_eq!(
        messages,
        [
            format!("aws_iam_role.encoded assume_role_policy: {open}"),
            format!("data.aws_iam_policy_document.document statement: {open}"),
        ]
    );
}

#[test]
fn services_come_on_behalf_of_somebody() {
    let policy = |condition: serde_json::Value, service: &str| {
        json!({"Statement": [{
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pages/*",
            "Principal": {"Service": service}, "Condition": condition,
        }]})
    };
    let messages = of("confused-deputy", |stack| {
        let mut add = |name: &str, condition, service: &str| {
            let policy = policy(condition, service).to_string();
            stack.add(name, Raw::new("aws_s3_bucket_policy").set("bucket", "pages").set("policy", policy));
        };
        let cloudfront = "cloudfront.amazonaws.com";
        add("a", json!({}), cloudfront);
        add(
            "b",
            json!({"StringEqualsIfExists": {"AWS:SourceArn": "arn:aws:cloudfront::1:distribution/X"}}),
            cloudfront,
        );
        add("c", json!({"StringLike": {"aws:SourceArn": "*"}}), cloudfront);
        add(
            "right_a",
            json!({"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::1:distribution/X"}}),
            cloudfront,
        );
        add("right_b", json!({"StringEquals": {"aws:SourceAccount": "123456789012"}}), cloudfront);
        add("right_c", json!({}), "logdelivery.elasticloadbalancing.amazonaws.com");
        let permission = || {
            Raw::new("aws_lambda_permission")
                .set("action", "lambda:InvokeFunction")
                .set("function_name", "f")
                .set("principal", "s3.amazonaws.com")
        };
        stack.add("call", permission());
        stack.add("right", permission().set("source_arn", "arn:aws:s3:::pages"));
        // A role that a service takes on is its account's own.
        let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]});
        stack.add("role", aws::IamRole::new(trust));
    });
    let message = "`cloudfront.amazonaws.com` may come on behalf of anybody's account";
    assert_eq!(
        messages,
        [
            format!("aws_s3_bucket_policy.a policy: {message}"),
            format!("aws_s3_bucket_policy.b policy: {message}"),
            format!("aws_s3_bucket_policy.c policy: {message}"),
            "aws_lambda_permission.call principal: `s3.amazonaws.com` may come on behalf of anybody's account".to_owned(),
        ]
    );
}
