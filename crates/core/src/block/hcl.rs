//! Text and plain data as HCL expressions.

use memchr::memchr2;
use serde_json::Value as Plain;

use crate::block::fence::{Fenced, Piece, holds_fence, pieces, stacks_of};
use crate::block::stack_set::StackSet;

/// HCL, and the stacks that it refers into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hcl {
    pub(crate) text: String,
    pub(crate) stacks: StackSet,
    /// Whether a string that is an expression alone stays one, whatever the expression gives.
    pub(super) as_text: bool,
}

impl Hcl {
    /// HCL that refers into stacks.
    pub(crate) const fn new(text: String, stacks: StackSet) -> Self {
        Self { text, stacks, as_text: false }
    }

    /// Adds HCL behind it.
    pub(crate) fn push(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.stacks = self.stacks.and(other.stacks);
    }
}

/// Writes text with fenced expressions as an HCL expression: text that is one expression becomes that expression.
pub(crate) fn hcl_string(text: &str) -> Option<Hcl> {
    let pieces = pieces(text)?;
    let text = match pieces[..] {
        [Piece::Fenced(fenced)] => fenced.hcl.to_owned(),
        _ => format!("\"{}\"", render(&pieces, Quoting::Quoted)),
    };
    Some(Hcl::new(text, stacks_of(&pieces)))
}

/// Writes plain data as an HCL expression; none if an expression is in it.
pub(crate) fn literal(plain: &Plain) -> Option<String> {
    if holds_fence(plain) {
        return None;
    }
    let mut out = Hcl::default();
    hcl(plain, &mut out)?;
    Some(out.text)
}

/// The expression in text that is nothing else.
pub(crate) fn alone(text: &str) -> Option<Hcl> {
    match pieces(text)?[..] {
        [Piece::Fenced(Fenced { hcl, stacks })] => Some(Hcl::new(hcl.to_owned(), stacks)),
        _ => None,
    }
}

/// Writes the key of an object, with or without fenced expressions, between quotes: without them `a.b` would be a
/// reference. Half a fence stays visible.
pub(crate) fn hcl_key(text: &str) -> Hcl {
    match pieces(text) {
        None => Hcl::new(quoted(text), StackSet::NONE),
        Some(pieces) => {
            let text = ["\"", &render(&pieces, Quoting::Quoted), "\""].concat();
            Hcl::new(text, stacks_of(&pieces))
        }
    }
}

/// Writes plain data as an HCL expression. Half a fence stays visible.
pub(crate) fn hcl_value(plain: &Plain) -> Hcl {
    let mut out = Hcl::default();
    match hcl(plain, &mut out) {
        Some(()) => out,
        None => Hcl::new(quoted(&plain.to_string()), StackSet::NONE),
    }
}

/// Writes literal text as a quoted HCL string.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    push_literal(text, Quoting::Quoted, &mut out);
    out.push('"');
    out
}

/// Writes a character of a string between quotes, with the escape that it needs there. Whether a `$` or `%` begins a
/// template is for the caller to say.
pub fn push_quoted(character: char, out: &mut String) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
        other => out.push(other),
    }
}

/// Writes plain data as an HCL expression; none if a fence is left open.
pub(super) fn hcl(plain: &Plain, out: &mut Hcl) -> Option<()> {
    match plain {
        Plain::Null => out.text.push_str("null"),
        Plain::Bool(value) => out.text.push_str(if *value { "true" } else { "false" }),
        Plain::Number(number) => out.text.push_str(&number.to_string()),
        Plain::String(text) => {
            let mut one = hcl_string(text)?;
            if out.as_text && alone(text).is_some() {
                one.text = format!("tostring({})", one.text);
            }
            out.push(&one);
        }
        Plain::Array(items) => {
            out.text.push('[');
            for (index, item) in items.iter().enumerate() {
                out.text.push_str(if index > 0 { ", " } else { "" });
                hcl(item, out)?;
            }
            out.text.push(']');
        }
        Plain::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.text.push('{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                out.text.push_str(if index > 0 { ", " } else { "" });
                // Half a fence is refused, not written.
                pieces(name)?;
                out.push(&hcl_key(name));
                out.text.push_str(" = ");
                hcl(value, out)?;
            }
            out.text.push('}');
        }
    }
    Some(())
}

/// How literal text is written: as the whole of a JSON string, where a backslash is a backslash, or between quotes
/// within an expression.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Quoting {
    Template,
    Quoted,
}

pub(super) fn render(pieces: &[Piece<'_>], quoting: Quoting) -> String {
    let has_expression = pieces.iter().any(|piece| matches!(piece, Piece::Fenced(_)));
    let mut out = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Fenced(fenced) => {
                out.push_str("${");
                out.push_str(fenced.hcl);
                out.push('}');
            }
            Piece::Literal(literal) => {
                let before_expression = matches!(pieces.get(index + 1), Some(Piece::Fenced(_)));
                // A dollar sign right before `${` would read as an escape; as an expression of its own it does not.
                let kept = if before_expression { literal.trim_end_matches('$') } else { literal };
                if has_expression && quoting == Quoting::Template {
                    push_beside_expressions(kept, &mut out)
                } else {
                    push_literal(kept, quoting, &mut out)
                }
                if kept.len() < literal.len() {
                    out.push_str("${\"");
                    out.push_str(&literal[kept.len()..]);
                    out.push_str("\"}");
                }
            }
        }
    }
    out
}

/// Writes literal text of a template that has expressions too. HCL's scanner takes what follows a carriage return without
/// a line feed as literal up to the end of the line, expressions and all; as an expression of its own it does no harm.
fn push_beside_expressions(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('\r') {
        let end = at + rest[at..].bytes().take_while(|byte| *byte == b'\r').count();
        if end == at + 1 && rest[end..].starts_with('\n') {
            push_literal(&rest[..end], Quoting::Template, out);
        } else {
            // A dollar sign right before `${` would read as an escape.
            let kept = rest[..at].trim_end_matches('$');
            push_literal(kept, Quoting::Template, out);
            out.push_str("${");
            out.push_str(&quoted(&rest[kept.len()..end]));
            out.push('}');
        }
        rest = &rest[end..];
    }
    push_literal(rest, Quoting::Template, out);
}

fn push_literal(text: &str, quoting: Quoting, out: &mut String) {
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_length(rest, quoting));
        out.push_str(plain);
        let mut characters = special.chars();
        let Some(character) = characters.next() else { return };
        rest = characters.as_str();
        match (character, quoting) {
            ('$' | '%', _) => {
                out.push(character);
                if rest.starts_with('{') {
                    out.push(character);
                }
            }
            (_, Quoting::Template) => out.push(character),
            (_, Quoting::Quoted) => push_quoted(character, out),
        }
    }
}

/// How many bytes at the beginning of literal text stand for themselves. Control characters beyond ASCII begin with 0xC2.
fn plain_length(text: &str, quoting: Quoting) -> usize {
    let special = match quoting {
        Quoting::Template => memchr2(b'$', b'%', text.as_bytes()),
        Quoting::Quoted => {
            text.bytes().position(|byte| matches!(byte, 0..b' ' | b'"' | b'$' | b'%' | b'\\' | 0x7f | 0xc2))
        }
    };
    special.unwrap_or(text.len())
}
