//! For each rule of Terraform's JSON syntax and each construct of its language: what a program says, the JSON that is
//! written for it, and what the real terraform binary makes of that JSON.
//!
//! A topic is a file with a table of cases. The cases of a topic are outputs of one root module, so that a topic costs
//! one run of terraform; only the provider that terraform has built in is used.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../support/terraform.rs"]
mod terraform;
#[path = "../../support/tree.rs"]
mod tree;

mod cases;
mod conditionals;
mod constructs;
mod evaluation;
mod every_function;
mod functions;
mod iteration;
mod literals;
mod operators;
mod paths;
mod precedence;
mod values;
#[allow(missing_docs, unreachable_pub, reason = "it is what a user's package would hold")]
mod wrappers;

use crate::cases::check;

#[test]
fn literals() {
    check(literals::cases);
}

#[test]
fn operators() {
    check(operators::cases);
}

#[test]
fn precedence() {
    check(precedence::cases);
}

#[test]
fn conditionals() {
    check(conditionals::cases);
}

#[test]
fn iteration() {
    check(iteration::cases);
}

#[test]
fn paths() {
    check(paths::cases);
}

#[test]
fn every_function() {
    check(every_function::cases);
}

#[test]
fn functions() {
    check(functions::cases);
}
