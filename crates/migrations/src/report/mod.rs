//! A check's result as text: for people, programs, code scanning, pull requests and job summaries.

mod github;
mod human;
mod json;
mod markdown;
mod sarif;

pub use github::github;
pub use human::human;
pub use json::json;
pub use markdown::markdown;
pub use sarif::sarif;

use crate::check::{CheckedFile, Judged, State};
use crate::statement::Span;

/// A place in a text, as editors count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Where a byte of a text is.
#[must_use]
pub fn position(text: &str, byte: usize) -> Position {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

/// The words of a span on one line, not longer than a line.
pub(super) fn statement(text: &str, span: Span) -> String {
    let words = text.get(span.start..span.end.min(text.len())).unwrap_or_default();
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}

/// A word for what became of a finding.
pub(super) fn state_text(state: &State) -> String {
    match state {
        State::Open => "open".to_owned(),
        State::Advice => "advice".to_owned(),
        State::Waived { reason, until } => format!("waived until {until}: {reason}"),
        State::Approved { by } => format!("approved by {by}"),
    }
}

/// Every finding with its file.
pub(super) fn all(files: &[CheckedFile]) -> impl Iterator<Item = (&CheckedFile, &Judged)> {
    files.iter().flat_map(|file| file.findings.iter().map(move |judged| (file, judged)))
}
