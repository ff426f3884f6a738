//! Names of the bucket and the lock, and what follows from them.

use formwork::{Backend, Source, Stack};

use crate::iam::{self, Policy};
use crate::private_bucket::{Encryption, OldVersions};

/// What keeps two runs of Terraform from changing one state at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lock {
    /// A file beside the state (Terraform 1.10 and later, generally available since 1.11).
    #[default]
    LockFile,
    /// An item in a DynamoDB table, for Terraform before 1.10. Later versions warn that it is deprecated.
    DynamoDb {
        /// The table's name.
        table: String,
    },
    /// Both, while a team moves from the table to the file.
    Both {
        /// The table's name.
        table: String,
    },
}

impl Lock {
    pub(super) const fn table(&self) -> Option<&String> {
        match self {
            Self::LockFile => None,
            Self::DynamoDb { table } | Self::Both { table } => Some(table),
        }
    }

    const fn has_file(&self) -> bool {
        matches!(self, Self::LockFile | Self::Both { .. })
    }
}

/// The configuration of [`state_backend`](fn@super::state_backend). Names are text: Terraform reads backends before it computes anything.
#[derive(Clone, Debug)]
pub struct StateBackendConfig {
    pub(super) bucket: String,
    region: String,
    pub(super) lock: Lock,
    pub(super) encryption: Encryption,
    pub(super) old_versions: OldVersions,
}

impl StateBackendConfig {
    /// State in a bucket of this name in this region: encrypted with keys of S3, locked by a file, and old versions
    /// kept for 90 days, ten of them longer.
    #[must_use]
    pub fn new(bucket: &str, region: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            region: region.to_owned(),
            lock: Lock::default(),
            encryption: Encryption::S3,
            old_versions: OldVersions { days: 90, at_least: 10 },
        }
    }

    /// Chooses the lock.
    #[must_use]
    pub fn lock(mut self, lock: Lock) -> Self {
        self.lock = lock;
        self
    }

    /// Encrypts with a KMS key, by its ARN or the ARN of an alias.
    #[must_use]
    pub fn kms_key(mut self, arn: &str) -> Self {
        self.encryption = Encryption::Kms(arn.to_owned());
        self
    }

    /// Keeps versions of a state that were replaced for so many days, 1 or more, and the newest `at_least` of them longer,
    /// 0 to 100.
    #[must_use]
    pub const fn old_versions(mut self, days: u32, at_least: u32) -> Self {
        self.old_versions = OldVersions { days, at_least };
        self
    }

    /// The backend for a state at a key, such as `dev/terraform.tfstate`.
    #[must_use]
    #[track_caller]
    pub fn backend(&self, key: &str) -> Backend {
        let mut backend = Backend::s3(&self.bucket, key, &self.region);
        if let Encryption::Kms(arn) = &self.encryption {
            // Without it Terraform asks for SSE-S3, whatever the bucket's default is.
            backend = backend.set("kms_key_id", arn.as_str());
        }
        if self.lock.has_file() {
            backend = backend.use_lockfile();
        }
        match self.lock.table() {
            Some(table) => backend.dynamodb_table(table),
            None => backend,
        }
    }

    /// Keeps the state of a stack here, at a key such as `dev/terraform.tfstate`. A key that Terraform refuses is
    /// reported.
    #[track_caller]
    pub fn keep_state_of(&self, stack: &mut Stack, key: &str) {
        if key.is_empty() || key.starts_with('/') || key.ends_with('/') {
            let diagnostic = stack.diagnostic(format!("Terraform refuses the key `{key}` for a state"));
            let hint = "a key is like `dev/terraform.tfstate`: not empty, without `/` at its ends";
            stack.report(diagnostic.source(Source::here()).hint(hint));
        }
        let backend = self.backend(key);
        stack.backend(backend);
    }

    /// Lets a role read and write the states at these keys, and lock them: what "Backend Type: s3" of the Terraform
    /// documentation asks for, and no permission to delete a state.
    #[must_use]
    pub fn write_policy<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Policy {
        let states: Vec<String> = keys.into_iter().map(|key| self.object(key)).collect();
        let mut policy = self.list_policy().allow(["s3:GetObject", "s3:PutObject"], &states);
        if self.lock.has_file() {
            let locks = states.iter().map(|state| format!("{state}.tflock"));
            policy = policy.allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], locks);
        }
        if let Some(table) = self.lock.table() {
            let arn = format!("arn:{}:dynamodb:{}:*:table/{table}", self.partition(), self.region);
            policy = policy.allow(
                ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
                [arn],
            );
        }
        policy.merge(self.key_policy(&["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]))
    }

    /// Lets a role read the states at these keys, as stacks do that import another's outputs.
    #[must_use]
    pub fn read_policy<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Policy {
        let states = keys.into_iter().map(|key| self.object(key));
        self.list_policy().allow(["s3:GetObject"], states).merge(self.key_policy(&["kms:Decrypt"]))
    }

    /// No condition on the prefix: `terraform init` lists `env:/` besides, and without the permission to list the
    /// whole bucket S3 answers 403 rather than 404 for a state that does not exist yet.
    fn list_policy(&self) -> Policy {
        Policy::new().allow(["s3:ListBucket"], [format!("arn:{}:s3:::{}", self.partition(), self.bucket)])
    }

    fn key_policy(&self, actions: &[&str]) -> Policy {
        match &self.encryption {
            Encryption::S3 => Policy::new(),
            // IAM knows keys by id only, so an alias is permitted through the condition that KMS has for it.
            Encryption::Kms(arn) => match arn.split_once(":alias/") {
                Some((place, alias)) => Policy::new().with(
                    iam::Statement::allow(actions).on([format!("{place}:key/*")]).condition(
                        "ForAnyValue:StringEquals",
                        "kms:ResourceAliases",
                        [format!("alias/{alias}")],
                    ),
                ),
                None => Policy::new().allow(actions, [arn]),
            },
        }
    }

    fn object(&self, key: &str) -> String {
        format!("arn:{}:s3:::{}/{key}", self.partition(), self.bucket)
    }

    fn partition(&self) -> &'static str {
        iam::partition(&self.region)
    }
}
