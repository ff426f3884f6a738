//! Writing: a configuration as the files of a package.

mod body;
mod body_json;
mod call;
mod code;
mod constructor;
mod dynamic;
mod elements;
mod expression;
mod file;
mod infer;
pub(crate) mod literal;
mod module;
mod module_call;
mod names;
mod object;
mod package;
mod path;
mod provider;
mod providers;
mod repetition;
mod rust_text;
mod scope;
mod settings;
mod state;
mod statement;

pub use body::Counts;
pub(crate) use module::emit;
pub(crate) use names::{choose, variable};
pub(crate) use object::reference_text;
pub(crate) use package::{Stack, files};
pub(crate) use providers::{Providers, local_name};
