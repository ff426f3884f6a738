//! Releases with the SDK's own clients against a fake of Lambda and CloudWatch over HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fake_aws/mod.rs"]
mod fake_aws;

mod pipeline;

mod faults;
mod judging;
mod others;
mod verbs;
