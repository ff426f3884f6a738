//! Formwork: typed Rust infrastructure, synthesized to Terraform JSON.
//!
//! This is the one dependency of a program that describes infrastructure. It brings the model
//! ([`App`], [`Stack`], [`Expr`], [`Value`]), the typed bindings ([`aws`], [`github`], [`hashicorp`]), settings files
//! ([`settings`]) and the command line ([`Program`]).
//!
//! ```no_run
//! use formwork::{App, Program, aws};
//!
//! fn build(app: &mut App) -> formwork::Result {
//!     let stack = app.stack("site");
//!     stack.provider(aws::Provider::new().region("eu-central-1"));
//!     let bucket = stack.add("pages", aws::S3Bucket::new().bucket("pages.example.com"));
//!     stack.output("bucket_arn", bucket.arn());
//!     Ok(())
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     Program::new(build).run()
//! }
//! ```

pub mod aspects;
#[cfg(doctest)]
mod pages;
pub mod prelude;
pub mod release;
pub mod settings;
pub mod testing;

#[cfg(feature = "aws")]
pub use formwork_aws as aws;
pub use formwork_cli::{Placeholder, Program, Result};
pub use formwork_core::*;
#[cfg(feature = "github")]
pub use formwork_github as github;
pub use formwork_guards as guards;
#[cfg(feature = "hashicorp")]
pub use formwork_hashicorp as hashicorp;
pub use formwork_review::comparison::{ArgumentChange, Change, ChangeKind, Comparison};
pub use formwork_review::{cost, graph};
pub use formwork_schema as schema;
pub use formwork_synth::{
    Counts, FormerStack, Manifest, ManifestProvider, ManifestStack, Synthesized, assets, document, synthesize,
};
#[cfg(feature = "pipelines")]
pub use formwork_workflows as workflows;
#[cfg(feature = "pipelines")]
pub use formwork_workflows::inventory;
pub use {schemars, serde, serde_json};
