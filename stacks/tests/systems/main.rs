//! What the systems are made of, held against what they should be: documents and workflows as reviewed (`snapshots/`), costs
//! as the docs say, roles that may do what their jobs call and no more, and each system against its own document.
//!
//! The sources are compiled into this test, so that the systems stay one crate without a library beside it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../src/shared/mod.rs"]
mod shared;
#[path = "../../src/systems/mod.rs"]
mod systems;

mod cat_house;
mod ci;
mod cost;
mod outreachpass;
mod pages;
mod replicator;
mod roles;
mod scheduler;
mod schemas;
mod shtetl;
mod snapshots;
