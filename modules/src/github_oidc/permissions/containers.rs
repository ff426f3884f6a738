//! Permissions about containers: images, what runs them, and what leads to them.

use std::fmt::Display;

use super::Target;
use crate::iam::{Policy, Statement};

/// Pushes images to ECR repositories, by their ARNs (Amazon ECR User Guide, "IAM permissions for pushing an image to an
/// Amazon ECR private repository").
#[must_use]
pub fn push_images<A: Display>(repository_arns: impl IntoIterator<Item = A>) -> Policy {
    Policy::new().allow(["ecr:GetAuthorizationToken"], ["*"]).allow(
        [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        ],
        repository_arns,
    )
}

/// Writes values into secrets, by their ARNs, and does not read them.
#[must_use]
pub fn write_secrets<A: Display>(secret_arns: impl IntoIterator<Item = A>) -> Policy {
    Policy::new().allow(["secretsmanager:PutSecretValue"], secret_arns)
}

impl Target {
    /// Brings new revisions of task definitions to services whose names begin with the prefix, in a cluster whose name
    /// does, and runs single tasks there, such as migrations. IAM ties the health of targets and reading a task
    /// definition to no resource, and a list of the tasks of one family to container instances, which Fargate has not.
    #[must_use]
    pub fn ecs_release(&self) -> Policy {
        let prefix = &self.prefix;
        Policy::new()
            .allow(
                ["ecs:DescribeServices", "ecs:UpdateService"],
                [self.arn("ecs", format!("service/{prefix}*/*"))],
            )
            .allow(
                ["ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:TagResource"],
                [self.arn("ecs", format!("task-definition/{prefix}*:*"))],
            )
            .allow(["ecs:DescribeTasks", "ecs:StopTask"], [self.arn("ecs", format!("task/{prefix}*/*"))])
            .allow(
                [
                    "ecs:DescribeTaskDefinition",
                    "ecs:ListTaskDefinitions",
                    "ecs:ListTasks",
                    "elasticloadbalancing:DescribeTargetHealth",
                ],
                ["*"],
            )
            .merge(self.pass_roles(["ecs-tasks.amazonaws.com"]))
    }

    /// Brings new images to App Runner services whose names begin with the prefix, run with roles whose names do. Their
    /// tags say what was released.
    #[must_use]
    pub fn app_runner_release(&self) -> Policy {
        let services = [self.arn("apprunner", format!("service/{}*/*", self.prefix))];
        Policy::new()
            .allow(
                [
                    "apprunner:DescribeService",
                    "apprunner:ListOperations",
                    "apprunner:ListTagsForResource",
                    "apprunner:TagResource",
                    "apprunner:UpdateService",
                ],
                services,
            )
            .merge(self.pass_roles(["build.apprunner.amazonaws.com", "tasks.apprunner.amazonaws.com"]))
    }

    /// ECS clusters, their services, and the task definitions of those.
    #[must_use]
    pub fn ecs(&self) -> Policy {
        let prefix = &self.prefix;
        let clusters = || self.arn("ecs", format!("cluster/{prefix}*"));
        let services = || self.arn("ecs", format!("service/{prefix}*/*"));
        let definitions = || self.arn("ecs", format!("task-definition/{prefix}*:*"));
        Policy::new()
            .allow(
                [
                    "ecs:CreateCluster",
                    "ecs:DeleteCluster",
                    "ecs:DescribeClusters",
                    "ecs:UpdateCluster",
                    "ecs:UpdateClusterSettings",
                ],
                [clusters()],
            )
            .allow(
                ["ecs:CreateService", "ecs:DeleteService", "ecs:DescribeServices", "ecs:UpdateService"],
                [services()],
            )
            .allow(["ecs:RegisterTaskDefinition"], [definitions()])
            .allow(
                ["ecs:ListTagsForResource", "ecs:TagResource", "ecs:UntagResource"],
                [clusters(), services(), definitions()],
            )
            .allow(["ecs:DescribeTaskDefinition"], ["*"])
    }

    /// Application Load Balancers, their listeners, rules and target groups.
    #[must_use]
    pub fn load_balancers(&self) -> Policy {
        let kinds = ["listener-rule/app/", "listener/app/", "loadbalancer/app/", "targetgroup/"];
        let resources = kinds.map(|kind| self.arn("elasticloadbalancing", format!("{kind}{}*", self.prefix)));
        Policy::new()
            .allow(
                [
                    "elasticloadbalancing:AddTags",
                    "elasticloadbalancing:CreateListener",
                    "elasticloadbalancing:CreateLoadBalancer",
                    "elasticloadbalancing:CreateRule",
                    "elasticloadbalancing:CreateTargetGroup",
                    "elasticloadbalancing:DeleteListener",
                    "elasticloadbalancing:DeleteLoadBalancer",
                    "elasticloadbalancing:DeleteRule",
                    "elasticloadbalancing:DeleteTargetGroup",
                    "elasticloadbalancing:ModifyListener",
                    "elasticloadbalancing:ModifyListenerAttributes",
                    "elasticloadbalancing:ModifyLoadBalancerAttributes",
                    "elasticloadbalancing:ModifyRule",
                    "elasticloadbalancing:ModifyTargetGroup",
                    "elasticloadbalancing:ModifyTargetGroupAttributes",
                    "elasticloadbalancing:RemoveTags",
                    "elasticloadbalancing:SetRulePriorities",
                    "elasticloadbalancing:SetSecurityGroups",
                    "elasticloadbalancing:SetSubnets",
                ],
                resources,
            )
            .allow(
                [
                    "elasticloadbalancing:DescribeCapacityReservation",
                    "elasticloadbalancing:DescribeListenerAttributes",
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeLoadBalancerAttributes",
                    "elasticloadbalancing:DescribeLoadBalancers",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTags",
                    "elasticloadbalancing:DescribeTargetGroupAttributes",
                    "elasticloadbalancing:DescribeTargetGroups",
                ],
                ["*"],
            )
    }

    /// App Runner services and their automatic scaling.
    #[must_use]
    pub fn app_runner(&self) -> Policy {
        let kinds = ["autoscalingconfiguration/", "service/"];
        let resources = kinds.map(|kind| self.arn("apprunner", format!("{kind}{}*", self.prefix)));
        Policy::new().allow(
            [
                "apprunner:CreateAutoScalingConfiguration",
                "apprunner:CreateService",
                "apprunner:DeleteAutoScalingConfiguration",
                "apprunner:DeleteService",
                "apprunner:DescribeAutoScalingConfiguration",
                "apprunner:DescribeService",
                "apprunner:ListTagsForResource",
                "apprunner:TagResource",
                "apprunner:UntagResource",
                "apprunner:UpdateService",
            ],
            resources,
        )
    }

    /// Secrets whose names begin with a path, such as `/orders/dev/`, without their values: nobody who may only make
    /// them reads them.
    #[must_use]
    pub fn secrets(&self, path: &str) -> Policy {
        Policy::new().with(
            Statement::allow([
                "secretsmanager:CreateSecret",
                "secretsmanager:DeleteSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:TagResource",
                "secretsmanager:UntagResource",
                "secretsmanager:UpdateSecret",
            ])
            .on([self.arn("secretsmanager", format!("secret:{path}*"))]),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use formwork::App;
    use formwork::release::{AppRunner, Ecs, TargetDescription as Released, Verb};

    use super::*;

    #[test]
    fn what_releases_call_is_permitted() {
        let mut app = App::new();
        let target = Target::new(app.stack("bootstrap"), "eu-central-1", "1", "orders-dev-");
        let cases = [
            (Released::from(Ecs::new("orders-dev", "orders", "app")), target.ecs_release()),
            (Released::from(AppRunner::new("arn:a")), target.app_runner_release()),
        ];
        for (released, policy) in cases {
            let permitted: BTreeSet<&str> =
                policy.statements().iter().flat_map(|statement| statement.actions()).collect();
            for permission in Verb::ALL.iter().flat_map(|verb| verb.permissions_for(&released)) {
                assert!(
                    permitted.contains(permission.action),
                    "{}: {}",
                    released.kind().name,
                    permission.action
                );
            }
        }
    }
}
