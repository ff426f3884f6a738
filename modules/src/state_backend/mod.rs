//! Where Terraform keeps its state: an S3 bucket, a lock, and the `backend` blocks and permissions that fit them.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::state_backend::{Lock, StateBackendConfig, state_backend};
//!
//! let state = StateBackendConfig::new("acme-terraform-state", "eu-central-1").lock(Lock::LockFile);
//!
//! let mut app = App::new();
//! let bootstrap = app.stack("bootstrap");
//! bootstrap.provider(aws::Provider::new().region("eu-central-1"));
//! let parts = state_backend(bootstrap, "state", state.clone());
//! bootstrap.output("state_bucket_arn", parts.bucket.arn());
//!
//! let network = app.stack("network");
//! state.keep_state_of(network, "network/terraform.tfstate");
//!
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! The stack that holds the bucket begins with state in a file. Once it is applied, it can keep its own state in the
//! bucket too: add `keep_state_of` and run `terraform init -migrate-state`.
//!
//! Not here: the KMS key, which needs a policy that only its owner knows.

mod config;

use formwork::aws::dynamodb_table::{Attribute, AttributeArgs, PointInTimeRecovery, ServerSideEncryption};
use formwork::aws::{self, DynamodbTableRef, S3BucketRef, S3BucketVersioningRef};
use formwork::{Lifecycle, Resource, Source, Stack};

pub use config::{Lock, StateBackendConfig};

use crate::iam::Policy;
use crate::mistakes::Mistakes;
use crate::private_bucket::{Encryption, OldVersions, private_bucket};

/// The most old versions that a lifecycle rule keeps besides their days (Amazon S3 API Reference,
/// `NoncurrentVersionExpiration`).
const MOST_OLD_VERSIONS: u32 = 100;

/// What [`state_backend`] made.
#[derive(Clone, Debug)]
pub struct StateBackendParts {
    /// The bucket.
    pub bucket: S3BucketRef,
    /// Its versioning, to depend on before anything is written.
    pub versioning: S3BucketVersioningRef,
    /// The table of locks, if there is one.
    pub table: Option<DynamodbTableRef>,
}

/// Adds the bucket, and the table if the lock needs one. No plan may destroy either.
#[track_caller]
pub fn state_backend(stack: &mut Stack, name: &str, config: StateBackendConfig) -> StateBackendParts {
    let source = Source::here();
    let mut mistakes = Mistakes::default();
    mistakes.bucket_name(&config.bucket);
    let OldVersions { days, at_least } = config.old_versions;
    if days == 0 || at_least > MOST_OLD_VERSIONS {
        let message = format!("S3 does not keep old versions for {days} days and {at_least} of them longer");
        mistakes.add(message, "choose 1 day or more, and 0 to 100 versions");
    }
    let table = config.lock.table();
    if let Some(table) = table {
        mistakes.table_name(table);
    }
    if let (Some(_), Encryption::Kms(arn)) = (table, &config.encryption)
        && arn.contains(":alias/")
    {
        // DynamoDB answers with the key's ARN, and every plan would change it back.
        let message = format!("the table of locks cannot be encrypted with the alias `{arn}`");
        mistakes.add(message, "give the ARN of the key itself");
    }
    mistakes.report(stack, name, source);
    let stack = &mut stack.scope(name);
    let bucket =
        aws::S3Bucket::new().bucket(config.bucket.as_str()).lifecycle(Lifecycle::new().prevent_destroy(true));
    let private = private_bucket(stack, bucket, &config.encryption, config.old_versions);
    private.policy(stack, Policy::new());
    let table = table.map(|table| {
        stack.add(
            "lock",
            aws::DynamodbTable::new(table.as_str())
                .billing_mode("PAY_PER_REQUEST")
                // The name that the backend asks for.
                .hash_key("LockID")
                .attribute(Attribute::new(AttributeArgs { name: "LockID".into(), r#type: "S".into() }))
                .deletion_protection_enabled(true)
                .point_in_time_recovery(PointInTimeRecovery::new(true))
                .server_side_encryption(table_encryption(&config.encryption))
                .lifecycle(Lifecycle::new().prevent_destroy(true)),
        )
    });
    StateBackendParts { bucket: private.bucket, versioning: private.versioning, table }
}

fn table_encryption(encryption: &Encryption) -> ServerSideEncryption {
    match encryption {
        // The key is then the one that AWS manages for DynamoDB in the account.
        Encryption::S3 => ServerSideEncryption::new(true),
        Encryption::Kms(arn) => ServerSideEncryption::new(true).kms_key_arn(arn.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use formwork::model::Synthesis;
    use formwork::{App, Value};
    use serde_json::{Value as Json, json};

    use super::*;

    fn built(config: &StateBackendConfig) -> (Synthesis, Json) {
        let mut app = App::new();
        state_backend(app.stack("bootstrap"), "state", config.clone());
        let synthesis = app.finish();
        let json = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        (synthesis, json)
    }

    fn text(policy: Policy) -> String {
        serde_json::to_value(Value::from(policy).into_json()).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn the_bucket_is_private_and_kept() {
        let (synthesis, json) = built(&StateBackendConfig::new("acme-state", "eu-central-1"));
        assert_eq!(synthesis.diagnostics, []);
        let resources = &json["resource"];
        assert_eq!(
            resources["aws_s3_bucket"]["state_bucket"],
            json!({"bucket": "acme-state", "lifecycle": {"prevent_destroy": true}})
        );
        let versioning = &resources["aws_s3_bucket_versioning"]["state_bucket"];
        assert_eq!(versioning["versioning_configuration"]["status"], "Enabled");
        let access = &resources["aws_s3_bucket_public_access_block"]["state_bucket"];
        assert_eq!(access["restrict_public_buckets"], true);
        let policy = resources["aws_s3_bucket_policy"]["state_bucket"]["policy"].as_str().unwrap();
        assert!(policy.contains(r#""aws:SecureTransport" = "false""#), "{policy}");
        let rule = &resources["aws_s3_bucket_lifecycle_configuration"]["state_bucket"]["rule"][0];
        assert_eq!(
            rule["noncurrent_version_expiration"],
            json!([{"noncurrent_days": 90, "newer_noncurrent_versions": 10}])
        );
        assert!(resources.get("aws_dynamodb_table").is_none());
    }

    #[test]
    fn a_table_is_made_for_those_who_need_it() {
        let lock = Lock::DynamoDb { table: "acme-locks".into() };
        let config =
            StateBackendConfig::new("acme-state", "eu-central-1").lock(lock).kms_key("arn:aws:kms:x:1:key/k");
        let (synthesis, json) = built(&config);
        assert_eq!(synthesis.diagnostics, []);
        let table = &json["resource"]["aws_dynamodb_table"]["state_lock"];
        assert_eq!(table["hash_key"], "LockID");
        assert_eq!(table["billing_mode"], "PAY_PER_REQUEST");
        assert_eq!(table["deletion_protection_enabled"], true);
        let policy = text(config.write_policy(["dev"]));
        assert!(policy.contains("arn:aws:dynamodb:eu-central-1:*:table/acme-locks"), "{policy}");
        assert!(policy.contains("kms:GenerateDataKey"), "{policy}");
        assert!(!policy.contains("tflock") && !policy.contains("s3:DeleteObject"), "{policy}");
    }

    #[test]
    fn backend_and_permissions_name_what_is_built() {
        let lock = Lock::Both { table: "acme-locks".into() };
        let config = StateBackendConfig::new("acme-state", "eu-central-1")
            .lock(lock)
            .kms_key("arn:aws:kms:x:1:alias/state");
        let mut app = App::new();
        config.keep_state_of(app.stack("dev"), "dev/terraform.tfstate");
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        let json = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        assert_eq!(
            json["terraform"]["backend"]["s3"],
            json!({
                "bucket": "acme-state", "key": "dev/terraform.tfstate", "region": "eu-central-1", "encrypt": true,
                "kms_key_id": "arn:aws:kms:x:1:alias/state", "use_lockfile": true, "dynamodb_table": "acme-locks",
            })
        );
        let policy = text(config.write_policy(["dev/terraform.tfstate"]));
        assert!(policy.contains("arn:aws:s3:::acme-state/dev/terraform.tfstate.tflock"), "{policy}");
        assert!(policy.contains(r#""kms:ResourceAliases":"alias/state""#), "{policy}");
        assert!(text(config.read_policy(["dev"])).contains("s3:ListBucket"));
    }

    #[test]
    fn names_that_would_be_refused_are_reported() {
        let lock = Lock::DynamoDb { table: "no spaces".into() };
        let config = StateBackendConfig::new("Acme_State", "eu-central-1")
            .lock(lock)
            .kms_key("arn:aws:kms:x:1:alias/state")
            .old_versions(0, 10);
        let (synthesis, _) = built(&config);
        let messages: Vec<_> =
            synthesis.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "S3 refuses the bucket name `Acme_State`",
                "S3 does not keep old versions for 0 days and 10 of them longer",
                "DynamoDB refuses the table name `no spaces`",
                "the table of locks cannot be encrypted with the alias `arn:aws:kms:x:1:alias/state`",
            ]
        );
        let mut app = App::new();
        StateBackendConfig::new("acme-state", "eu-central-1").keep_state_of(app.stack("dev"), "/dev");
        assert_eq!(app.finish().diagnostics[0].message, "Terraform refuses the key `/dev` for a state");
    }
}
