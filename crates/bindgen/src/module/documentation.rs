//! Descriptions of modules as Rust documentation: the text of somebody else, which must neither end the comment nor
//! become a test.

/// The lines of a documentation comment for a description, without what begins them.
pub(crate) fn lines(description: &str) -> Vec<String> {
    let text: String = description.replace("\r\n", "\n").chars().map(visible).collect();
    let fence = longest_fence(&text);
    // Rustdoc would compile and run what stands in a fence; as `text` it is shown as it is.
    if fence >= 3 {
        let mark = "`".repeat(fence + 1);
        let inner = text.trim_matches('\n').lines().map(|line| line.trim_end().to_owned());
        return [format!("{mark}text")].into_iter().chain(inner).chain([mark.clone()]).collect();
    }
    // Four spaces at the beginning of a line, or in a list, would make it code as well.
    text.trim()
        .lines()
        .map(|line| without_tags(&line.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

/// A short piece of HCL between backticks; none if that cannot be.
pub(crate) fn code(hcl: &str) -> Option<String> {
    (hcl.chars().count() <= 60 && !hcl.contains('`'))
        .then(|| format!("`{}`", hcl.chars().map(visible).collect::<String>()))
}

/// Markdown takes what is between angle brackets for HTML, but in code.
fn without_tags(line: &str) -> String {
    let mut is_code = false;
    let mut out = String::with_capacity(line.len());
    for character in line.chars() {
        is_code ^= character == '`';
        if character == '<' && !is_code {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The longest run of characters that could be a fence.
fn longest_fence(text: &str) -> usize {
    let (mut longest, mut run, mut last) = (0, 0, ' ');
    for character in text.chars() {
        run = match character {
            '`' | '~' if character == last => run + 1,
            '`' | '~' => 1,
            _ => 0,
        };
        last = character;
        longest = longest.max(run);
    }
    longest
}

/// The character, or a space for one that the compiler refuses in comments: controls, and marks that turn the direction
/// of text (its lint `text_direction_codepoint_in_comment`).
fn visible(character: char) -> char {
    let turns = matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if (character.is_control() && character != '\n') || turns { ' ' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_neither_end_comments_nor_become_tests() {
        assert_eq!(lines("The port.\r\n\r\n    let x = 1;\n"), ["The port.", "", "let x = 1;"]);
        assert_eq!(lines("a\rb\u{202E}c\u{0}"), ["a b c"]);
        assert_eq!(lines("1.      code <b> `Vec<u8>`"), ["1. code \\<b> `Vec<u8>`"]);
        assert_eq!(lines("like\n```\n  x = 1\n```"), ["````text", "like", "```", "  x = 1", "```", "````"]);
        assert_eq!(lines("> ~~~~rust"), ["`````text", "> ~~~~rust", "`````"]);
        assert_eq!(lines(" \n"), Vec::<String>::new());
    }
}
