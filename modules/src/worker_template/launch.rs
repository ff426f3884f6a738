//! What somebody needs who starts workers from the template, and nothing else.

use std::fmt::Display;

use crate::iam::{Policy, Statement};
use crate::worker_template::WorkerTemplateParts;

impl WorkerTemplateParts {
    /// Permits to start workers from the template as it is (its image, type, subnet, group and profile), to tag them
    /// while they are started, to describe them, and to hand them their role. `region` and `account_id` say where.
    ///
    /// The rules are those of the Amazon EC2 User Guide, "Use launch templates to control launching instances", and of
    /// the Service Authorization Reference: what exists is named, and what a start makes is bound to the template.
    #[must_use]
    pub fn launch_policy(&self, region: &str, account_id: impl Display) -> Policy {
        let partition = crate::iam::partition(region);
        let arn = |resource: &str| format!("arn:{partition}:ec2:{region}:{account_id}:{resource}");
        // Images have no account in their ARNs: another account may own one.
        let image = format!("arn:{partition}:ec2:{region}::image/{}", self.template.image_id());
        let subnet = self.subnet_id.as_ref().map(|id| arn(&format!("subnet/{id}")));
        let mut exists = vec![self.template.arn().to_string(), image, self.security_group.arn().to_string()];
        exists.extend(subnet);
        let made = || [arn("instance/*"), arn("network-interface/*"), arn("volume/*")];
        let from_template = |statement: Statement| {
            statement.condition("ArnEquals", "ec2:LaunchTemplate", [self.template.arn()])
        };
        Policy::new()
            .with(from_template(Statement::allow(["ec2:RunInstances"]).on(exists)))
            .with(from_template(
                Statement::allow(["ec2:RunInstances"])
                    .on([arn("instance/*")])
                    .condition("StringEquals", "ec2:InstanceType", [self.template.instance_type()])
                    .condition("StringEquals", "ec2:MetadataHttpTokens", ["required"])
                    .condition("ArnEquals", "ec2:InstanceProfile", [self.instance_profile.arn()]),
            ))
            .with(from_template(
                Statement::allow(["ec2:RunInstances"]).on([arn("network-interface/*"), arn("volume/*")]),
            ))
            .with(Statement::allow(["ec2:CreateTags"]).on(made()).condition(
                "StringEquals",
                "ec2:CreateAction",
                ["RunInstances"],
            ))
            .allow(["ec2:DescribeInstances"], ["*"])
            .with(Statement::allow(["iam:PassRole"]).on([self.role.arn()]).condition(
                "StringEquals",
                "iam:PassedToService",
                ["ec2.amazonaws.com"],
            ))
    }
}
