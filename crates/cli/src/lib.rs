//! The command line: one file per verb, each with its `Args` and a `run`. Verbs parse and print; the work is done by the
//! other crates.
//!
//! It may import every crate but the facade. Nothing but the facade imports it.

mod command_line;
mod program;

mod checked;
mod exit_status;
mod usage;

mod print;
mod select;

mod apply;
mod bindings;
mod bootstrap;
mod completions;
mod cost;
mod destroy;
mod diff;
mod drift;
mod gate;
mod graph;
mod import;
mod list;
mod migrations;
mod moves;
mod output;
mod pipelines;
mod plan;
mod release;
mod runner;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schema;
mod smoke;
mod synth;
mod unlock;
mod validate;
#[cfg(all(test, feature = "delivery", feature = "migrations", feature = "pipelines"))]
mod workflow_calls;

pub use program::{Program, Result};

pub(crate) use checked::synthesized;
#[cfg(all(test, feature = "delivery", feature = "migrations", feature = "pipelines"))]
pub(crate) use command_line::Command;
pub(crate) use command_line::CommandLine;
pub(crate) use exit_status::ExitStatus;
pub(crate) use usage::UsageError;
#[cfg(not(all(feature = "delivery", feature = "hcl", feature = "migrations", feature = "pipelines")))]
pub(crate) use usage::missing;
#[cfg(not(feature = "delivery"))]
pub(crate) use usage::missing_delivery;
