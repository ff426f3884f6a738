//! The command line: one file per verb, each with its `Args` and a `run`. Verbs parse and print; the work is done by the
//! other crates.
//!
//! It may import every crate but the facade. Nothing but the facade and the tool `formwork` imports it.

mod command_line;
mod program;

mod checked;
mod exit_status;
mod git;
mod usage;

mod findings;
pub mod print;
mod select;

mod across;
#[cfg(feature = "convert")]
mod adopt;
mod apply;
mod bindings;
mod bootstrap;
mod changed;
mod comment;
mod completions;
#[cfg(feature = "convert")]
mod convert;
#[cfg(feature = "convert")]
mod converted_package;
#[cfg(feature = "convert")]
mod converted_plan;
mod cost;
mod destroy;
mod diff;
mod drift;
#[cfg(feature = "delivery")]
mod gate;
mod graph;
mod import;
mod list;
#[cfg(feature = "migrations")]
mod migrations;
mod moves;
mod optional;
mod output;
#[cfg(feature = "page")]
mod page;
#[cfg(feature = "pipelines")]
mod pipelines;
mod plan;
#[cfg(feature = "convert")]
mod port;
mod providers;
#[cfg(feature = "delivery")]
mod release;
mod retired;
mod review;
mod runner;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schema;
#[cfg(feature = "delivery")]
mod smoke;
mod synth;
mod terraform;
mod unlock;
mod validate;
#[cfg(all(test, feature = "delivery", feature = "migrations", feature = "pipelines"))]
mod workflow_calls;

pub use command_line::verbs;
pub use optional::{features, features_of, has_feature};
pub use program::{Placeholder, Program, Result};

pub(crate) use checked::{synthesized, synthesized_in};
#[cfg(all(test, feature = "delivery", feature = "migrations", feature = "pipelines"))]
pub(crate) use command_line::Command;
pub(crate) use command_line::CommandLine;
pub(crate) use exit_status::ExitStatus;
pub(crate) use git::git;
#[cfg(not(feature = "migrations"))]
pub(crate) use optional::migrations;
#[cfg(not(feature = "pipelines"))]
pub(crate) use optional::pipelines;
#[cfg(not(feature = "convert"))]
pub(crate) use optional::{adopt, convert, port};
#[cfg(not(feature = "delivery"))]
pub(crate) use optional::{gate, release, smoke};
pub use usage::UsageError;
