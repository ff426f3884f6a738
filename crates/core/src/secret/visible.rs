//! Text of strangers, for people: nothing of it is obeyed.

use std::fmt::Write;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(
            visible("a\u{1b}]0;x\u{7}b\r\nc\u{9b}2J\u{202e}d"),
            "a\\u001b]0;x\\u0007b\\u000d\nc\\u009b2J\\u202ed"
        );
        assert_eq!(visible_line("a\nb\tc"), "a\\nb\\tc");
    }
}
