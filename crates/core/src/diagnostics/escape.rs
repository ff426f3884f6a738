//! Text in the formats in which machines take findings: GitHub's annotations and the URIs of SARIF.

use std::fmt::Write;

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
