//! Releases, gates and smoke tests through the command line, in front of fakes of AWS and GitHub.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/aws.rs"]
mod aws;
#[path = "../../support/cloud.rs"]
mod cloud;
#[path = "../../../crates/release/tests/fake_aws/mod.rs"]
mod fake_aws;
#[path = "../../support/mod.rs"]
mod support;

mod gates;
mod judging;
mod release;
mod smoke;
mod targets;
mod targets_killed;

/// The programs that the tests run.
pub(crate) const PROGRAMS: &str = env!("CARGO_BIN_EXE_delivery-programs");
