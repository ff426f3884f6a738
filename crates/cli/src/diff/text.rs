//! Changes for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use formwork_core::secret::visible_line;
use formwork_review::comparison::{ArgumentChange, ChangeKind, Comparison};
use formwork_terraform::{SENSITIVE, SENSITIVE_CHANGED, UNKNOWN};
use serde_json::Value;

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
            writeln!(out, "  {style}{mark} {}{style:#}", visible_line(&change.address))?;
            for argument in &change.arguments {
                writeln!(out, "      {}", line(argument))?;
            }
        }
    }
    Ok(())
}

/// `path: before -> after`, each on one line and cut where it is long.
pub(crate) fn line(argument: &ArgumentChange) -> String {
    let path = &argument.path;
    let separator = if path.is_empty() { "" } else { ": " };
    let text = |value: &Option<Value>| value.as_ref().map(shown);
    let (before, after) = (text(&argument.before), text(&argument.after));
    let skip = match (&before, &after) {
        (Some(before), Some(after)) => same(before, after),
        _ => 0,
    };
    let brief = |text: Option<String>| text.map_or_else(|| "not set".to_owned(), |text| cut(&text, skip));
    visible_line(&format!("{path}{separator}{} -> {}", brief(before), brief(after)))
}

/// `path: value` of something that was not there before, on one line and cut where it is long.
pub(crate) fn new_line(path: &str, value: &Value) -> String {
    visible_line(&format!("{path}: {}", cut(&shown(value), 0)))
}

/// A value as JSON, unless it is a word of ours that stands for one.
fn shown(value: &Value) -> String {
    match value.as_str() {
        Some(text @ (SENSITIVE | SENSITIVE_CHANGED | UNKNOWN)) => text.to_owned(),
        _ => value.to_string(),
    }
}

/// The longest text that is shown of a value, in characters.
const MOST: usize = 160;

/// How many characters need not be shown, since they are the same on both sides. A few before the difference stay.
fn same(before: &str, after: &str) -> usize {
    const CONTEXT: usize = 40;
    if before.chars().count().max(after.chars().count()) <= MOST {
        return 0;
    }
    let same = before.chars().zip(after.chars()).take_while(|(before, after)| before == after).count();
    same.saturating_sub(CONTEXT)
}

/// A part of a text that begins behind `skip` characters.
fn cut(text: &str, skip: usize) -> String {
    let mut rest = text.chars().skip(skip);
    let shown: String = rest.by_ref().take(MOST).collect();
    let (left, right) = (if skip > 0 { "…" } else { "" }, if rest.next().is_some() { "…" } else { "" });
    format!("{left}{shown}{right}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_far_into_a_value_is_seen() {
        let change = |end: &str| Some(Value::from(format!("{}{end}{}", "x".repeat(300), "y".repeat(300))));
        let line =
            line(&ArgumentChange { path: "script".to_owned(), before: change("old"), after: change("new") });
        let (context, rest) = ("x".repeat(40), "y".repeat(117));
        assert_eq!(line, format!("script: …{context}old{rest}… -> …{context}new{rest}…"));
    }

    #[test]
    fn a_long_value_that_is_new_shows_its_beginning() {
        let change =
            ArgumentChange { path: "a".to_owned(), before: None, after: Some("z".repeat(300).into()) };
        assert_eq!(line(&change), format!("a: not set -> \"{}…", "z".repeat(159)));
    }
}
