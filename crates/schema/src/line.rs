//! The lines of a catalogue: how one is found, and what may be wrong with it.

use std::str::FromStr;

use thiserror::Error;

use crate::shape_id::ShapeId;

/// What is wrong with a line of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// The line begins with no word that a catalogue's lines begin with.
    #[error("unknown kind of line `{kind}`")]
    UnknownKind {
        /// The first word of the line.
        kind: String,
    },
    /// The line ends before all its fields were there.
    #[error("{field} is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field cannot be read.
    #[error("`{text}` is not {expected}")]
    Unexpected {
        /// The field.
        text: String,
        /// What it should have been.
        expected: &'static str,
    },
    /// A name is empty or has a character that the format uses.
    #[error("`{name}` is not a name")]
    Name {
        /// The name.
        name: String,
    },
    /// A type is nested deeper than the format allows.
    #[error("type is nested too deeply")]
    TooDeep,
    /// Lines, attributes or blocks are not in ascending order, or one occurs twice.
    #[error("`{name}` is a duplicate or out of order")]
    Order {
        /// The name of the item that should have come before, or not at all.
        name: String,
    },
    /// A shape is used that the catalogue does not have.
    #[error("there is no block {shape}")]
    UnknownShape {
        /// The missing shape.
        shape: ShapeId,
    },
    /// A shape contains itself.
    #[error("block {shape} contains itself")]
    Recursive {
        /// One of the shapes on the way round.
        shape: ShapeId,
    },
}

/// Finds the line that begins with `key`, and returns it without its end.
pub(crate) fn find<'t>(body: &'t str, key: &str) -> Option<&'t str> {
    let line = first_line(&body[lower_bound(body, key)..]);
    let line = line.strip_suffix('\r').unwrap_or(line);
    line.starts_with(key).then_some(line)
}

/// The lines that begin with `prefix`, by binary search for the first.
pub(crate) fn with_prefix<'t>(body: &'t str, prefix: &'static str) -> impl Iterator<Item = &'t str> + Clone {
    body[lower_bound(body, prefix)..].lines().take_while(move |line| line.starts_with(prefix))
}

/// Whether a name has none of the characters that separate a catalogue's fields.
pub(crate) fn is_name(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let is_reserved = |c: char| c.is_whitespace() || c.is_control() || "=:|,()[]{}<>?@.".contains(c);
    // Nearly every name is of usual characters only, and this is asked of each that is decoded.
    !name.is_empty() && (name.bytes().all(is_usual) || !name.contains(is_reserved))
}

/// Returns `name`, if it is one.
pub(crate) fn check_name(name: &str) -> Result<&str, LineError> {
    if is_name(name) { Ok(name) } else { Err(LineError::Name { name: name.into() }) }
}

/// Reads a field that is `d` or left out, and the end of the line.
pub(crate) fn read_deprecated<'t>(mut fields: impl Iterator<Item = &'t str>) -> Result<bool, LineError> {
    let field = fields.next();
    match (field, fields.next()) {
        (None, _) => Ok(false),
        (Some("d"), None) => Ok(true),
        (Some("d"), Some(text)) | (Some(text), _) => {
            Err(LineError::Unexpected { text: text.into(), expected: "the flag `d` at the end of the line" })
        }
    }
}

/// The offset of the first line that is not below `key`.
///
/// The standard library's search for a character skips along in machine words, so a long line
/// costs little even without optimization.
fn lower_bound(body: &str, key: &str) -> usize {
    let (mut low, mut high) = (0, body.len());
    while low < high {
        let middle = body.floor_char_boundary(low.midpoint(high));
        let start = body[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let line = first_line(&body[start..]);
        if line < key {
            low = (start + line.len() + 1).min(body.len());
        } else {
            high = start;
        }
    }
    low
}

fn first_line(text: &str) -> &str {
    text.find('\n').map_or(text, |end| &text[..end])
}

impl FromStr for ShapeId {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let error = || LineError::Unexpected {
            text: text.into(),
            expected: "the identifier of a block, ten hexadecimal digits",
        };
        if text.len() != 10 || !text.bytes().all(is_digit) {
            return Err(error());
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_line_and_no_other() {
        let names: Vec<String> = (0..200).map(|index| format!("n{index:03}")).collect();
        let body: String =
            names.iter().map(|name| format!("{name} {}\n", "é".repeat(name.len() % 3))).collect();
        for name in &names {
            let line = find(&body, &format!("{name} ")).unwrap();
            assert_eq!(line.split(' ').next(), Some(name.as_str()));
        }
        for absent in ["a ", "n0005 ", "n200 ", "z ", ""] {
            assert_eq!(find("", absent).filter(|line| !line.is_empty()), None);
            assert!(absent.is_empty() || find(&body, absent).is_none());
        }
        assert_eq!(with_prefix(&body, "n05").count(), 10);
        assert_eq!(with_prefix(&body, "z").count(), 0);
    }
}
