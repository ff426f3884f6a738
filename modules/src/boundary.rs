//! A permissions boundary for all roles of an environment: the most that any of them can be permitted, whatever its
//! policies say. A pipeline that may make roles only with it cannot make one that permits more (IAM User Guide,
//! "Permissions boundaries for IAM entities").
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::boundary::{self, BoundaryConfig, bound_roles, boundary};
//! use formwork_modules::iam::Policy;
//!
//! let mut app = App::new();
//! let bootstrap = app.stack("bootstrap");
//! bootstrap.provider(aws::Provider::new().region("eu-central-1"));
//! let account = bootstrap.add("current", aws::data::CallerIdentity::new()).account_id();
//! let most = boundary::logs("eu-central-1", &account).merge(boundary::lambda());
//! boundary(bootstrap, "dev_boundary", BoundaryConfig::new("boundary-shop-dev", most));
//!
//! let dev = app.stack("shop-dev");
//! dev.provider(aws::Provider::new().region("eu-central-1"));
//! dev.add("orders", aws::IamRole::new(Policy::assumed_by_service("lambda.amazonaws.com")).name("shop-dev-orders"));
//! let account = dev.add("current", aws::data::CallerIdentity::new()).account_id();
//! bound_roles(dev, format!("arn:aws:iam::{account}:policy/boundary-shop-dev"));
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use std::fmt::Display;

use formwork::{Stack, aws};

use crate::container_registry::pull_policy;
use crate::iam::{Policy, partition};
use crate::lambda_service::{NETWORK, TRACES};

/// A boundary.
#[derive(Clone, Debug)]
pub struct BoundaryConfig {
    policy_name: String,
    most: Policy,
}

impl BoundaryConfig {
    /// A boundary by the name of its policy, and the most that a role can be permitted.
    pub fn new(policy_name: impl Into<String>, most: Policy) -> Self {
        Self { policy_name: policy_name.into(), most }
    }
}

/// What a boundary consists of.
#[derive(Clone, Debug)]
pub struct BoundaryParts {
    /// The managed policy.
    pub policy: aws::IamPolicyRef,
}

/// Adds the boundary, a managed policy, to the stack that workflows can't change.
#[track_caller]
pub fn boundary(stack: &mut Stack, name: &str, config: BoundaryConfig) -> BoundaryParts {
    let resource = aws::IamPolicy::new(config.most)
        .name(config.policy_name)
        .description("Bounds every role of the environment");
    BoundaryParts { policy: stack.add(name, resource) }
}

/// Puts the boundary, by the ARN of its policy, on every role that is in the stack by now, whoever made it.
#[track_caller]
pub fn bound_roles(stack: &mut Stack, boundary_arn: impl Display) {
    let boundary = boundary_arn.to_string();
    let roles = stack.resources().filter(|(type_name, ..)| *type_name == "aws_iam_role");
    let roles: Vec<String> = roles.map(|(_, name, _)| name.to_owned()).collect();
    for role in roles {
        // The modules know nothing of boundaries; this is about all roles.
        stack.override_at(["resource", "aws_iam_role", &role, "permissions_boundary"], boundary.as_str());
    }
}

/// Writing and reading logs of the account in a region.
#[must_use]
pub fn logs(region: &str, account: impl Display) -> Policy {
    let all = format!("arn:{}:logs:{region}:{account}:*", partition(region));
    Policy::new()
        .allow(
            [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogGroups",
                "logs:DescribeLogStreams",
            ],
            [&all],
        )
        .allow(["logs:FilterLogEvents", "logs:GetLogEvents", "logs:PutLogEvents"], [&all])
}

/// What functions need in a network and for traces; these actions know no resources.
#[must_use]
pub fn lambda() -> Policy {
    Policy::new().allow(NETWORK.into_iter().chain(TRACES), ["*"])
}

/// Pulling images from repositories, by their ARNs.
#[must_use]
pub fn images<A: Display>(repository_arns: impl IntoIterator<Item = A>) -> Policy {
    pull_policy(repository_arns, &["ecr:DescribeImages"])
}

/// Reading secrets of the account in a region whose names begin with a path, such as `/shop/dev/` or, for the passwords
/// that RDS makes, `rds!`.
#[must_use]
pub fn secrets(region: &str, account: impl Display, path: &str) -> Policy {
    Policy::new().allow(
        ["secretsmanager:GetSecretValue"],
        [format!("arn:{}:secretsmanager:{region}:{account}:secret:{path}*", partition(region))],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::document;

    #[test]
    fn arns_are_those_of_the_partition() {
        let most = logs("cn-north-1", "1").merge(secrets("us-gov-west-1", "1", "rds!"));
        let resources: Vec<&str> = most.statements().iter().flat_map(|one| one.resources()).collect();
        assert_eq!(
            resources,
            [
                "arn:aws-cn:logs:cn-north-1:1:*",
                "arn:aws-cn:logs:cn-north-1:1:*",
                "arn:aws-us-gov:secretsmanager:us-gov-west-1:1:secret:rds!*",
            ]
        );
    }

    #[test]
    fn every_role_is_bounded() {
        let document = document(|stack| {
            for name in ["a", "b"] {
                let trust = Policy::assumed_by_service("lambda.amazonaws.com");
                stack.add(name, aws::IamRole::new(trust).name(name));
            }
            let account = stack.add("current", aws::data::CallerIdentity::new()).account_id();
            bound_roles(stack, format!("arn:aws:iam::{account}:policy/boundary-shop-dev"));
        });
        for role in ["a", "b"] {
            let boundary = document["resource"]["aws_iam_role"][role]["permissions_boundary"].as_str();
            assert!(boundary.is_some_and(|arn| arn.ends_with(":policy/boundary-shop-dev")), "{boundary:?}");
        }
    }
}
