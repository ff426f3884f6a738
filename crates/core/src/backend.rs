//! Where a stack keeps its state, and how other stacks read it.

use crate::{Block, Json};

/// The `backend` block of a stack. Terraform reads its settings as they are: no expression can be in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Backend {
    kind: &'static str,
    block: Block,
}

impl Backend {
    /// State in a file. The path is relative to the folder of the synthesized stack.
    #[must_use]
    #[track_caller]
    pub fn local(path: &str) -> Self {
        let mut backend = Self { kind: "local", block: Block::new() };
        backend.block.set("path", Json::bare(path));
        backend
    }

    /// State in an S3 bucket, encrypted at rest.
    #[must_use]
    #[track_caller]
    pub fn s3(bucket: &str, key: &str, region: &str) -> Self {
        let mut backend = Self { kind: "s3", block: Block::new() };
        backend.block.set("bucket", Json::bare(bucket));
        backend.block.set("key", Json::bare(key));
        backend.block.set("region", Json::bare(region));
        backend.block.set("encrypt", true);
        backend
    }

    /// Locks the state with a file beside it in the bucket (Terraform 1.10 and later).
    #[must_use]
    #[track_caller]
    pub fn use_lockfile(self) -> Self {
        self.set("use_lockfile", true)
    }

    /// Locks the state with an item in a DynamoDB table whose key is `LockID`.
    #[must_use]
    #[track_caller]
    pub fn dynamodb_table(self, table: &str) -> Self {
        self.set("dynamodb_table", table)
    }

    /// Any other setting of the backend.
    #[must_use]
    #[track_caller]
    pub fn set(mut self, argument: &'static str, value: impl Into<serde_json::Value>) -> Self {
        self.block.set(argument, Json::bare_document(&value.into()));
        self
    }

    /// The kind, such as `s3`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    pub(crate) const fn block(&self) -> &Block {
        &self.block
    }

    /// The body of a `terraform_remote_state` data source that reads the state of `stack` from a sibling folder.
    #[track_caller]
    pub(crate) fn remote_state(&self, stack: &str) -> Block {
        /// Settings that are about writing; reading the state takes none of them.
        const WRITING: [&str; 6] =
            ["encrypt", "use_lockfile", "dynamodb_table", "dynamodb_endpoint", "acl", "kms_key_id"];
        let mut config: Vec<_> = self
            .block
            .entries()
            .filter(|entry| !WRITING.contains(&entry.name.as_ref()))
            .map(|entry| (entry.name.clone(), escaped(&entry.value)))
            .collect();
        if self.kind == "local" {
            for (name, value) in &mut config {
                if let ("path", Json::String(path) | Json::Template(path)) = (name.as_ref(), &mut *value)
                    && !path.starts_with('/')
                {
                    *path = format!("../{stack}/{path}").into();
                }
            }
        }
        let mut block = Block::new();
        block.set("backend", Json::bare(self.kind));
        block.set("config", Json::Object(config));
        block
    }
}

impl Default for Backend {
    /// State in `terraform.tfstate` in the folder of the synthesized stack, as Terraform does without a backend.
    #[track_caller]
    fn default() -> Self {
        Self::local("terraform.tfstate")
    }
}

/// A backend's setting is read bare, but in the remote state's `config` the same text is a template.
fn escaped(value: &Json) -> Json {
    match value {
        Json::String(text) | Json::Template(text) => crate::text::template(text),
        Json::Array(items) => Json::Array(items.iter().map(escaped).collect()),
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (crate::text::key(key).into_owned().into(), escaped(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_state_reads_what_the_backend_writes() {
        let s3 = Backend::s3("states", "net/terraform.tfstate", "us-east-1")
            .use_lockfile()
            .dynamodb_table("locks");
        assert_eq!(
            serde_json::to_string(&s3.remote_state("net")).unwrap(),
            r#"{"backend":"s3","config":{"bucket":"states","key":"net/terraform.tfstate","region":"us-east-1"}}"#
        );
        assert_eq!(
            serde_json::to_string(&Backend::default().remote_state("net")).unwrap(),
            r#"{"backend":"local","config":{"path":"../net/terraform.tfstate"}}"#
        );
    }
}
