//! What a program puts into a stack: resources and all else that has an address, their meta-arguments, providers,
//! variables, outputs, backends.
//!
//! May import `value`, `expression`, `block`, `diagnostics` and `syntax`; it knows no stack.

pub(crate) mod action;
pub(crate) mod action_trigger;
pub(crate) mod assertion;
pub(crate) mod attachment;
pub mod backend;
pub(crate) mod builtin;
pub(crate) mod collection;
pub(crate) mod condition;
pub(crate) mod dependencies;
pub(crate) mod dynamic;
pub(crate) mod encryption;
pub(crate) mod instances;
pub(crate) mod lifecycle;
pub(crate) mod list;
pub(crate) mod module;
pub(crate) mod output;
pub(crate) mod provider;
pub(crate) mod provider_reference;
pub(crate) mod provisioner;
pub(crate) mod reference;
pub(crate) mod repetition;
pub(crate) mod resource;
pub(crate) mod select;
pub(crate) mod state_address;
pub(crate) mod statement;
pub(crate) mod target;
pub(crate) mod variable;
