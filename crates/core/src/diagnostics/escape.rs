//! Text in the formats in which machines take findings: GitHub's annotations, the URIs of SARIF, the XML of JUnit;
//! and in Markdown.

use std::fmt::Write;

use crate::secret::{visible, visible_line};

/// The text of a workflow command of GitHub, so that none of it begins a command of its own (`actions/toolkit`,
/// `command.ts`).
#[must_use]
pub fn annotation_text(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a workflow command of GitHub, as `file` and `title` are.
#[must_use]
pub fn annotation_property(text: &str) -> String {
    annotation_text(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text for XML, within an element or an attribute. XML 1.0 has no place for control characters, not even escaped: they are
/// shown.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text for Markdown, on one line, with nothing that Markdown or HTML would take for its own, and no `@name` that notifies
/// somebody.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible_line(&text.replace(['\r', '\n'], " ")).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A path as a relative reference (RFC 3986), or a whole one as a `file:` URI. What has a meaning of its own there is
/// written as `%XX`.
#[must_use]
pub fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Cannot fail: it writes into memory.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_or_a_property() {
        assert_eq!(annotation_text("50 %\r\n::error::x"), "50 %25%0D%0A::error::x");
        assert_eq!(annotation_property("a:b,c\n%"), "a%3Ab%2Cc%0A%25");
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("./db/a b#c%.sql"), "db/a%20b%23c%25.sql");
        assert_eq!(uri("/srv/schön.sql"), "file:///srv/sch%C3%B6n.sql");
    }
}
