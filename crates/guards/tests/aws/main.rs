//! Every rule finds what it is for, however it was written, and leaves the right way alone.

mod exposure;
mod naming;
mod policies;
mod stores;
mod trust;

use std::panic::Location;

use formwork_core::{App, Stack};
use formwork_guards::aws as rules;

/// What the rules for AWS find: rule, address and argument, and the message. Each names the file of its test.
#[track_caller]
fn found(build: impl FnOnce(&mut Stack)) -> Vec<String> {
    let file = Location::caller().file();
    let mut app = App::new();
    app.guard(rules::all());
    build(app.stack("dev"));
    let diagnostics = app.settle().diagnostics.into_iter();
    let text = |diagnostic: formwork_core::Diagnostic| {
        assert!(!diagnostic.sources.is_empty(), "{diagnostic}");
        assert_eq!(diagnostic.sources[0].file(), file, "{diagnostic}");
        let argument = diagnostic.argument.map(|argument| format!(" {argument}")).unwrap_or_default();
        let rule = diagnostic.rule.unwrap_or_default();
        format!("{rule}: {}{argument}: {}", diagnostic.address.unwrap_or_default(), diagnostic.message)
    };
    diagnostics.map(text).collect()
}

/// Only the findings of one rule.
#[track_caller]
fn of(rule: &str, build: impl FnOnce(&mut Stack)) -> Vec<String> {
    let prefix = format!("{rule}: ");
    found(build).into_iter().filter_map(|text| text.strip_prefix(&prefix).map(str::to_owned)).collect()
}

const NONE: [&str; 0] = [];
