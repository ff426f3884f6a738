//! `pipelines`: workflows for any project, rendered and run, with a stand-in for GitHub.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/cargo.rs"]
mod own_cargo;
#[path = "../../support/mod.rs"]
mod support;
#[path = "../../support/workflow/mod.rs"]
mod workflow;

mod changed;
mod documents;
mod new_project;
mod open_requests;
mod origin;
mod rendering;
mod stand_in;
mod strangers;
mod waves;

/// The programs that the tests run.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_integration-programs");
