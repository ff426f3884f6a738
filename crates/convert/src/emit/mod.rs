//! Writing: a configuration as the files of a package.

mod body;
mod call;
mod code;
mod constructor;
mod elements;
mod expression;
mod file;
mod infer;
pub(crate) mod literal;
mod module;
mod names;
mod object;
mod package;
mod path;
mod providers;
mod repetition;
mod scope;
mod statement;

pub use body::Counts;
pub(crate) use module::emit;
pub(crate) use names::{choose, variable};
pub(crate) use object::reference_text;
pub(crate) use package::{Stack, files};
pub(crate) use providers::{Providers, local_name};
