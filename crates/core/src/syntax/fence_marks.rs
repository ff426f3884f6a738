//! The marks between which expressions travel through text, and how people read text with them.
//!
//! They are Unicode noncharacters, which Unicode reserves for internal use within a program, so ordinary text never holds
//! them; text that does is refused.

use memchr::memchr;

/// Stands before an expression that is formatted into text.
pub(crate) const OPEN: char = '\u{FDD0}';
/// Stands behind it.
pub(crate) const CLOSE: char = '\u{FDD1}';
/// Stands on both sides of a name that a `for` will bind, until the name is chosen.
pub(crate) const BOUND: char = '\u{FDD2}';
/// Stands in a fence between the expression and the stacks that it refers into.
pub(crate) const STACKS: char = '\u{FDD3}';
/// Stands at the beginning of a fence if the expression was serialized rather than formatted.
pub(crate) const SERIALIZED: char = '\u{FDD4}';

/// Whether text holds a character of the fence.
pub(crate) fn has_fence(text: &str) -> bool {
    find_mark(text).is_some()
}

/// Where the first character of the fence stands.
pub(crate) fn find_mark(text: &str) -> Option<usize> {
    // All begin with this byte in UTF-8, which is rare enough to look no further without it.
    let first = memchr(0xEF, text.as_bytes())?;
    text[first..].find(is_mark).map(|at| first + at)
}

/// Whether a character is one of the fence.
pub(crate) fn is_mark(character: char) -> bool {
    (OPEN..=SERIALIZED).contains(&character)
}

/// Text in which expressions travel between marks, as people read it.
pub(crate) fn shown(text: String) -> String {
    if !text.as_bytes().contains(&0xEF) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            OPEN => shown.push_str("${"),
            CLOSE => shown.push('}'),
            BOUND | SERIALIZED => {}
            // Sixteen digits say which stack an expression is of.
            STACKS => drop(characters.nth(15)),
            other => shown.push(other),
        }
    }
    shown
}
