//! Texts with their escapes undone, and where everything in them was.

use std::collections::BTreeSet;

/// How many texts are looked at for one. Escapes within escapes are undone until then: three of one kind, and some of each
/// kind within another.
const TEXTS: usize = 24;

/// A text whose escapes of one kind are undone.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Where what each byte of the text comes from begins, and where the last one ends.
    origins: Vec<usize>,
}

/// What undoes one escape at the start of a text: what stands there, and how many bytes it took.
type Undo = fn(&str) -> Option<(String, usize)>;

/// JSON and the literals of programs, URLs, HTML: the letter that an escape begins with, and what undoes it.
const KINDS: [(char, Undo); 3] = [('\\', literal), ('%', percent), ('&', entity)];

impl Decoded {
    /// The text with escapes undone, in each order in which they may have been made.
    pub(super) fn all(text: &str) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let mut found: Vec<Self> = Vec::new();
        let mut next: usize = 0;
        loop {
            for (mark, undo) in KINDS {
                let decoded = match next.checked_sub(1) {
                    None => Self::of(text, mark, undo),
                    Some(at) => found[at].again(mark, undo),
                };
                if let Some(decoded) = decoded
                    && found.len() < TEXTS
                    && seen.insert(decoded.text.clone())
                {
                    found.push(decoded);
                }
            }
            next += 1;
            if next > found.len() {
                return found;
            }
        }
    }

    /// A part of the first text that this one was made of. An escape is one letter, which nothing ends within.
    pub(super) fn origin(&self, (from, to): (usize, usize)) -> (usize, usize) {
        (self.origins[from], self.origins[to])
    }

    fn of(text: &str, mark: char, undo: Undo) -> Option<Self> {
        if !text.contains(mark) {
            return None;
        }
        let mut decoded = Self { text: String::with_capacity(text.len()), origins: Vec::new() };
        let (mut at, mut has_changed) = (0, false);
        while let Some(letter) = text[at..].chars().next() {
            let undone = if letter == mark { undo(&text[at..]) } else { None };
            let (piece, taken) = match undone {
                Some(undone) => {
                    has_changed = true;
                    undone
                }
                None => (letter.to_string(), letter.len_utf8()),
            };
            decoded.origins.extend(piece.bytes().map(|_| at));
            decoded.text.push_str(&piece);
            at += taken;
        }
        decoded.origins.push(at);
        has_changed.then_some(decoded)
    }

    fn again(&self, mark: char, undo: Undo) -> Option<Self> {
        let mut decoded = Self::of(&self.text, mark, undo)?;
        decoded.origins.iter_mut().for_each(|at| *at = self.origins[*at]);
        Some(decoded)
    }
}

/// An escape of JSON, `\xNN` and `\'` of other literals.
fn literal(text: &str) -> Option<(String, usize)> {
    let letter = match *text.as_bytes().get(1)? {
        byte @ (b'"' | b'\\' | b'/' | b'\'') => char::from(byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'x' => char::from(u8::try_from(number(text.get(2..4)?, 16)?).ok()?),
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((letter.to_string(), if text.as_bytes()[1] == b'x' { 4 } else { 2 }))
}

/// `\uNNNN`, or two of them for what UTF-16 needs two for.
fn unicode(text: &str) -> Option<(String, usize)> {
    let unit = |at: usize| u16::try_from(number(text.get(at + 2..at + 6)?, 16)?).ok();
    let first = unit(0)?;
    let second = text.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| unit(6));
    if let Some(second) = second
        && (0xd800..0xdc00).contains(&first)
        && let Ok(pair) = String::from_utf16(&[first, second])
    {
        return Some((pair, 12));
    }
    Some((char::from_u32(first.into())?.to_string(), 6))
}

/// As many `%NN` as make a letter.
fn percent(text: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    while bytes.len() < 4 {
        let at = bytes.len() * 3;
        if text.get(at..=at) != Some("%") {
            break;
        }
        let Some(byte) = text.get(at + 1..at + 3).and_then(|digits| number(digits, 16)) else { break };
        bytes.push(u8::try_from(byte).ok()?);
        if let Ok(letter) = std::str::from_utf8(&bytes) {
            return Some((letter.to_owned(), bytes.len() * 3));
        }
    }
    None
}

/// An entity of HTML: those that escaping makes, and numbers.
fn entity(text: &str) -> Option<(String, usize)> {
    const LONGEST: usize = 10;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let letter = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16)?,
                None => number(digits, 10)?,
            };
            char::from_u32(code)?
        }
    };
    Some((letter.to_string(), end + 1))
}

/// A number without a sign.
fn number(digits: &str, radix: u32) -> Option<u32> {
    let is_plain = digits.chars().all(|digit| digit.is_digit(radix));
    if is_plain { u32::from_str_radix(digits, radix).ok() } else { None }
}
