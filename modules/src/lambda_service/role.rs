//! The role of a service: what every function needs, and what its configuration adds.

use formwork::{Stack, aws};

use crate::iam::Policy;
use crate::lambda_service::LambdaServiceConfig;
use crate::policies::{Attached, permit};
use crate::tags::tags;

/// What Lambda needs for a function in a VPC; these actions know no resources (AWS Lambda Developer Guide, "Required
/// IAM permissions" of functions in a VPC).
pub(crate) const NETWORK: [&str; 5] = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:UnassignPrivateIpAddresses",
];

/// What X-Ray needs; these actions know no resources (AWS X-Ray Developer Guide, "Identity and access management").
pub(crate) const TRACES: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// The role and what it is permitted.
pub(crate) struct Role {
    pub(crate) role: aws::IamRoleRef,
    pub(crate) policies: Attached,
}

pub(crate) fn role(
    stack: &mut Stack,
    config: &LambdaServiceConfig,
    logs: &aws::CloudwatchLogGroupRef,
) -> Role {
    let trust = Policy::assumed_by_service("lambda.amazonaws.com");
    let role = aws::IamRole::new(trust).name(config.name_of_role()).tags(tags(&config.tags));
    let role = stack.add("role", role);
    let mut policy =
        Policy::new().allow(["logs:CreateLogStream", "logs:PutLogEvents"], [format!("{}:*", logs.arn())]);
    if config.network.is_some() {
        policy = policy.allow(NETWORK, ["*"]);
    }
    if config.tracing {
        policy = policy.allow(TRACES, ["*"]);
    }
    let policy = policy.merge(config.policy.clone());
    let policies = permit(stack, ("policy", "service"), (&role, config.name_of_role()), policy);
    Role { role, policies }
}
