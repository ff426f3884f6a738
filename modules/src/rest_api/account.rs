//! The role that API Gateway writes logs with: one setting for all APIs of an account in a region.

use formwork::{Expr, Map, Resource, Source, Stack, aws};

use crate::iam::Policy;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// The role of a region's logs.
#[derive(Clone, Debug)]
pub struct AccountLoggingConfig {
    role_name: String,
    tags: Map<String>,
}

impl AccountLoggingConfig {
    /// A role of this name.
    pub fn new(role_name: impl Into<String>) -> Self {
        Self { role_name: role_name.into(), tags: Map::new() }
    }

    /// Adds tags to the role.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What API Gateway writes logs with.
#[derive(Clone, Debug)]
pub struct AccountLoggingParts {
    /// The setting of the account in a region.
    pub account: aws::ApiGatewayAccountRef,
    /// The role.
    pub role: aws::IamRoleRef,
}

/// Gives API Gateway the role that it writes logs with. An account has one such setting per region, which the last one
/// to be applied wins: where several stacks have APIs, add it to one that they depend on.
#[track_caller]
pub fn account_logging(stack: &mut Stack, name: &str, config: AccountLoggingConfig) -> AccountLoggingParts {
    let mut mistakes = Mistakes::default();
    mistakes.role_name(&config.role_name);
    mistakes.report(stack, name, Source::here());
    add(stack, name, &config)
}

/// The same, unchecked: an API has checked the name of its role already.
pub(crate) fn add(stack: &mut Stack, name: &str, config: &AccountLoggingConfig) -> AccountLoggingParts {
    let stack = &mut stack.scope(name);
    let trust = Policy::assumed_by_service("apigateway.amazonaws.com");
    let role = aws::IamRole::new(trust).name(&config.role_name).tags(tags(&config.tags));
    let role = stack.add("role", role);
    // AWS's own policy for this purpose: the log groups of execution logs are named by AWS. It is in the partition that the
    // role is in, which only Terraform knows here.
    let partition = Expr::<String>::raw(format!("split(\":\", {})[1]", role.arn().hcl()));
    let push = format!("arn:{partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs");
    let attachment = stack.add(
        "push_logs",
        aws::IamRolePolicyAttachment::new(aws::IamRolePolicyAttachmentArgs {
            policy_arn: push.into(),
            role: role.name().into(),
        }),
    );
    let account = aws::ApiGatewayAccount::new().cloudwatch_role_arn(role.arn()).depends_on(&attachment);
    AccountLoggingParts { account: stack.add("logging", account), role }
}
