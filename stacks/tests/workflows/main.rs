//! The workflows of the systems, run: every `run:` step of their jobs by bash, in clean folders and in the order in which
//! the jobs need each other, with this program itself, the real terraform in front of the sandbox, a real PostgreSQL, and
//! fakes of Lambda and GitHub that releases and gates are tested with.
//!
//! What cannot be had here has a stand-in that says so (`stand-ins/`): GitHub's actions, builds of code that lies in the
//! systems' own repositories, AWS's and GitHub's command lines; `README.md` beside this file has all of them, with reasons. They
//! hold what they are given to what the real ones need;
//! a role, for instance, is only assumed by a job that the trust policy in the stacks' state lets in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../../tests/support/cloud.rs"]
mod cloud;
#[path = "../../../crates/release/tests/fake_aws/mod.rs"]
mod fake_aws;
#[path = "../../../tests/support/mod.rs"]
mod support;
#[path = "../../../tests/support/workflow/mod.rs"]
mod workflow;

mod aws;
mod cat_house;
mod first_time;
mod injection;
mod outreachpass;
mod replicator;
mod scheduler;
mod shtetl;
mod world;

/// The program that [`support`] runs.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_formwork-stacks");
