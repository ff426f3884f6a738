//! Blocks, meta-arguments and settings: everything of the language that is not an expression.

mod backends;
mod blocks;
mod modules;
mod names;
mod newer;
mod refusals;
mod repetition;
mod state_moves;
mod targets;
mod values;
mod wrapped;

use formwork::{App, Diagnostic, Stack};
use serde_json::Value;

use crate::cases::check;
use crate::terraform::Root;

#[test]
fn repetition() {
    check(repetition::cases);
}

#[test]
fn variables_outputs_and_locals() {
    check(values::cases);
}

#[test]
fn modules() {
    check(modules::cases);
}

#[test]
fn names() {
    check(names::cases);
}

#[test]
fn wrapped_modules() {
    check(wrapped::cases);
}

#[test]
fn blocks() {
    check(blocks::cases);
}

/// Synthesizes one stack, and returns its document and what is wrong with it.
fn synthesized(build: impl FnOnce(&mut Stack)) -> (Stack, Vec<Diagnostic>) {
    let mut app = App::new();
    build(app.stack("dev"));
    let mut synthesis = app.finish();
    (synthesis.stacks.remove(0), synthesis.diagnostics)
}

/// The document of a stack that is right.
#[track_caller]
fn document(build: impl FnOnce(&mut Stack)) -> Value {
    let (stack, diagnostics) = synthesized(build);
    assert_eq!(diagnostics, []);
    serde_json::to_value(&stack).unwrap()
}

/// A folder with the document of a stack that is right.
#[track_caller]
fn root_of(build: impl FnOnce(&mut Stack)) -> Root {
    let root = Root::new();
    root.write("main.tf.json", document(build).to_string());
    root
}
