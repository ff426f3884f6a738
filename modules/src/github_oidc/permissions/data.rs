//! Permissions to make and change what keeps data: databases, caches, buckets.

use super::Target;
use crate::iam::Policy;

impl Target {
    /// RDS instances with their subnet groups, parameter groups and snapshots, and the secrets that RDS keeps for them.
    #[must_use]
    pub fn rds(&self) -> Policy {
        let mut resources = self.named("rds", ["db:", "pg:", "snapshot:", "subgrp:"]);
        // Every instance has an option group, and the default ones have names of AWS's.
        resources.push(self.arn("rds", "og:default:*"));
        Policy::new()
            .allow(
                [
                    "rds:AddTagsToResource",
                    "rds:CreateDBInstance",
                    "rds:CreateDBParameterGroup",
                    "rds:CreateDBSnapshot",
                    "rds:CreateDBSubnetGroup",
                    "rds:DeleteDBInstance",
                    "rds:DeleteDBParameterGroup",
                    "rds:DeleteDBSubnetGroup",
                    "rds:ListTagsForResource",
                    "rds:ModifyDBInstance",
                    "rds:ModifyDBParameterGroup",
                    "rds:ModifyDBSubnetGroup",
                    "rds:RebootDBInstance",
                    "rds:RemoveTagsFromResource",
                    "rds:ResetDBParameterGroup",
                ],
                resources,
            )
            .allow(
                [
                    "rds:DescribeDBInstances",
                    "rds:DescribeDBParameterGroups",
                    "rds:DescribeDBParameters",
                    "rds:DescribeDBSubnetGroups",
                ],
                ["*"],
            )
            .allow(
                [
                    "secretsmanager:CreateSecret",
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:RotateSecret",
                    "secretsmanager:TagResource",
                ],
                [self.arn("secretsmanager", "secret:rds!*")],
            )
            // RDS asks whether the caller may see the key that the password's secret is encrypted with (Amazon RDS User
            // Guide, "Permissions required for Secrets Manager integration").
            .allow(["kms:DescribeKey"], [self.arn("kms", "key/*")])
    }

    /// ElastiCache replication groups with their subnet groups and parameter groups.
    #[must_use]
    pub fn elasticache(&self) -> Policy {
        let kinds = ["cluster:", "parametergroup:", "replicationgroup:", "snapshot:", "subnetgroup:"];
        let mut resources = self.named("elasticache", kinds);
        resources.push(self.arn("elasticache", "parametergroup:default.*"));
        Policy::new()
            .allow(
                [
                    "elasticache:AddTagsToResource",
                    "elasticache:CreateCacheParameterGroup",
                    "elasticache:CreateCacheSubnetGroup",
                    "elasticache:CreateReplicationGroup",
                    "elasticache:DecreaseReplicaCount",
                    "elasticache:DeleteCacheParameterGroup",
                    "elasticache:DeleteCacheSubnetGroup",
                    "elasticache:DeleteReplicationGroup",
                    "elasticache:IncreaseReplicaCount",
                    "elasticache:ListTagsForResource",
                    "elasticache:ModifyCacheParameterGroup",
                    "elasticache:ModifyCacheSubnetGroup",
                    "elasticache:ModifyReplicationGroup",
                    "elasticache:RemoveTagsFromResource",
                    "elasticache:ResetCacheParameterGroup",
                ],
                resources,
            )
            .allow(
                [
                    "elasticache:DescribeCacheClusters",
                    "elasticache:DescribeCacheParameterGroups",
                    "elasticache:DescribeCacheParameters",
                    "elasticache:DescribeCacheSubnetGroups",
                    "elasticache:DescribeReplicationGroups",
                ],
                ["*"],
            )
    }

    /// One S3 bucket and its settings, by its name; not the objects in it. The reads are those of the provider's
    /// `aws_s3_bucket`, which asks for every setting.
    #[must_use]
    pub fn s3(&self, bucket: &str) -> Policy {
        Policy::new().allow(
            [
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "s3:DeleteBucketPolicy",
                "s3:GetAccelerateConfiguration",
                "s3:GetBucketAcl",
                "s3:GetBucketCORS",
                "s3:GetBucketLogging",
                "s3:GetBucketObjectLockConfiguration",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketRequestPayment",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetBucketWebsite",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:GetReplicationConfiguration",
                "s3:ListBucket",
                "s3:ListTagsForResource",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketTagging",
                "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration",
                "s3:PutLifecycleConfiguration",
                "s3:TagResource",
                "s3:UntagResource",
            ],
            [format!("arn:{}:s3:::{bucket}", self.partition())],
        )
    }
}
