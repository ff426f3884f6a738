//! Secrets, and the forms in which a text may repeat them: kept out of whatever is shown.

use std::collections::BTreeSet;
use std::fmt::Write;

/// A text of fewer letters is in many others by chance: one is hidden where it is a word of its own.
const SHORT: usize = 4;

/// The values of secrets, in every form in which they may come back: as they are, escaped for JSON, URLs and HTML, in
/// hexadecimal and in base64, also as a part of something longer.
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
        if secret.is_empty() {
            return;
        }
        if secret.chars().count() < SHORT {
            self.short.insert(secret.to_owned());
            return;
        }
        self.exact.insert(secret.to_owned());
        self.exact.insert(json(secret, false));
        self.exact.insert(json(secret, true));
        self.any_case.insert(unicode(secret));
        for form in [
            url(secret, false),
            url(secret, true),
            html(secret, false),
            html(secret, true),
            hexadecimal(secret),
        ] {
            self.any_case.insert(form.to_lowercase());
        }
        // As a part of something longer it stands at one of three offsets.
        for offset in 0..3 {
            for alphabet in [STANDARD, URL_SAFE] {
                let form = base64_part(secret.as_bytes(), offset, alphabet);
                if form.len() >= SHORT {
                    self.exact.insert(form);
                }
            }
        }
        // Several lines may be shown one by one.
        if secret.trim().contains('\n') {
            secret
                .lines()
                .map(str::trim)
                .filter(|line| line.chars().count() >= 2 * SHORT)
                .for_each(|line| self.add(line));
        }
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

    fn spans(&self, text: &str) -> Vec<(usize, usize)> {
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

/// Text for people: what a terminal would obey, and what turns the direction of writing around, is shown in its place.
/// Line breaks and tabs stay.
#[must_use]
pub fn visible(text: &str) -> String {
    let is_hidden = |letter: char| {
        (letter.is_control() && letter != '\n' && letter != '\t')
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) {
            let _ = write!(shown, "\\u{:04x}", u32::from(letter));
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// The same in one line.
#[must_use]
pub fn visible_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}

fn json(secret: &str, escapes_slashes: bool) -> String {
    let mut out = String::new();
    for letter in secret.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if escapes_slashes => out.push_str("\\/"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out
}

/// Every letter as `\u….`.
fn unicode(secret: &str) -> String {
    let mut out = String::new();
    for unit in secret.encode_utf16() {
        let _ = write!(out, "\\u{unit:04x}");
    }
    out
}

fn url(secret: &str, is_form: bool) -> String {
    let mut out = String::new();
    for byte in secret.bytes() {
        match byte {
            b' ' if is_form => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "%{byte:02x}");
            }
        }
    }
    out
}

fn html(secret: &str, by_number: bool) -> String {
    let mut out = String::new();
    for letter in secret.chars() {
        match (letter, by_number) {
            ('&', false) => out.push_str("&amp;"),
            ('<', false) => out.push_str("&lt;"),
            ('>', false) => out.push_str("&gt;"),
            ('"', false) => out.push_str("&quot;"),
            ('\'', false) => out.push_str("&#39;"),
            ('&' | '<' | '>' | '"' | '\'' | '/' | '=' | '`', true) => {
                let _ = write!(out, "&#x{:x};", u32::from(letter));
            }
            (letter, _) => out.push(letter),
        }
    }
    out
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
    fn a_terminal_obeys_nothing() {
        assert_eq!(
            visible("a\u{1b}]0;x\u{7}b\r\nc\u{9b}2J\u{202e}d"),
            "a\\u001b]0;x\\u0007b\\u000d\nc\\u009b2J\\u202ed"
        );
        assert_eq!(visible_line("a\nb\tc"), "a\\nb\\tc");
    }
}
