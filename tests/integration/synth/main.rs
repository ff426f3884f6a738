//! What needs no terraform: documents, lists, comparisons, pictures, costs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/mod.rs"]
mod support;

mod changed;
mod cost;
mod diff;
mod findings;
mod graph;
mod list;
mod model;
mod schema;
mod synth;
mod usage;

/// The programs that the tests run.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_integration-programs");
