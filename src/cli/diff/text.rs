//! Changes for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use crate::cli::diff::brief;
use crate::comparison::{ArgumentChange, ChangeKind, Comparison};

const ADDED: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const BOLD: Style = Style::new().bold();

/// Writes a line per thing and per argument, by stack.
pub(crate) fn write(comparison: &Comparison, out: &mut impl Write) -> io::Result<()> {
    for changes in comparison.changes.chunk_by(|a, b| a.stack == b.stack) {
        writeln!(out, "{BOLD}{}{BOLD:#}", changes[0].stack)?;
        for change in changes {
            let (style, mark) = match change.kind {
                ChangeKind::Added => (ADDED, "+"),
                ChangeKind::Changed => (CHANGED, "~"),
                ChangeKind::Removed => (REMOVED, "-"),
            };
            writeln!(out, "  {style}{mark} {}{style:#}", change.address)?;
            for argument in &change.arguments {
                writeln!(out, "      {}", line(argument))?;
            }
        }
    }
    Ok(())
}

/// `path: before -> after`, without the side that is not there.
pub(crate) fn line(argument: &ArgumentChange) -> String {
    let path = &argument.path;
    let separator = if path.is_empty() { "" } else { ": " };
    let text = |value: &Option<Value>| value.as_ref().map(brief);
    match (text(&argument.before), text(&argument.after)) {
        (Some(before), Some(after)) => format!("{path}{separator}{before} -> {after}"),
        (Some(before), None) => format!("{path}{separator}{before} -> not set"),
        (None, after) => format!("{path}{separator}not set -> {}", after.unwrap_or_default()),
    }
}
