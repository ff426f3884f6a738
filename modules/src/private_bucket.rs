//! The S3 bucket that every module here builds: private, encrypted, versioned, reached by TLS only.

use formwork::aws::s3_bucket_lifecycle_configuration::{
    AbortIncompleteMultipartUpload, Expiration, Filter, NoncurrentVersionExpiration, Rule, RuleArgs,
};
use formwork::aws::s3_bucket_server_side_encryption_configuration::{
    ApplyServerSideEncryptionByDefault, Rule as EncryptionRule,
};
use formwork::aws::s3_bucket_versioning::VersioningConfiguration;
use formwork::aws::{
    self, S3BucketPolicyRef, S3BucketPublicAccessBlockRef, S3BucketRef, S3BucketVersioningRef,
};
use formwork::{Resource, Stack};

use crate::iam::{Policy, Statement};

/// Parts of uploads that were never completed are kept, and paid for, until a rule removes them.
const ABANDONED_UPLOAD_DAYS: u32 = 7;

/// How the bucket's objects are encrypted.
#[derive(Clone, Debug)]
pub(crate) enum Encryption {
    /// With keys of S3 (SSE-S3).
    S3,
    /// With a KMS key, by its ARN (SSE-KMS); a bucket key keeps the number of calls to KMS low.
    Kms(String),
}

/// How long versions that are not the newest are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OldVersions {
    pub(crate) days: u32,
    /// So many are kept however old they are; none with 0.
    pub(crate) at_least: u32,
}

/// How long objects are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keeping {
    /// Until somebody deletes them.
    Always,
    /// For a number of days.
    Days(u32),
}

pub(crate) struct PrivateBucket {
    pub(crate) bucket: S3BucketRef,
    pub(crate) versioning: S3BucketVersioningRef,
    public_access_block: S3BucketPublicAccessBlockRef,
}

/// Adds the bucket and its settings, but not its policy: that may speak of what is made from the bucket.
#[track_caller]
pub(crate) fn private_bucket(
    stack: &mut Stack,
    bucket: aws::S3Bucket,
    encryption: &Encryption,
    old_versions: OldVersions,
) -> PrivateBucket {
    bucket_that_keeps(stack, bucket, encryption, old_versions, Keeping::Always)
}

/// Adds the bucket and its settings, with objects that are kept for a while only.
#[track_caller]
pub(crate) fn bucket_that_keeps(
    stack: &mut Stack,
    bucket: aws::S3Bucket,
    encryption: &Encryption,
    old_versions: OldVersions,
    keeping: Keeping,
) -> PrivateBucket {
    let bucket = stack.add("bucket", bucket);
    let public_access_block = stack.add(
        "bucket",
        aws::S3BucketPublicAccessBlock::new(bucket.id())
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true),
    );
    stack.add(
        "bucket",
        aws::S3BucketOwnershipControls::new(
            bucket.id(),
            aws::s3_bucket_ownership_controls::Rule::new("BucketOwnerEnforced"),
        ),
    );
    stack.add(
        "bucket",
        aws::S3BucketServerSideEncryptionConfiguration::new(bucket.id(), [encryption_rule(encryption)]),
    );
    let versioning = stack
        .add("bucket", aws::S3BucketVersioning::new(bucket.id(), VersioningConfiguration::new("Enabled")));
    stack.add(
        "bucket",
        lifecycle(&bucket, old_versions, keeping)
            // S3 knows versions to expire only in a bucket that has them.
            .depends_on(&versioning),
    );
    PrivateBucket { bucket, versioning, public_access_block }
}

impl PrivateBucket {
    /// Adds the bucket's policy: what is given, and no access without TLS 1.2.
    #[track_caller]
    pub(crate) fn policy(&self, stack: &mut Stack, policy: Policy) -> S3BucketPolicyRef {
        let arn = self.bucket.arn();
        let all = || [arn.to_string(), format!("{arn}/*")];
        let policy = Policy::new()
            .with(Statement::deny(["s3:*"]).sid("TlsOnly").any_principal().on(all()).condition(
                "Bool",
                "aws:SecureTransport",
                ["false"],
            ))
            .with(Statement::deny(["s3:*"]).sid("Tls12OrNewer").any_principal().on(all()).condition(
                "NumericLessThan",
                "s3:TlsVersion",
                ["1.2"],
            ))
            .merge(policy);
        stack.add(
            "bucket",
            aws::S3BucketPolicy::new(aws::S3BucketPolicyArgs {
                bucket: self.bucket.id().into(),
                policy: policy.into(),
            })
            // S3 refuses two of a bucket's settings that are changed at once.
            .depends_on(&self.public_access_block),
        )
    }
}

fn lifecycle(
    bucket: &S3BucketRef,
    old_versions: OldVersions,
    keeping: Keeping,
) -> aws::S3BucketLifecycleConfiguration {
    let mut expiration = NoncurrentVersionExpiration::new(old_versions.days);
    if old_versions.at_least > 0 {
        expiration = expiration.newer_noncurrent_versions(old_versions.at_least);
    }
    let rule = Rule::new(RuleArgs { id: "old-versions".into(), status: "Enabled".into() })
        .filter(Filter::new())
        .noncurrent_version_expiration(expiration)
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::new().days_after_initiation(ABANDONED_UPLOAD_DAYS),
        );
    let configuration = aws::S3BucketLifecycleConfiguration::new(bucket.id()).rule(rule);
    match keeping {
        Keeping::Always => configuration,
        Keeping::Days(days) => configuration
            .rule(
                Rule::new(RuleArgs { id: "expired".into(), status: "Enabled".into() })
                    .filter(Filter::new())
                    .expiration(Expiration::new().days(days)),
            )
            // What expires in a bucket with versions leaves a mark behind that it was deleted.
            .rule(
                Rule::new(RuleArgs { id: "expired-marks".into(), status: "Enabled".into() })
                    .filter(Filter::new())
                    .expiration(Expiration::new().expired_object_delete_marker(true)),
            ),
    }
}

fn encryption_rule(encryption: &Encryption) -> EncryptionRule {
    let default = match encryption {
        Encryption::S3 => ApplyServerSideEncryptionByDefault::new("AES256"),
        Encryption::Kms(key) => {
            ApplyServerSideEncryptionByDefault::new("aws:kms").kms_master_key_id(key.as_str())
        }
    };
    let rule = EncryptionRule::new().apply_server_side_encryption_by_default(default);
    match encryption {
        Encryption::S3 => rule,
        Encryption::Kms(_) => rule.bucket_key_enabled(true),
    }
}

/// Why S3 will refuse a bucket's name (S3 User Guide, "General purpose bucket naming rules"), if it will.
pub(crate) fn bucket_name_mistake(name: &str) -> Option<&'static str> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    if !(3..=63).contains(&name.len()) {
        return Some("it has 3 to 63 characters");
    }
    if !name.bytes().all(allowed) {
        return Some("it has lower-case letters, digits, hyphens and dots only");
    }
    if name.starts_with(['-', '.']) || name.ends_with(['-', '.']) || name.contains("..") {
        return Some("it begins and ends with a letter or digit and has no two dots in a row");
    }
    None
}
