//! A bucket for what builds leave behind until it is deployed: packages by component and version, which expire.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::artifact_bucket::{Artifact, ArtifactBucketConfig, artifact_bucket};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let artifacts = artifact_bucket(stack, "artifacts", ArtifactBucketConfig::new("shop-artifacts"));
//! stack.output("bucket", artifacts.bucket.bucket());
//! assert_eq!(Artifact::new("backend", "1.4.0").package(), "backend/1.4.0/lambda.zip");
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Lambda copies the package of a version that it publishes: what has expired here can still be gone back to.

use formwork::{Map, Source, Stack, aws};

use crate::mistakes::Mistakes;
use crate::private_bucket::{Encryption, Keeping, OldVersions, bucket_that_keeps};
use crate::tags::tags;

/// A version of a component, and where it is in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    component: String,
    version: String,
}

impl Artifact {
    /// A component such as `backend`, and a version such as `1.4.0` or a commit.
    pub fn new(component: impl Into<String>, version: impl Into<String>) -> Self {
        Self { component: component.into(), version: version.into() }
    }

    /// The key of the package: `backend/1.4.0/lambda.zip`.
    #[must_use]
    pub fn package(&self) -> String {
        self.key("lambda.zip")
    }

    /// The key of what is known about the package, such as its commit: `backend/1.4.0/metadata.json`.
    #[must_use]
    pub fn metadata(&self) -> String {
        self.key("metadata.json")
    }

    /// What the keys of all versions of a component begin with: `backend/`.
    #[must_use]
    pub fn prefix(component: &str) -> String {
        format!("{component}/")
    }

    fn key(&self, file: &str) -> String {
        format!("{}{}/{file}", Self::prefix(&self.component), self.version)
    }
}

/// What the bucket is like. The defaults: what is in it expires after 30 days; it can be destroyed when it is empty.
#[derive(Clone, Debug)]
pub struct ArtifactBucketConfig {
    name: String,
    days: u32,
    kms_key: Option<String>,
    delete_artifacts: bool,
    tags: Map<String>,
}

impl ArtifactBucketConfig {
    /// A bucket by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), days: 30, kms_key: None, delete_artifacts: false, tags: Map::new() }
    }

    /// Keeps artifacts for a number of days.
    #[must_use]
    pub const fn days(mut self, days: u32) -> Self {
        self.days = days;
        self
    }

    /// Encrypts with a KMS key, by its ARN, instead of a key of S3.
    #[must_use]
    pub fn kms_key(mut self, arn: impl Into<String>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Lets Terraform delete the artifacts when it destroys the bucket.
    #[must_use]
    pub const fn delete_artifacts_on_destroy(mut self) -> Self {
        self.delete_artifacts = true;
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What keeps artifacts.
#[derive(Clone, Debug)]
pub struct ArtifactBucketParts {
    /// The bucket.
    pub bucket: aws::S3BucketRef,
}

/// Adds the bucket.
#[track_caller]
pub fn artifact_bucket(stack: &mut Stack, name: &str, config: ArtifactBucketConfig) -> ArtifactBucketParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let mut mistakes = Mistakes::default();
    mistakes.bucket_name(&config.name);
    if config.days == 0 {
        mistakes.add("artifacts that expire after 0 days cannot be deployed", "keep them for a day at least");
    }
    mistakes.report(stack, name, source);
    let mut bucket = aws::S3Bucket::new().bucket(config.name.as_str()).tags(tags(&config.tags));
    if config.delete_artifacts {
        bucket = bucket.force_destroy(true);
    }
    let encryption = config.kms_key.map_or(Encryption::S3, Encryption::Kms);
    // A version that was overwritten has expired as well.
    let old_versions = OldVersions { days: 1, at_least: 0 };
    let private = bucket_that_keeps(stack, bucket, &encryption, old_versions, Keeping::Days(config.days));
    private.policy(stack, crate::iam::Policy::new());
    ArtifactBucketParts { bucket: private.bucket }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn artifacts_expire() {
        let document = document(|stack| {
            artifact_bucket(stack, "artifacts", ArtifactBucketConfig::new("shop-artifacts"));
        });
        let rules = document["resource"]["aws_s3_bucket_lifecycle_configuration"]["artifacts_bucket"]["rule"]
            .as_array()
            .unwrap();
        let by_id = |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap();
        assert_eq!(by_id("expired")["expiration"], json!([{"days": 30}]));
        assert_eq!(by_id("old-versions")["noncurrent_version_expiration"], json!([{"noncurrent_days": 1}]));
        assert_eq!(by_id("expired-marks")["expiration"], json!([{"expired_object_delete_marker": true}]));
    }

    #[test]
    fn keys_have_the_layout_of_component_and_version() {
        let artifact = Artifact::new("worker", "abc123");
        assert_eq!(artifact.package(), "worker/abc123/lambda.zip");
        assert_eq!(artifact.metadata(), "worker/abc123/metadata.json");
        assert!(artifact.package().starts_with(&Artifact::prefix("worker")));
    }

    #[test]
    fn what_s3_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            artifact_bucket(stack, "artifacts", ArtifactBucketConfig::new("Shop").days(0));
        });
        assert_eq!(
            found,
            ["S3 refuses the bucket name `Shop`", "artifacts that expire after 0 days cannot be deployed"]
        );
    }
}
