//! Permissions to make roles, within a boundary, and to hand them to services.

use std::fmt::Display;

use super::Target;
use crate::iam::{Policy, Statement};

impl Target {
    /// Roles with policies of their own. Whoever makes roles could make one that permits everything, so each must have
    /// this permissions boundary, by its ARN (IAM User Guide, "Permissions boundaries for IAM entities"). The role that
    /// deploys must have a name without the prefix, or it could change itself.
    #[must_use]
    pub fn iam_roles(&self, boundary_arn: impl Display) -> Policy {
        let roles = || [self.global_arn("iam", format!("role/{}*", self.prefix))];
        Policy::new()
            .allow(
                [
                    "iam:DeleteRole",
                    "iam:DeleteRolePolicy",
                    "iam:DetachRolePolicy",
                    "iam:GetRole",
                    "iam:GetRolePolicy",
                    "iam:ListAttachedRolePolicies",
                    "iam:ListInstanceProfilesForRole",
                    "iam:ListRolePolicies",
                    "iam:TagRole",
                    "iam:UntagRole",
                    "iam:UpdateAssumeRolePolicy",
                    "iam:UpdateRole",
                    "iam:UpdateRoleDescription",
                ],
                roles(),
            )
            .with(
                Statement::allow([
                    "iam:CreateRole",
                    "iam:AttachRolePolicy",
                    "iam:PutRolePermissionsBoundary",
                    "iam:PutRolePolicy",
                ])
                .on(roles())
                .condition("StringEquals", "iam:PermissionsBoundary", [boundary_arn]),
            )
    }

    /// Hands roles to services such as `lambda.amazonaws.com`, and to no others.
    #[must_use]
    pub fn pass_roles<'a>(&self, services: impl IntoIterator<Item = &'a str>) -> Policy {
        Policy::new().with(
            Statement::allow(["iam:PassRole"])
                .on([self.global_arn("iam", format!("role/{}*", self.prefix))])
                .condition("StringEquals", "iam:PassedToService", services),
        )
    }

    /// Makes the roles that services such as `rds.amazonaws.com` bring themselves, once in an account.
    #[must_use]
    pub fn service_linked_roles<'a>(&self, services: impl IntoIterator<Item = &'a str>) -> Policy {
        Policy::new().with(
            Statement::allow(["iam:CreateServiceLinkedRole"])
                .on([self.global_arn("iam", "role/aws-service-role/*")])
                .condition("StringEquals", "iam:AWSServiceName", services),
        )
    }
}
