//! Text for people, on standard error; colours only where they are wanted.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use formwork_core::secret::visible;
use formwork_core::{Diagnostic, Hint};
use serde::Serialize;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Prints a line that says what is wrong.
pub fn error(message: &str) {
    line(&format!("{ERROR}error:{ERROR:#} {}", visible(message)));
}

/// Prints a line that says what was done.
pub fn done(verb: &str, what: &str) {
    line(&format!("{GOOD}{verb}{GOOD:#} {}", visible(what)));
}

/// Prints a line that says what may be wrong.
pub fn warning(message: &str) {
    line(&format!("{WARNING}warning:{WARNING:#} {}", visible(message)));
}

/// Prints a line of lesser importance.
pub fn note(text: &str) {
    line(&format!("{DIM}{}{DIM:#}", visible(text)));
}

/// Prints what to do next, as a [`Hint`](formwork_core::Hint) below a message does.
pub fn hint(text: &str) {
    note(&format!("  hint: {text}"));
}

/// Prints text that has its own lines.
pub fn text(text: &str) {
    let mut stderr = anstream::stderr().lock();
    // Nothing can be done if the terminal is gone.
    let _ = stderr.write_all(text.as_bytes());
}

/// JSON for standard output: what a terminal would obey is written as an escape, which is the same value.
///
/// # Errors
/// Fails for a value that is no JSON, as serde says.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> serde_json::Result<String> {
    Ok(visible(&serde_json::to_string_pretty(value)?))
}

/// Prints a question, and leaves the cursor behind it.
pub(crate) fn question(text: &str) {
    let mut stderr = anstream::stderr().lock();
    // Nothing can be done if the terminal is gone.
    let _ = write!(stderr, "{text} ").and_then(|()| stderr.flush());
}

/// A number of things, whose plural ends with an `s`.
#[must_use]
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Prints findings, how many there are, and what follows from that.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic], consequence: &str) {
    for diagnostic in diagnostics {
        error(&format!("{diagnostic}\n"));
    }
    error(&format!("{}; {consequence}", count(diagnostics.len(), "mistake")));
}

/// Prints which providers were not checked, and how to change that.
pub(crate) fn unchecked(providers: &[String]) {
    for provider in providers {
        note(&format!("warning: resources of {provider} are not checked: no catalogue of it is known"));
        hint("make one with `bindings import` and add it with `Program::catalogue`");
    }
}

/// What brings lock files in line with the program.
pub(crate) const LOCK: &str = "run `cargo run -- providers lock` and commit what it writes";

/// Prints what of the lock files is not as the program is. Whether there is nothing of that kind.
pub(crate) fn locks(stale: &[String]) -> bool {
    for what in stale {
        error(what);
    }
    if !stale.is_empty() {
        hint(LOCK);
    }
    stale.is_empty()
}

/// Prints what would be wrong after an upgrade of what is locked.
pub(crate) fn after_upgrade(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        warning(&format!("after an upgrade: {diagnostic}\n"));
    }
}

fn line(text: &str) {
    // Nothing can be done if the terminal is gone.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Says that a stack is no longer part of the program, though something of it is left, or may be.
pub(crate) fn retired(name: &str, objects: Option<usize>) {
    let left = match objects {
        Some(objects) => format!("has {} in its state", count(objects, "object")),
        None => "may have something in its state".to_owned(),
    };
    let hint = Hint::new(format!("`cargo run -- destroy {name}` destroys it"));
    warning(&format!("{name} is no longer part of the program and {left}{hint}"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn json_is_the_same_value_and_commands_no_terminal() {
        let value = serde_json::json!({"a\u{9b}2J": "\u{1b}[1A\u{202e}\n\tä\u{7f}"});
        let text = super::json(&value).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7f}']), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
