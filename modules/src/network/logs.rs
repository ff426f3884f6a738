//! Flow logs of a network, in CloudWatch Logs.

use formwork::{Stack, aws};

use crate::iam::{Policy, Statement};
use crate::network::{NetworkConfig, named};
use crate::tags::tags;

/// What the flow logs' role may do (Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs");
/// not to make the log group, which is here.
const ACTIONS: [&str; 3] = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];

/// Sends all of a network's flows to a log group.
pub(crate) fn flow_logs(stack: &mut Stack, vpc: &aws::VpcRef, config: &NetworkConfig, days: u32) {
    let stack = &mut stack.scope("flow_logs");
    let name = &config.name;
    let group = aws::CloudwatchLogGroup::new()
        .name(format!("/aws/vpc/{name}/flow-logs"))
        .retention_in_days(days)
        .tags(tags(&config.tags));
    let group = stack.add("group", group);
    let assume = Statement::allow(["sts:AssumeRole"]).principal("Service", ["vpc-flow-logs.amazonaws.com"]);
    let trust = Policy::new().with(assume.condition("StringEquals", "aws:SourceAccount", [vpc.owner_id()]));
    let role = aws::IamRole::new(trust).name(config.name_of_flow_log_role()).tags(tags(&config.tags));
    let role = stack.add("role", role);
    let write = Policy::new()
        .allow(ACTIONS, [group.arn().to_string(), format!("{}:*", group.arn())])
        // A listing knows no single log group.
        .allow(["logs:DescribeLogGroups"], ["*"]);
    stack.add(
        "write",
        aws::IamRolePolicy::new(aws::IamRolePolicyArgs { policy: write.into(), role: role.id().into() })
            .name("write-flow-logs"),
    );
    let log = aws::FlowLog::new()
        .vpc_id(vpc.id())
        .traffic_type("ALL")
        .log_destination(group.arn())
        .iam_role_arn(role.arn())
        .tags(named(&config.tags, name));
    stack.add("log", log);
}
