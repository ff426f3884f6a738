//! Formwork: typed Rust infrastructure, synthesized to Terraform JSON.
//!
//! This is the one dependency of a program that describes infrastructure. It brings the model
//! ([`App`], [`Stack`], [`Expr`], [`Value`]), the typed bindings ([`aws`], [`github`], [`hashicorp`]), settings files
//! ([`settings`]) and the command line ([`Program`]).
//!
//! Here are the names that programs are written with; the [`prelude`] has those of everyday use. What looks into a program
//! from outside, such as addresses, references and checks, is in [`model`]; what changed, in [`comparison`]; what
//! synthesis wrote, in [`manifest`].
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
pub mod comparison;
pub mod manifest;
#[cfg(doctest)]
mod pages;
pub mod prelude;
pub mod release;
pub mod settings;
pub mod testing;

#[cfg(feature = "aws")]
pub use formwork_aws as aws;
pub use formwork_cli::{Placeholder, Program, Result};
#[doc(inline)]
pub use formwork_core as model;
pub use formwork_core::{
    Action, ActionEvent, ActionTrigger, App, Argument, Arguments, Attachment, Backend, Block, Body,
    Connection, Diagnostic, Encryption, Export, Expr, Former, Hint, Import, Instances, Json, Kind, Lifecycle,
    List, Map, Module, OnFailure, Output, Override, Packing, Product, Provider, ProviderReference,
    ProviderSource, Provisioner, Raw, RawProvider, Reference, Removed, Resource, Rule, Scope, Select, Source,
    Stack, Target, TerraformData, TerraformDataRef, TypeConstraint, Value, Variable, Visit, backend, count,
    for_each, functions, keyed, named,
};
#[cfg(feature = "github")]
pub use formwork_github as github;
pub use formwork_guards as guards;
#[cfg(feature = "hashicorp")]
pub use formwork_hashicorp as hashicorp;
pub use formwork_review::{cost, graph};
pub use formwork_schema as schema;
pub use formwork_synth::{Synthesized, assets, document, synthesize};
#[cfg(feature = "pipelines")]
pub use formwork_workflows as workflows;
#[cfg(feature = "pipelines")]
pub use formwork_workflows::inventory;
pub use {schemars, serde, serde_json};
