//! Bindings and types that call modules, as `bindings` writes them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/mod.rs"]
mod support;
#[path = "../../support/terraform.rs"]
mod terraform;

mod bindings;
mod convert;
mod providers;
mod wrappers;

/// The programs that the tests run.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_integration-programs");
