//! Permissions to make and change what serves requests, and what watches it.

use std::fmt::Display;

use super::Target;
use crate::iam::{Policy, Statement};

impl Target {
    /// Lambda functions with their versions, aliases and permissions, also in networks.
    #[must_use]
    pub fn lambda(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "lambda:AddPermission",
                    "lambda:CreateAlias",
                    "lambda:CreateFunction",
                    "lambda:DeleteAlias",
                    "lambda:DeleteFunction",
                    "lambda:DeleteFunctionConcurrency",
                    "lambda:GetAlias",
                    "lambda:GetFunction",
                    "lambda:GetFunctionCodeSigningConfig",
                    "lambda:GetFunctionConfiguration",
                    "lambda:GetPolicy",
                    "lambda:ListTags",
                    "lambda:ListVersionsByFunction",
                    "lambda:PublishVersion",
                    "lambda:PutFunctionConcurrency",
                    "lambda:RemovePermission",
                    "lambda:TagResource",
                    "lambda:UntagResource",
                    "lambda:UpdateAlias",
                    "lambda:UpdateFunctionCode",
                    "lambda:UpdateFunctionConfiguration",
                ],
                self.named("lambda", ["function:"]),
            )
            .allow(["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"], ["*"])
    }

    /// REST APIs, their domain names, usage plans and keys. AWS chooses their ids, so this is about all of the account
    /// in the region.
    #[must_use]
    pub fn api_gateway(&self) -> Policy {
        let paths = [
            "account",
            "apikeys",
            "apikeys/*",
            "domainnames",
            "domainnames/*",
            "restapis",
            "restapis/*",
            "tags/*",
            "usageplans",
            "usageplans/*",
        ];
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
                paths.map(arn),
            )
            .allow(
                ["apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"],
                ["domainnames", "domainnames/*"].map(arn),
            )
            .allow(["apigateway:UpdateRestApiPolicy"], ["restapis", "restapis/*"].map(arn))
            // The log groups that stages write to, named after the ids of their APIs.
            .merge(Self::log_groups([self.arn("logs", "log-group:API-Gateway-Execution-Logs_*")]))
    }

    /// CloudFront distributions and origin access controls. AWS chooses their ids, so this is about all of the account.
    #[must_use]
    pub fn cloudfront(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "cloudfront:DeleteDistribution",
                    "cloudfront:GetDistribution",
                    "cloudfront:ListTagsForResource",
                    "cloudfront:TagResource",
                    "cloudfront:UntagResource",
                    "cloudfront:UpdateDistribution",
                ],
                [self.global_arn("cloudfront", "distribution/*")],
            )
            .allow(
                [
                    "cloudfront:DeleteOriginAccessControl",
                    "cloudfront:GetOriginAccessControl",
                    "cloudfront:UpdateOriginAccessControl",
                ],
                [self.global_arn("cloudfront", "origin-access-control/*")],
            )
            .allow(["cloudfront:CreateDistribution", "cloudfront:CreateOriginAccessControl"], ["*"])
    }

    /// Certificates for domains such as `*.example.com`, in the region and, for CloudFront, in us-east-1. Requests are
    /// for these domains only; AWS chooses the ids, so the rest is about all certificates there.
    #[must_use]
    pub fn acm<'a>(&self, domains: impl IntoIterator<Item = &'a str>) -> Policy {
        let mut resources = vec![self.arn("acm", "certificate/*")];
        if self.region != "us-east-1" && self.partition() == "aws" {
            resources.push(format!("arn:aws:acm:us-east-1:{}:certificate/*", self.account));
        }
        Policy::new()
            .with(Statement::allow(["acm:RequestCertificate"]).on(["*"]).condition(
                "ForAllValues:StringLike",
                "acm:DomainNames",
                domains,
            ))
            .allow(
                [
                    "acm:AddTagsToCertificate",
                    "acm:DeleteCertificate",
                    "acm:DescribeCertificate",
                    "acm:ListTagsForCertificate",
                    "acm:RemoveTagsFromCertificate",
                ],
                resources,
            )
    }

    /// Records in Route 53 zones, by their ids.
    #[must_use]
    pub fn route53<Z: Display>(&self, zone_ids: impl IntoIterator<Item = Z>) -> Policy {
        let zones =
            zone_ids.into_iter().map(|id| format!("arn:{}:route53:::hostedzone/{id}", self.partition()));
        Policy::new()
            .allow(
                [
                    "route53:ChangeResourceRecordSets",
                    "route53:GetHostedZone",
                    "route53:ListResourceRecordSets",
                    "route53:ListTagsForResource",
                ],
                zones,
            )
            .allow(["route53:GetChange"], [format!("arn:{}:route53:::change/*", self.partition())])
            .allow(["route53:ListHostedZones", "route53:ListHostedZonesByName"], ["*"])
    }

    /// Log groups whose names begin with a path, such as `/aws/lambda/` or nothing, and then the prefix.
    #[must_use]
    pub fn logs<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> Policy {
        let paths: Vec<String> = paths.into_iter().map(|path| format!("log-group:{path}")).collect();
        Self::log_groups(self.named("logs", paths.iter().map(String::as_str)))
            .allow(["logs:DescribeLogGroups"], ["*"])
    }

    fn log_groups(arns: impl IntoIterator<Item = String>) -> Policy {
        Policy::new().allow(
            [
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:DeleteRetentionPolicy",
                "logs:ListTagsForResource",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ],
            arns,
        )
    }

    /// CloudWatch alarms.
    #[must_use]
    pub fn cloudwatch(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "cloudwatch:DeleteAlarms",
                    "cloudwatch:ListTagsForResource",
                    "cloudwatch:PutMetricAlarm",
                    "cloudwatch:TagResource",
                    "cloudwatch:UntagResource",
                ],
                self.named("cloudwatch", ["alarm:"]),
            )
            .allow(["cloudwatch:DescribeAlarms"], ["*"])
    }

    /// SNS topics and their subscriptions. IAM ties what is done to a subscription to no resource.
    #[must_use]
    pub fn sns(&self) -> Policy {
        Policy::new()
            .allow(
                [
                    "sns:CreateTopic",
                    "sns:DeleteTopic",
                    "sns:GetTopicAttributes",
                    "sns:ListTagsForResource",
                    "sns:SetTopicAttributes",
                    "sns:Subscribe",
                    "sns:TagResource",
                    "sns:UntagResource",
                ],
                self.named("sns", [""]),
            )
            .allow(
                ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
                ["*"],
            )
    }
}
