//! The role that API Gateway writes logs with: one setting for all APIs of an account in a region.

use formwork::{Expr, Map, Resource, Source, Stack, aws};

use crate::iam::Policy;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// Gives API Gateway the role that it writes logs with, under the name `role`. An account has one such setting per
/// region, which the last one to be applied wins: where several stacks have APIs, add it to one that they stand on.
#[track_caller]
pub fn account_logging(stack: &mut Stack, name: &str, role: &str) -> aws::ApiGatewayAccountRef {
    let mut mistakes = Mistakes::default();
    mistakes.role_name(role);
    mistakes.report(stack, name, Source::here());
    tagged_account_logging(stack, name, role, &Map::new())
}

/// The same, with tags on the role.
pub(crate) fn tagged_account_logging(
    stack: &mut Stack,
    name: &str,
    role: &str,
    role_tags: &Map<String>,
) -> aws::ApiGatewayAccountRef {
    let stack = &mut stack.scope(name);
    let trust = Policy::assumed_by_service("apigateway.amazonaws.com");
    let role = stack.add("role", aws::IamRole::new(trust).name(role).tags(tags(role_tags)));
    // AWS's own policy for this purpose: the log groups of execution logs are named by AWS. It is in the partition that the
    // role is in, which only Terraform knows here.
    let partition = Expr::<String>::raw(format!("split(\":\", {})[1]", role.arn().hcl()));
    let push = format!("arn:{partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs");
    let attachment = stack.add("push_logs", aws::IamRolePolicyAttachment::new(push, role.name()));
    let account = aws::ApiGatewayAccount::new().cloudwatch_role_arn(role.arn()).depends_on(&attachment);
    stack.add("logging", account)
}
