//! The runner, in front of the real terraform: plans, applies, states, the sandbox.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/mod.rs"]
mod support;

mod apply;
mod assets;
mod elsewhere;
mod estate;
#[cfg(unix)]
mod evolution;
mod files_fuzz;
mod former;
#[cfg(unix)]
mod interrupt;
mod locks;
mod many;
mod nested;
mod older;
mod page;
mod plan;
mod sandbox;
mod state;
mod upstream;

/// The programs that the tests run.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_integration-programs");
