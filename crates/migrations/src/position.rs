//! Positions in a file: bytes, and lines and columns as editors count them.

use serde::{Deserialize, Serialize};

/// A piece of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

/// A position in a text, as editors count: lines and columns from 1, columns in characters.
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

/// Where the lines of a text begin.
pub(crate) fn line_starts(text: &str) -> Vec<usize> {
    let behind = text.match_indices('\n').map(|(newline, _)| newline + 1);
    std::iter::once(0).chain(behind).collect()
}

/// Where a byte of a text is, whose lines are known: a file may have many findings.
pub(crate) fn position_in(text: &str, line_starts: &[usize], byte: usize) -> Position {
    let line = line_starts.partition_point(|start| *start <= byte).max(1);
    let start = line_starts.get(line - 1).copied().unwrap_or_default();
    let Position { column, .. } = position(&text[start..], byte.saturating_sub(start));
    Position { line, column }
}

/// The words of a span on one line, not longer than a line.
pub(crate) fn excerpt(text: &str, span: Span) -> String {
    let words = text.get(span.start..span.end.min(text.len())).unwrap_or_default();
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_the_same_with_known_lines() {
        for text in ["", "a", "äöü\nb\r\n\nc", "\n\n", "a\n"] {
            let starts = line_starts(text);
            for byte in 0..=text.len() + 1 {
                assert_eq!(
                    position_in(text, &starts, byte.min(text.len())),
                    position(text, byte),
                    "{text:?} {byte}"
                );
            }
        }
    }
}
