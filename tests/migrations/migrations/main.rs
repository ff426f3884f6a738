//! `migrations` through the command line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/mod.rs"]
mod support;

mod fuzz;
mod project;
mod runners;
mod situations;
mod verbs;

/// The programs that the tests run.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_migrations-programs");
