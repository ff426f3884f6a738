//! Who may take a role on, and on whose behalf a service comes.

use formwork_aws as aws;
use formwork_core::{Block, Expr, Raw, Resource, functions};
use serde_json::json;

use crate::{NONE, of};

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
        // What only Terraform knows.
        json!({"StringLike": { sub: format!("repo:{}:*", Expr::<String>::raw("path.module")) }}),
        json!({"StringLike": { sub: format!("{}*", Expr::<String>::raw("path.module")) }}),
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
fn trust_is_read_behind_local_values_and_look_ups() {
    let messages = of("open-trust", |stack| {
        let trust = |provider: &str| {
            json!({"Statement": {
                "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": provider},
            }})
        };
        let github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
        let text = stack.local("text", trust(github).to_string());
        stack.add("text", aws::IamRole::new(text));
        let object = stack.local("object", trust(github));
        stack.add("object", aws::IamRole::new(functions::jsonencode(object)));
        let data = Raw::data("aws_iam_openid_connect_provider");
        let found = stack.add("found", data.set("url", "https://token.actions.githubusercontent.com"));
        let arn = stack.local("arn", found.attribute::<String>("arn"));
        stack.add("looked_up", aws::IamRole::new(trust(&found.attribute::<String>("arn").to_string())));
        stack.add("by_local", aws::IamRole::new(trust(&arn.to_string())));
        let documents = [trust(github).to_string()];
        stack.add("merged", Raw::data("aws_iam_policy_document").set("source_policy_documents", documents));
    });
    let names: Vec<&str> = messages.iter().filter_map(|message| message.split(' ').next()).collect();
    assert_eq!(
        names,
        [
            "aws_iam_role.by_local",
            "aws_iam_role.looked_up",
            "aws_iam_role.object",
            "aws_iam_role.text",
            "data.aws_iam_policy_document.merged",
        ]
    );
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
