//! A bucket for files: private, encrypted, versioned, reached by TLS only.

use formwork::aws::s3_bucket_server_side_encryption_configuration::{ApplyServerSideEncryptionByDefault, Rule};
use formwork::aws::s3_bucket_versioning::VersioningConfiguration;
use formwork::{Stack, aws};
use formwork_modules::iam::{Policy, Statement};

use crate::settings::Settings;

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(aws::Provider::new().region(settings.region.as_str()));
    let bucket = stack.add("files", aws::S3Bucket::new().bucket(format!("{}-files", settings.name)));
    stack.add(
        "files",
        aws::S3BucketPublicAccessBlock::new(bucket.id())
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true),
    );
    let encryption = ApplyServerSideEncryptionByDefault::new("AES256");
    let encryption = Rule::new().apply_server_side_encryption_by_default(encryption);
    stack.add("files", aws::S3BucketServerSideEncryptionConfiguration::new(bucket.id(), [encryption]));
    stack.add("files", aws::S3BucketVersioning::new(bucket.id(), VersioningConfiguration::new("Enabled")));
    let all = [bucket.arn().to_string(), format!("{}/*", bucket.arn())];
    let tls_only = Statement::deny(["s3:*"]).sid("TlsOnly").any_principal().on(all);
    let tls_only = tls_only.condition("Bool", "aws:SecureTransport", ["false"]);
    stack.add(
        "files",
        aws::S3BucketPolicy::new(aws::S3BucketPolicyArgs {
            bucket: bucket.id().into(),
            policy: Policy::new().with(tls_only).into(),
        }),
    );
    stack.output("bucket", bucket.id());
}
