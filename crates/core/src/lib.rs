//! The model of Formwork: values, expressions, blocks, stacks, and synthesis to Terraform JSON.
//!
//! A program makes an [`App`] of [`Stack`]s, adds resources to them and refers from one to another by [`Expr`]s.
//! [`App::finish`] settles and checks the whole; a stack serializes to its document.
//!
//! Not here: files, the command line, and everything that is known about providers.

mod address;
mod annotation;
mod app;
mod backend;
mod block;
mod check;
mod document;
mod expression;
mod finding;
pub mod functions;
mod json;
mod lifecycle;
pub mod named;
mod objects;
mod output;
mod overrides;
mod provider;
pub mod references;
mod resource;
mod source;
mod stack;
pub mod text;
mod value;
mod variable;

pub use address::{Address, Kind, is_identifier};
pub use app::{App, Synthesis};
pub use backend::Backend;
pub use block::{Block, Entry};
pub use check::check;
pub use expression::{AnyArguments, Argument, Arguments, Expr, For, Then};
pub use finding::{ArgumentPath, Finding, nearest};
pub use json::Json;
pub use lifecycle::Lifecycle;
pub use objects::Object;
pub use output::{Export, Output};
pub use provider::{Provider, ProviderReference};
pub use resource::{ProviderSource, Raw, Reference, Resource};
pub use source::{Origin, Source};
pub use stack::{ProviderConfiguration, RequiredProvider, Scope, Stack};
pub use value::{IntoValue, Map, Type, Value};
pub use variable::Variable;
