//! The first ten minutes of a new user, from an empty folder, with the real cargo and the real terraform.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clouds;
mod command_line;
mod folder;
mod journey;
#[path = "../../../../tests/support/cargo.rs"]
mod own_cargo;
