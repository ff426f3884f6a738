//! The model of Formwork: values, expressions, blocks, stacks, and synthesis to Terraform JSON.
//!
//! A program makes an [`App`] of [`Stack`]s, adds resources to them and refers from one to another by [`Expr`]s.
//! [`App::finish`] settles and checks the whole; a stack serializes to its document.
//!
//! Not here: files, the command line, and everything that is known about providers.

mod action;
mod address;
mod annotation;
mod app;
mod aspect;
mod assertion;
mod attachment;
pub mod backend;
mod block;
mod builtin;
mod check;
mod diagnostic;
mod document;
mod dynamic;
pub mod encoded;
mod encryption;
mod expression;
pub mod functions;
mod graph;
mod guard;
mod hint;
mod json;
mod lifecycle;
mod list;
mod meta_arguments;
mod module;
mod module_stack;
pub mod named;
mod objects;
mod output;
mod overrides;
mod provider;
mod provisioner;
mod reference;
pub mod references;
mod repetition;
mod resource;
mod scope;
mod scope_moves;
mod source;
mod stack;
mod state_address;
mod state_moves;
mod statement;
mod target;
mod target_features;
pub mod text;
mod type_constraint;
mod value;
mod variable;

pub use action::{Action, ActionEvent, ActionTrigger};
pub use address::{Address, Kind, is_identifier};
pub use app::{App, Synthesis};
pub use aspect::{Aspect, Visit};
pub use assertion::Check;
pub use attachment::{Attachment, Packing};
pub use backend::Backend;
pub use block::{Block, Entry};
pub use builtin::{TerraformData, TerraformDataRef};
pub use check::check;
pub use diagnostic::{ArgumentPath, Diagnostic, nearest};
pub use dynamic::Body;
pub use encryption::Encryption;
pub use expression::{AnyArguments, Argument, Arguments, Expr, For, Then};
pub use guard::{Rule, Waiver};
pub use hint::Hint;
pub use json::Json;
pub use lifecycle::Lifecycle;
pub use list::{List, Queries};
pub use module::Module;
pub use objects::Object;
pub use output::{Export, Output};
pub use overrides::{Override, Select};
pub use provider::{Provider, ProviderInstances, ProviderReference, RawProvider};
pub use provisioner::{Connection, OnFailure, Provisioner};
pub use reference::Reference;
pub use repetition::{
    Collection, Each, InstanceKey, Instances, Item, KeyedList, Repeated, count, for_each, keyed,
};
pub use resource::{ProviderSource, Raw, Resource};
pub use scope::Scope;
pub use source::{Origin, Source};
pub use stack::{ProviderConfiguration, RequiredProvider, Stack};
pub use state_address::StateAddress;
pub use statement::{Import, Removed};
pub use target::{Product, Target};
pub use type_constraint::{ObjectType, TypeConstraint};
pub use value::{IntoValue, Map, Type, Value};
pub use variable::Variable;
