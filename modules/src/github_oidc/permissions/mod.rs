//! What deployments need to be permitted: actions named in full, on named resources.
//!
//! Functions here are for releases, which bring code and files to what exists. [`Target`] is for `terraform apply`,
//! which makes and changes what is there. Policies are joined with [`Policy::merge`].
//!
//! Where IAM knows an action's resources only by ids that AWS chooses, the policy is bounded by account and region.
//! Which action takes which resource is from the Service Authorization Reference.
//!
//! Not here: the state of Terraform; see [`state_backend::StateBackendConfig`](crate::state_backend::StateBackendConfig).

mod containers;
mod data;
mod identity;
mod network;
mod serving;
mod work;

use std::fmt::Display;

use formwork::{Source, Stack};

pub use containers::{push_images, write_secrets};

use crate::iam::{self, Policy};

/// What [`Target::lambda`] permits about aliases, to be taken [out](Policy::without) where functions have none.
pub const ALIASES: [&str; 4] =
    ["lambda:CreateAlias", "lambda:DeleteAlias", "lambda:GetAlias", "lambda:UpdateAlias"];

/// What [`Target::network`] permits about NAT gateways, to be taken [out](Policy::without) where networks have none.
pub const NAT_GATEWAYS: [&str; 8] = [
    "ec2:AllocateAddress",
    "ec2:CreateNatGateway",
    "ec2:DeleteNatGateway",
    "ec2:DescribeAddresses",
    "ec2:DescribeAddressesAttribute",
    "ec2:DescribeNatGateways",
    "ec2:DisassociateAddress",
    "ec2:ReleaseAddress",
];

/// Brings new code to functions, by their ARNs, and moves their aliases to it.
#[must_use]
pub fn lambda_release<A: Display>(function_arns: impl IntoIterator<Item = A>) -> Policy {
    Policy::new().allow(
        [
            "lambda:GetFunctionConfiguration",
            "lambda:GetProvisionedConcurrencyConfig",
            "lambda:UpdateFunctionCode",
            "lambda:PublishVersion",
            "lambda:ListVersionsByFunction",
            "lambda:GetAlias",
            "lambda:UpdateAlias",
        ],
        with_qualifiers(function_arns),
    )
}

/// Invokes functions, by their ARNs, as smoke tests and migrations do.
#[must_use]
pub fn lambda_invoke<A: Display>(function_arns: impl IntoIterator<Item = A>) -> Policy {
    Policy::new().allow(["lambda:InvokeFunction"], with_qualifiers(function_arns))
}

/// Replaces the files of a site and has its distribution forget the old ones.
#[must_use]
pub fn site_publish(bucket_arn: impl Display, distribution_arn: impl Display) -> Policy {
    Policy::new()
        .allow(["s3:ListBucket"], [&bucket_arn])
        .allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [format!("{bucket_arn}/*")])
        .allow(["cloudfront:CreateInvalidation"], [distribution_arn])
}

/// Stores artefacts, such as zipped functions, under a prefix of a bucket.
#[must_use]
pub fn artefacts(bucket_arn: impl Display, prefix: &str) -> Policy {
    Policy::new().allow(["s3:PutObject"], [format!("{bucket_arn}/{prefix}*")])
}

/// Reads secrets, by their ARNs.
#[must_use]
pub fn read_secrets<A: Display>(secret_arns: impl IntoIterator<Item = A>) -> Policy {
    Policy::new().allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], secret_arns)
}

/// Judges a release by metrics, which IAM knows no resources for.
#[must_use]
pub fn read_metrics() -> Policy {
    Policy::new().allow(["cloudwatch:GetMetricData"], ["*"])
}

/// Sees which alarms ring, of all alarms: CloudWatch shows composite ones only to whom it may show any (CloudWatch API
/// Reference, `DescribeAlarms`).
#[must_use]
pub fn watch_alarms() -> Policy {
    Policy::new().allow(["cloudwatch:DescribeAlarms"], ["*"])
}

/// Where a system is and how the names of its resources begin: what `terraform apply` may touch.
#[derive(Clone, Debug)]
pub struct Target {
    region: String,
    account: String,
    prefix: String,
}

impl Target {
    /// Resources of an account in a region whose names begin with a prefix, such as `orders-dev-`. One that is empty or
    /// has a wildcard is reported: it would be about other systems too.
    #[must_use]
    #[track_caller]
    pub fn new(stack: &mut Stack, region: &str, account_id: impl Display, prefix: &str) -> Self {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if prefix.is_empty() || !prefix.bytes().all(is_allowed) {
            let diagnostic =
                stack.diagnostic(format!("`{prefix}` does not tell a system's resources from others"));
            let hint =
                "give letters, digits and hyphens that all its names begin with, such as `orders-dev-`";
            stack.report(diagnostic.source(Source::here()).hint(hint));
        }
        Self { region: region.to_owned(), account: account_id.to_string(), prefix: prefix.to_owned() }
    }

    /// An ARN in the account and region.
    fn arn(&self, service: &str, resource: impl Display) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// An ARN in the account, of a service without regions.
    fn global_arn(&self, service: &str, resource: impl Display) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition(), self.account)
    }

    /// The ARNs of all names with the prefix, for each kind of resource, such as `db:`.
    fn named<'a>(&self, service: &str, kinds: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        kinds.into_iter().map(|kind| self.arn(service, format!("{kind}{}*", self.prefix))).collect()
    }

    fn partition(&self) -> &'static str {
        iam::partition(&self.region)
    }
}

/// A function's permissions are for its ARN, and for that of each version and alias.
fn with_qualifiers<A: Display>(function_arns: impl IntoIterator<Item = A>) -> Vec<String> {
    function_arns.into_iter().flat_map(|arn| [arn.to_string(), format!("{arn}:*")]).collect()
}

#[cfg(test)]
mod tests {
    use formwork::{App, aws};
    use serde_json::Value as Json;

    use super::*;
    use crate::github_oidc::{Repository, RoleConfig, Subject, SubjectForm, role};

    fn everything(target: &Target) -> Policy {
        let paths = ["/aws/lambda/", ""];
        target
            .network()
            .merge(target.rds())
            .merge(target.elasticache())
            .merge(target.lambda())
            .merge(target.api_gateway())
            .merge(target.cloudfront())
            .merge(target.s3("orders-dev-web"))
            .merge(target.logs(paths))
            .merge(target.cloudwatch())
            .merge(target.sns())
            .merge(target.acm(["*.example.com"]))
            .merge(target.route53(["Z1"]))
            .merge(target.dynamodb())
            .merge(target.http_api())
            .merge(target.launch_templates())
            .merge(target.instance_profiles())
            .merge(target.parameters("/orders/dev/"))
            .merge(target.sqs())
            .merge(target.events())
            .merge(target.dashboards())
            .merge(target.cloudtrail())
            .merge(target.iam_roles("arn:aws:iam::1:policy/boundary"))
            .merge(target.ecs())
            .merge(target.load_balancers())
            .merge(target.app_runner())
            .merge(target.secrets("/orders/dev/"))
            .merge(target.pass_roles(["lambda.amazonaws.com"]))
            .merge(target.service_linked_roles(["rds.amazonaws.com"]))
    }

    #[test]
    fn a_role_that_applies_a_whole_system_keeps_the_rules() {
        let mut app = App::new();
        let stack = app.stack("bootstrap");
        let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
        let target = Target::new(stack, "eu-central-1", &account, "orders-dev-");
        let repository = Repository::new("acme", "orders", SubjectForm::Name);
        let config =
            RoleConfig::new("deploy-orders-dev", "arn", repository, Subject::Environment("dev".into()))
                .policy("apply", everything(&target))
                .policy("release", lambda_release(["arn:f"]).merge(lambda_invoke(["arn:f"])))
                .policy("site", site_publish("arn:b", "arn:d").merge(artefacts("arn:b", "zip/")))
                .policy("containers", target.ecs_release().merge(target.app_runner_release()))
                .policy("images", push_images(["arn:r"]))
                .policy("values", write_secrets(["arn:s"]))
                .policy("watch", watch_alarms().merge(read_metrics()).merge(read_secrets(["arn:s"])));
        let parts = role(stack, "deploy", config);
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        assert!(parts.policies.len() <= 12, "{}", parts.policies.len());
        let json = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        let policy = json["resource"]["aws_iam_policy"]["deploy_apply"]["policy"].as_str().unwrap();
        assert!(policy.contains("account_id}:vpc/*"), "{policy}");
    }

    #[test]
    fn names_are_bounded_by_the_prefix() {
        let mut app = App::new();
        let target = Target::new(app.stack("bootstrap"), "us-gov-west-1", "1", "orders-dev-");
        let text = |policy: Policy| match formwork::Value::from(policy).into_json() {
            formwork::Json::String(text) | formwork::Json::Template(text) => {
                serde_json::from_str::<Json>(&text).unwrap()
            }
            other => panic!("{other:?}"),
        };
        let lambda = text(target.lambda());
        assert_eq!(
            lambda["Statement"][0]["Resource"],
            "arn:aws-us-gov:lambda:us-gov-west-1:1:function:orders-dev-*"
        );
        let mappings = text(target.sqs());
        let creation = &mappings["Statement"][1];
        assert_eq!(
            (&creation["Action"], &creation["Resource"]),
            (&"lambda:CreateEventSourceMapping".into(), &"*".into())
        );
        assert_eq!(
            creation["Condition"]["ArnLike"]["lambda:FunctionArn"],
            "arn:aws-us-gov:lambda:us-gov-west-1:1:function:orders-dev-*"
        );
        let roles = text(target.iam_roles("arn:boundary"));
        let bounded = &roles["Statement"][1];
        assert_eq!(bounded["Condition"]["StringEquals"]["iam:PermissionsBoundary"], "arn:boundary");
        assert_eq!(bounded["Action"][0], "iam:CreateRole");
    }

    #[test]
    fn a_prefix_must_tell_systems_apart() {
        for prefix in ["", "*", "orders:"] {
            let mut app = App::new();
            let _ = Target::new(app.stack("bootstrap"), "eu-central-1", "1", prefix);
            assert_eq!(app.finish().diagnostics.len(), 1, "{prefix}");
        }
    }
}
