//! The model of Formwork: values, expressions, blocks, stacks, and synthesis to Terraform JSON.
//!
//! A program makes an [`App`] of [`Stack`]s, adds resources to them and refers from one to another by [`Expr`]s.
//! [`App::finish`] settles and checks the whole; a stack serializes to its document.
//!
//! Not here: files, the command line, and everything that is known about providers.

// In the order in which they may import one another: each only what stands above it.
mod syntax;

mod diagnostics;

mod block;

pub mod credentials;

mod expression;

pub mod functions;

mod value;

mod constructs;

mod stack;

mod check;

mod synthesis;

pub mod secret;

pub use block::objects::Object;
pub use block::text;
pub use block::tree::{Block, Entry, Json, Override};
pub use block::waiver::Waiver;
pub use block::written_text::Text;
pub use check::check;
pub use check::functions::misfits;
pub use constructs::action::Action;
pub use constructs::action_trigger::{ActionEvent, ActionTrigger};
pub use constructs::attachment::{Attachment, Packing};
pub use constructs::backend::{self, Backend, StatePlace};
pub use constructs::builtin::{TerraformData, TerraformDataRef};
pub use constructs::collection::{Collection, Each, Item, KeyedList, keyed};
pub use constructs::dependencies::Dependencies;
pub use constructs::dynamic::Body;
pub use constructs::encryption::Encryption;
pub use constructs::instances::{InstanceKey, Instances};
pub use constructs::lifecycle::Lifecycle;
pub use constructs::list::List;
pub use constructs::module::Module;
pub use constructs::output::{Export, Output};
pub use constructs::provider::{Provider, RawProvider};
pub use constructs::provider_reference::{ProviderInstances, ProviderReference, ProviderSource};
pub use constructs::provisioner::{Connection, OnFailure, Provisioner};
pub use constructs::reference::Reference;
pub use constructs::repetition::{count, for_each};
pub use constructs::resource::{Raw, Repeated, Resource};
pub use constructs::select::Select;
pub use constructs::state_address::StateAddress;
pub use constructs::statement::{Import, Removed};
pub use constructs::target::{Product, Target};
pub use constructs::variable::Variable;
pub use diagnostics::diagnostic::{ArgumentPath, Diagnostic};
pub use diagnostics::escape;
pub use diagnostics::hint::Hint;
pub use diagnostics::nearest::nearest;
pub use diagnostics::source::{Origin, Source};
pub use expression::argument::{AnyArguments, Argument, Arguments};
pub use expression::condition::Then;
pub use expression::expr::Expr;
pub use expression::iteration::For;
pub use stack::checks::Check;
pub use stack::definition::{Aspect, ProviderConfiguration, RequiredProvider, Stack, Visit};
pub use stack::former::Former;
pub use stack::queries::Queries;
pub use stack::scope::Scope;
pub use syntax::address::{Address, Kind, is_identifier};
pub use syntax::{encoded, references};
pub use synthesis::app::{App, Synthesis};
pub use synthesis::guard::Rule;
pub use value::into_value::IntoValue;
pub use value::named;
pub use value::type_constraint::{ObjectType, TypeConstraint};
pub use value::type_of::Type;
pub use value::typed::{Map, Value};
