//! Secrets, and the forms in which a text may repeat them: kept out of whatever is shown.

mod decoded;
mod visible;

use std::collections::BTreeSet;
use std::fmt::Write;

pub use visible::{visible, visible_line};

use self::decoded::Decoded;

/// A text of fewer letters is in many others by chance: one is hidden where it is a word of its own.
const SHORT: usize = 4;

/// The values of secrets, in every form in which they may come back: as they are, escaped for JSON, URLs and HTML, also one
/// within the other, in hexadecimal and in base64, and as a part of something longer.
#[derive(Clone, Debug, Default)]
pub struct SecretForms {
    exact: BTreeSet<String>,
    /// In lower case: their letters may be of either.
    any_case: BTreeSet<String>,
    short: BTreeSet<String>,
}

impl SecretForms {
    /// Adds the value of a secret.
    pub fn add(&mut self, secret: &str) {
        let trimmed = secret.trim();
        if trimmed.is_empty() {
            return;
        }
        if trimmed.chars().count() < SHORT {
            self.short.insert(trimmed.to_owned());
            return;
        }
        // What it was read from may have ended with a line break, and what repeats it has none.
        self.exact.insert(trimmed.to_owned());
        // As forms are sent.
        self.exact.insert(trimmed.replace(' ', "+"));
        self.any_case.insert(hexadecimal(trimmed));
        // As a part of something longer it stands at one of three offsets.
        for offset in 0..3 {
            for alphabet in [STANDARD, URL_SAFE] {
                let form = base64_part(trimmed.as_bytes(), offset, alphabet);
                if form.len() >= SHORT {
                    self.exact.insert(form);
                }
            }
        }
        // Several lines may be shown one by one.
        if trimmed.contains('\n') {
            let lines = trimmed.lines().map(str::trim);
            lines.filter(|line| line.chars().count() >= 2 * SHORT).for_each(|line| self.add(line));
        }
    }

    /// Adds those of others.
    pub fn extend(&mut self, others: &Self) {
        self.exact.extend(others.exact.iter().cloned());
        self.any_case.extend(others.any_case.iter().cloned());
        self.short.extend(others.short.iter().cloned());
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.short.is_empty()
    }

    /// Whether a text has a secret in it.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        !self.spans(text).is_empty()
    }

    /// The text with something else in the place of each secret. Only whole texts are hidden surely: what is cut has to be
    /// cut after this.
    #[must_use]
    pub fn hide(&self, text: &str, stand_in: &str) -> String {
        let mut spans = self.spans(text);
        spans.sort_unstable();
        let mut hidden = String::with_capacity(text.len());
        let mut end = 0;
        for (from, to) in spans {
            if from >= end {
                hidden.push_str(&text[end..from]);
                hidden.push_str(stand_in);
            }
            end = end.max(to);
        }
        hidden.push_str(&text[end..]);
        hidden
    }

    /// Where secrets are in a text, in bytes, in any order and overlapping.
    fn spans(&self, text: &str) -> Vec<(usize, usize)> {
        let mut spans = self.written(text);
        if self.is_empty() {
            return spans;
        }
        for decoded in Decoded::all(text) {
            spans.extend(self.written(&decoded.text).into_iter().map(|span| decoded.origin(span)));
        }
        spans
    }

    /// The same of what needs no decoding.
    fn written(&self, text: &str) -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
        let mut all = |text: &str, forms: &BTreeSet<String>| {
            for form in forms {
                let mut from = 0;
                while let Some(at) = text[from..].find(form.as_str()) {
                    let start = from + at;
                    spans.push((start, start + form.len()));
                    // The next one may overlap.
                    from = start + text[start..].chars().next().map_or(1, char::len_utf8);
                }
            }
        };
        all(text, &self.exact);
        // Only these letters change: their places stay the same.
        all(&text.to_ascii_lowercase(), &self.any_case);
        for short in &self.short {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
            for (at, _) in text.match_indices(short.as_str()) {
                let end = at + short.len();
                if !text[..at].ends_with(is_part) && !text[end..].starts_with(is_part) {
                    spans.push((at, end));
                }
            }
        }
        spans
    }
}

fn hexadecimal(secret: &str) -> String {
    let mut out = String::new();
    for byte in secret.bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The letters of base64 that depend on these bytes alone, where so many others (at most two) stand before them.
fn base64_part(bytes: &[u8], offset: usize, alphabet: &[u8; 64]) -> String {
    let bits = |at: usize| {
        let byte = at / 8;
        byte.checked_sub(offset).and_then(|byte| bytes.get(byte)).map(|byte| byte >> (7 - at % 8) & 1)
    };
    let total = (offset + bytes.len()) * 8;
    let mut out = String::new();
    for group in 0..total / 6 {
        let letter: Option<u8> = (0..6).try_fold(0, |letter, bit| Some(letter << 1 | bits(group * 6 + bit)?));
        out.extend(letter.map(|letter| char::from(alphabet[usize::from(letter)])));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let mut secrets = SecretForms::default();
        secrets.add("wJalr/K7M\"D&X+1");
        for text in [
            "is wJalr/K7M\"D&X+1.",
            r#"{"a": "wJalr/K7M\"D&X+1"}"#,
            r#"{"a": "wJalr\/K7M\"D&X+1"}"#,
            r"\u0077\u004a\u0061\u006c\u0072\u002F\u004b\u0037\u004d\u0022\u0044\u0026\u0058\u002b\u0031",
            "a=wJalr%2FK7M%22D%26X%2B1",
            "a=wJalr%2fK7M%22D%26X%2b1",
            "wJalr/K7M&quot;D&amp;X+1",
            "wJalr&#x2F;K7M&#x22;D&#x26;X+1",
            "774a616c722f4b374d22442658 2b31".replace(' ', "").as_str(),
            "774A616C722F4B374D224426582B31",
            "Basic dXNlcjp3SmFsci9LN00iRCZYKzE=",
            "YTp3SmFsci9LN00iRCZYKzE=",
            "d0phbHIvSzdNIkQmWCsx",
        ] {
            assert!(secrets.are_in(text), "{text}");
            let hidden = secrets.hide(text, "(hidden)");
            assert!(hidden.contains("(hidden)") && !secrets.are_in(&hidden), "{hidden}");
        }
        assert_eq!(secrets.hide("nothing to see", "(hidden)"), "nothing to see");
        assert_eq!(secrets.hide("a wJalr/K7M\"D&X+1 b", "(hidden)"), "a (hidden) b");
    }

    #[test]
    fn short_ones_are_hidden_as_words() {
        let mut secrets = SecretForms::default();
        secrets.add("123");
        secrets.add("987654321");
        secrets.add("");
        assert_eq!(secrets.hide("pin=123, 1234, 0987654321", "…"), "pin=…, 1234, 0…");
    }

    #[test]
    fn escapes_of_any_program_are_seen_through() {
        let mut secrets = SecretForms::default();
        secrets.add("a&b<c/\"ä D+1\n");
        for text in [
            // As Go writes JSON, as Python does, and both within a text of JSON.
            r#"{"a": "a\u0026b\u003cc/\"ä D+1"}"#,
            r#"{"a": "a&b<c/\"\u00e4 D+1"}"#,
            r#"{"a": "{\"b\": \"a\\u0026b<c/\\\"ä D+1\"}"}"#,
            r#"{"a": "{\"b\": \"{\\\"c\\\": \\\"a&b<c\\\/\\\\\\\"ä D+1\\\"}\"}"}"#,
            // As PHP, as a form, and a URL in a URL.
            r#"a&b<c\/\"ä D+1"#,
            "k=a%26b%3Cc%2f%22%C3%A4+D%2B1&x=1",
            "k=a%2526b%253Cc%252F%2522%25C3%25A4%2520D%252B1",
            // HTML by names and numbers, also of JSON.
            "<p>a&amp;b&lt;c&#47;&quot;&#228;&#x20;D&#43;1</p>",
            "<p>a\\u0026amp;b&lt;c/&#34;&#xE4; D+1</p>",
            "'a&b<c/\\x22ä D+1'",
        ] {
            let hidden = secrets.hide(text, "…");
            assert!(
                hidden.contains('…') && !hidden.contains("D+1") && !hidden.contains("D%2B1"),
                "{text}: {hidden}"
            );
        }
        assert_eq!(
            secrets.hide(r#"{"k": "\u0061\u0026b\u003cc/\"ä D+1", "l": 1}"#, "…"),
            r#"{"k": "…", "l": 1}"#
        );
        // What only looks like an escape is left alone.
        let plain = r"100% \q \u12 &nothing; &#x; %zz C:\new";
        assert_eq!(secrets.hide(plain, "…"), plain);
    }

    #[test]
    fn secrets_from_two_places_that_overlap_leave_nothing_of_each_other() {
        let (mut one, mut other) = (SecretForms::default(), SecretForms::default());
        one.add("hunter");
        other.add("hunter22-and-more");
        one.extend(&other);
        assert_eq!(one.hide("is hunter22-and-more", "…"), "is …");
    }
}
