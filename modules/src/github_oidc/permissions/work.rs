//! Permissions to make and change what works in the background: tables, queues, rules, workers, parameters, trails.

use super::Target;
use crate::iam::{Policy, Statement};

impl Target {
    /// DynamoDB tables.
    #[must_use]
    pub fn dynamodb(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "dynamodb:CreateTable",
                    "dynamodb:DeleteTable",
                    "dynamodb:DescribeContinuousBackups",
                    "dynamodb:DescribeTable",
                    "dynamodb:DescribeTimeToLive",
                    "dynamodb:ListTagsOfResource",
                    "dynamodb:TagResource",
                    "dynamodb:UntagResource",
                    "dynamodb:UpdateContinuousBackups",
                    "dynamodb:UpdateTable",
                    "dynamodb:UpdateTimeToLive",
                ],
                self.named("dynamodb", ["table/"]),
            )
            // A table that names no key is encrypted with the one that AWS manages.
            .allow(["kms:DescribeKey"], [self.arn("kms", "key/*")])
    }

    /// HTTP APIs. AWS chooses their ids, so this is about all of the account in the region.
    #[must_use]
    pub fn http_api(&self) -> Policy {
        // These ARNs have no account: a policy is about the account that it is in.
        let arn = |path: &str| format!("arn:{}:apigateway:{}::/{path}", self.partition(), self.region);
        Policy::new()
            .allow(
                [
                    "apigateway:DELETE",
                    "apigateway:GET",
                    "apigateway:PATCH",
                    "apigateway:POST",
                    "apigateway:PUT",
                ],
                ["apis", "apis/*", "tags/*"].map(arn),
            )
            // API Gateway writes access logs through the caller's permission to deliver them.
            .allow(
                [
                    "logs:CreateLogDelivery",
                    "logs:DeleteLogDelivery",
                    "logs:DescribeResourcePolicies",
                    "logs:GetLogDelivery",
                    "logs:ListLogDeliveries",
                    "logs:PutResourcePolicy",
                    "logs:UpdateLogDelivery",
                ],
                ["*"],
            )
    }

    /// Launch templates. AWS chooses their ids, so this is about all of the account in the region.
    #[must_use]
    pub fn launch_templates(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "ec2:CreateLaunchTemplate",
                    "ec2:CreateLaunchTemplateVersion",
                    "ec2:CreateTags",
                    "ec2:DeleteLaunchTemplate",
                    "ec2:DeleteTags",
                    "ec2:ModifyLaunchTemplate",
                ],
                [self.arn("ec2", "launch-template/*")],
            )
            .allow(["ec2:DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplates"], ["*"])
    }

    /// Instance profiles, which give instances their roles.
    #[must_use]
    pub fn instance_profiles(&self) -> Policy {
        Policy::new().allow(
            [
                "iam:AddRoleToInstanceProfile",
                "iam:CreateInstanceProfile",
                "iam:DeleteInstanceProfile",
                "iam:GetInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
                "iam:TagInstanceProfile",
                "iam:UntagInstanceProfile",
            ],
            [self.global_arn("iam", format!("instance-profile/{}*", self.prefix))],
        )
    }

    /// Parameters of Systems Manager whose names begin with a path, such as `/shop/dev/`.
    #[must_use]
    pub fn parameters(&self, path: &str) -> Policy {
        Policy::new()
            .allow(
                [
                    "ssm:AddTagsToResource",
                    "ssm:DeleteParameter",
                    "ssm:GetParameter",
                    "ssm:ListTagsForResource",
                    "ssm:PutParameter",
                    "ssm:RemoveTagsFromResource",
                ],
                [self.arn("ssm", format!("parameter{path}*"))],
            )
            .allow(["ssm:DescribeParameters"], ["*"])
    }

    /// SQS queues, and what feeds functions from them. AWS chooses the ids of the latter; they are made for functions
    /// with the prefix only.
    #[must_use]
    pub fn sqs(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "sqs:CreateQueue",
                    "sqs:DeleteQueue",
                    "sqs:GetQueueAttributes",
                    "sqs:ListQueueTags",
                    "sqs:SetQueueAttributes",
                    "sqs:TagQueue",
                    "sqs:UntagQueue",
                ],
                self.named("sqs", [""]),
            )
            // What is not there yet has no ARN that IAM would compare.
            .with(Statement::allow(["lambda:CreateEventSourceMapping"]).on(["*"]).condition(
                "ArnLike",
                "lambda:FunctionArn",
                self.named("lambda", ["function:"]),
            ))
            .allow(
                [
                    "lambda:DeleteEventSourceMapping",
                    "lambda:GetEventSourceMapping",
                    "lambda:ListTags",
                    "lambda:TagResource",
                    "lambda:UntagResource",
                    "lambda:UpdateEventSourceMapping",
                ],
                [self.arn("lambda", "event-source-mapping:*")],
            )
    }

    /// Rules of EventBridge and their targets.
    #[must_use]
    pub fn events(&self) -> Policy {
        Policy::new().allow(
            [
                "events:DeleteRule",
                "events:DescribeRule",
                "events:DisableRule",
                "events:EnableRule",
                "events:ListTagsForResource",
                "events:ListTargetsByRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
                "events:TagResource",
                "events:UntagResource",
            ],
            self.named("events", ["rule/"]),
        )
    }

    /// Dashboards of CloudWatch.
    #[must_use]
    pub fn dashboards(&self) -> Policy {
        Policy::new().allow(
            ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
            [self.global_arn("cloudwatch", format!("dashboard/{}*", self.prefix))],
        )
    }

    /// Trails of CloudTrail. Their bucket is a bucket like any ([`s3`](Self::s3)).
    #[must_use]
    pub fn cloudtrail(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "cloudtrail:AddTags",
                    "cloudtrail:CreateTrail",
                    "cloudtrail:DeleteTrail",
                    "cloudtrail:GetEventSelectors",
                    "cloudtrail:GetInsightSelectors",
                    "cloudtrail:GetTrail",
                    "cloudtrail:GetTrailStatus",
                    "cloudtrail:ListTags",
                    "cloudtrail:PutEventSelectors",
                    "cloudtrail:RemoveTags",
                    "cloudtrail:StartLogging",
                    "cloudtrail:StopLogging",
                    "cloudtrail:UpdateTrail",
                ],
                self.named("cloudtrail", ["trail/"]),
            )
            .allow(["cloudtrail:DescribeTrails"], ["*"])
    }
}
