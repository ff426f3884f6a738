//! For each rule of Terraform's JSON syntax and each construct of its language: what a program says, the JSON that is
//! written for it, and what the real terraform binary makes of that JSON.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/terraform.rs"]
mod terraform;

mod cases;
mod constructs;
