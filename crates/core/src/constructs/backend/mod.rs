//! Where a stack keeps its state, and how other stacks read it.

mod kinds;
mod place;

use std::borrow::Cow;

use crate::credentials::{self, Credential};
use crate::{Block, Expr, Json};

pub(crate) use kinds::nearest_argument;
pub use kinds::*;
pub use place::StatePlace;

/// The `backend` block of a stack, or its `cloud` block. Terraform reads the settings as they are: no expression can be
/// in them.
///
/// Every backend of Terraform has a type of its own in [`backend`](crate::backend), with its arguments as methods.
#[derive(Clone, Debug, PartialEq)]
pub struct Backend {
    kind: Cow<'static, str>,
    block: Block,
}

impl Backend {
    /// State in a file. The path is relative to the folder of the synthesized stack.
    #[must_use]
    #[track_caller]
    pub fn local(path: &str) -> Self {
        Local::new().path(path).into()
    }

    /// State in an S3 bucket, encrypted at rest.
    #[must_use]
    #[track_caller]
    pub fn s3(bucket: &str, key: &str, region: &str) -> Self {
        S3::new(bucket, key).region(region).encrypt(true).into()
    }

    /// Locks the state with a file beside it in the bucket (Terraform and OpenTofu 1.10).
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
    pub fn set(
        mut self,
        argument: impl Into<Cow<'static, str>>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.block.set(argument, Json::literal_document(&value.into()));
        self
    }

    /// A setting that OpenTofu evaluates before anything else: variables and local values can be in it (OpenTofu 1.8).
    #[must_use]
    #[track_caller]
    pub fn evaluated<T>(mut self, argument: impl Into<Cow<'static, str>>, value: &Expr<T>) -> Self {
        self.block.set(argument, value);
        self
    }

    /// The kind, such as `s3`; `cloud` for the `cloud` block.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Where the state is, for a stack of this name.
    pub(crate) fn place(&self, stack: &str) -> Option<StatePlace> {
        StatePlace::new(&self.kind, &serde_json::to_value(&self.block).ok()?, stack)
    }

    pub(crate) fn new(kind: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: kind.into(), block: Block::new() }
    }

    /// A backend of a kind with the arguments in a block.
    pub(crate) const fn of(kind: Cow<'static, str>, block: Block) -> Self {
        Self { kind, block }
    }

    /// The arguments for what evaluates expressions in them, so that text must be escaped.
    pub(crate) fn escaped(&self) -> Block {
        escaped_body(&self.block)
    }

    pub(crate) const fn block(&self) -> &Block {
        &self.block
    }

    pub(crate) const fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }

    /// The credentials that stand in it as text.
    pub(crate) fn credentials(&self) -> Vec<Credential> {
        let mut found = credentials::literals(&self.block);
        for entry in self.block.entries() {
            let Json::String(text) = &entry.value else { continue };
            let is_own = match &*entry.name {
                "access_key" => !text.is_empty(),
                "conn_str" => names_password(text) && !credentials::holds_password(text),
                _ => false,
            };
            if is_own {
                let name = entry.name.to_string();
                found.push(Credential { path: name.clone(), name, source: entry.source });
            }
        }
        found
    }

    /// The body of a `terraform_remote_state` data source that reads the state of `stack` from a sibling folder.
    ///
    /// # Errors
    /// Says why it cannot be read: a `cloud` block may leave open which workspace the state is in.
    #[track_caller]
    pub(crate) fn remote_state(&self, stack: &str) -> Result<Block, &'static str> {
        if self.block.entries().any(|entry| entry.value.has_expression()) {
            return Err("its backend has an expression, which only the stack itself can evaluate");
        }
        /// Settings of the S3 backend that are about writing; reading the state takes none of them.
        const WRITING: [&str; 6] =
            ["encrypt", "use_lockfile", "dynamodb_table", "dynamodb_endpoint", "acl", "kms_key_id"];
        let mut config: Vec<_> = self
            .block
            .entries()
            .filter(|entry| self.kind != "s3" || !WRITING.contains(&entry.name.as_ref()))
            // What the environment gives to the one, it gives to the other.
            .filter(|entry| !is_credential(&entry.name))
            .map(|entry| (entry.name.clone(), escaped(&entry.value)))
            .collect();
        if self.kind == "local" {
            // Where the states of workspaces are, which Terraform would look for in the reader's folder.
            for (argument, default) in
                [("path", "terraform.tfstate"), ("workspace_dir", "terraform.tfstate.d")]
            {
                if !config.iter().any(|(name, _)| name == argument) {
                    config.push((argument.into(), Json::literal(default)));
                }
            }
            for (name, value) in &mut config {
                if let ("path" | "workspace_dir", Json::String(path) | Json::Template(path)) =
                    (name.as_ref(), &mut *value)
                    && !path.starts_with('/')
                {
                    *path = format!("../{stack}/{path}").into();
                }
            }
        }
        // The cloud block has no data source of its own: its workspaces are read as those of the `remote` backend.
        let mut kind = &*self.kind;
        if kind == "cloud" {
            kind = "remote";
            let workspaces = self.block.get("workspaces");
            let name = match workspaces {
                Some(Json::Block(workspaces)) => workspaces.get("name"),
                _ => None,
            };
            let Some(name) = name else {
                return Err(
                    "its cloud block chooses workspaces by tags, so that no one of them has the state",
                );
            };
            let one = Json::Object(vec![("name".into(), escaped(name))]);
            config.retain(|(name, _)| name != "workspaces");
            config.push(("workspaces".into(), one));
        }
        // A backend without workspaces has one state, and one whose workspace is named has that of this workspace.
        let is_one = kind == "http"
            || matches!(self.block.get("workspaces"), Some(Json::Block(it)) if it.get("name").is_some());
        let mut block = Block::new();
        block.set("backend", Json::literal(kind));
        block.set("config", Json::Object(config));
        if !is_one {
            block.set("workspace", Expr::<String>::raw("terraform.workspace"));
        }
        Ok(block)
    }
}

impl Default for Backend {
    /// State in `terraform.tfstate` in the folder of the synthesized stack, as Terraform does without a backend.
    #[track_caller]
    fn default() -> Self {
        Self::local("terraform.tfstate")
    }
}

/// Whether an argument of a backend is a credential, which each backend takes from its environment too (Terraform
/// language documentation, "Backend block", on the page of each).
fn is_credential(name: &str) -> bool {
    name == "access_key" || credentials::is_credential(name)
}

/// Whether a connection string holds `password=…`.
fn names_password(text: &str) -> bool {
    let mut pairs = text.split(['?', '&', ' ']);
    pairs.any(|pair| pair.strip_prefix("password=").is_some_and(|it| !it.is_empty()))
}

/// A backend's setting is read bare, but in the remote state's `config` the same text is a template.
fn escaped(value: &Json) -> Json {
    match value {
        Json::String(text) => crate::block::text::template(text),
        Json::Array(items) => Json::Array(items.iter().map(escaped).collect()),
        Json::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (crate::block::text::key(key).0.into_owned().into(), escaped(value)))
                .collect(),
        ),
        Json::Block(block) => escaped_block(block),
        Json::Blocks(blocks) => Json::Array(blocks.iter().map(escaped_block).collect()),
        other => other.clone(),
    }
}

/// The same body with its texts escaped.
fn escaped_body(block: &Block) -> Block {
    let mut body = Block::new();
    for entry in block.entries() {
        let value = match &entry.value {
            Json::Block(inner) => Json::Block(Box::new(escaped_body(inner))),
            Json::Blocks(inner) => Json::Blocks(inner.iter().map(escaped_body).collect()),
            other => escaped(other),
        };
        body.set_from(entry.name.clone(), value, entry.source);
    }
    body
}

/// What is a block in the backend is an object in `config`.
fn escaped_block(block: &Block) -> Json {
    Json::Object(block.entries().map(|entry| (entry.name.clone(), escaped(&entry.value))).collect())
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
            serde_json::to_string(&s3.remote_state("net").unwrap()).unwrap(),
            r#"{"backend":"s3","config":{"bucket":"states","key":"net/terraform.tfstate","region":"us-east-1"},"workspace":"${terraform.workspace}"}"#
        );
        let cloud = Cloud::new("acme").workspace("net").hostname("tf.example.com");
        assert_eq!(
            serde_json::to_string(&Backend::from(cloud).remote_state("net").unwrap()).unwrap(),
            r#"{"backend":"remote","config":{"organization":"acme","hostname":"tf.example.com","workspaces":{"name":"net"}}}"#
        );
        assert!(Backend::from(Cloud::new("acme").workspace_tags(["a"])).remote_state("net").is_err());
        assert_eq!(
            serde_json::to_string(&Backend::default().remote_state("net").unwrap()).unwrap(),
            r#"{"backend":"local","config":{"path":"../net/terraform.tfstate","workspace_dir":"../net/terraform.tfstate.d"},"workspace":"${terraform.workspace}"}"#
        );
    }
}
