//! Text as YAML. Everything that templates put into YAML passes through here.

use std::fmt::Write as _;

/// A scalar on one line, in a value or as a key.
#[must_use]
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A scalar that keeps its lines: a literal block indented by so many spaces, if the text can be one.
#[must_use]
pub(crate) fn block(text: &str, indent: usize) -> String {
    if !text.contains('\n') || !text.chars().all(is_printable_or_break) || !fits_a_block(text) {
        return scalar(text);
    }
    // The chomping indicator says how many line breaks the text ends with.
    let (body, chomping) = match text.strip_suffix('\n') {
        None => (text, "-"),
        Some(body) if body.ends_with('\n') => return quoted(text),
        Some(body) => (body, ""),
    };
    let mut block = format!("|{chomping}");
    for line in body.split('\n') {
        block.push('\n');
        if !line.is_empty() {
            block.extend(std::iter::repeat_n(' ', indent));
            block.push_str(line);
        }
    }
    block
}

/// The first line decides the indentation, so it has to begin at it; a line of spaces would end in nothing visible.
fn fits_a_block(text: &str) -> bool {
    !text.starts_with([' ', '\t', '\n']) && text.split('\n').all(|line| !line.ends_with([' ', '\t', '\r']))
}

/// Whether YAML 1.1 and 1.2 read the bare text as this text and nothing else.
fn is_plain(text: &str) -> bool {
    let is_inner = |character: char| {
        character.is_ascii_alphanumeric() || "_-./ $(){}[]=!<>&|'\"*@+,~%:".contains(character)
    };
    // A colon before a space or at the end would make a key of what is before it.
    if text.contains(": ") || text.ends_with(':') {
        return false;
    }
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || "_/.$".contains(first));
    starts_well
        && !text.ends_with(' ')
        && text.chars().all(is_inner)
        && !is_word_with_a_meaning(text)
        && !text.starts_with("...")
        && text.parse::<f64>().is_err()
}

/// YAML 1.1 has more words for true, false and null than YAML 1.2; both readers are about.
fn is_word_with_a_meaning(text: &str) -> bool {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", ".inf"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || text.eq_ignore_ascii_case(".nan")
}

fn is_printable_or_break(character: char) -> bool {
    character == '\n' || is_printable(character)
}

/// What YAML allows unescaped and nobody reads as a line break: no control characters, no line separators of Unicode,
/// no byte order mark.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if is_printable(character) => quoted.push(character),
            _ => {
                // Writing into a string does not fail.
                let _ = write!(quoted, "\\U{:08x}", u32::from(character));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_another_meaning_is_quoted() {
        for text in [
            "",
            "no",
            "On",
            "1.5",
            "1e3",
            "a: b",
            "a #b",
            "- a",
            "*a",
            "&a",
            "!a",
            "null",
            "y ",
            " y",
            "{a",
            "'a",
            "@a",
            "%a",
            "0x1f",
            ".inf",
            "2026-01-01",
            "key:",
            "<<",
        ] {
            assert_eq!(scalar(text), format!("\"{text}\""), "{text}");
        }
        for text in
            ["main", "feature/x", "$HOME", "${{ github.sha }}", "github.ref == 'refs/heads/main'", ".github"]
        {
            assert_eq!(scalar(text), text);
        }
        assert_eq!(scalar("a\u{2028}\u{7f}\"\\"), "\"a\\U00002028\\U0000007f\\\"\\\\\"");
    }

    #[test]
    fn lines_become_a_block_where_they_can() {
        assert_eq!(block("a\n\n  b\n", 2), "|\n  a\n\n    b");
        assert_eq!(block("a\nb", 2), "|-\n  a\n  b");
        assert_eq!(block("a", 2), "a");
        for text in [" a\nb", "a \nb", "a\n\n", "a\u{85}\nb", "a\r\nb"] {
            assert!(block(text, 2).starts_with('"'), "{text:?}");
        }
    }
}
