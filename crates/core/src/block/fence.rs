//! Expressions on their way through text: what is put around them, and how text is taken apart at it.
//!
//! An expression that is formatted into text travels between two Unicode noncharacters, the fence. Unicode reserves
//! them for internal use within a program, so ordinary text never holds them; text that does is refused.

use serde_json::Value as Plain;

use crate::block::stack_set::StackSet;
use crate::syntax::fence_marks::{BOUND, CLOSE, OPEN, SERIALIZED, STACKS, find_mark, has_fence, is_mark};

/// Puts the fence around the text of an expression that is formatted into text.
pub(crate) fn fence(expression: &str, stacks: StackSet) -> String {
    fenced("", expression, stacks)
}

/// Puts the fence around the text of an expression that is serialized: a document that holds it is one.
pub(crate) fn fence_serialized(expression: &str, stacks: StackSet) -> String {
    fenced("\u{FDD4}", expression, stacks)
}

fn fenced(mark: &str, expression: &str, stacks: StackSet) -> String {
    let mut fenced = String::with_capacity(expression.len() + mark.len() + 25);
    fenced.push(OPEN);
    fenced.push_str(mark);
    fenced.push_str(expression);
    if !stacks.is_empty() {
        fenced.push(STACKS);
        stacks.push_digits(&mut fenced);
    }
    fenced.push(CLOSE);
    fenced
}

/// HCL that stands for something that has none, until synthesis reports the reason.
pub(crate) fn refused(reason: &str) -> String {
    format!("\"{CLOSE}{}{CLOSE}\"", reason.replace(['"', '\\', '$', '%'], "_"))
}

/// What is wrong with HCL in which a character of the fence is left.
pub(crate) fn marker_error(hcl: &str) -> Option<String> {
    if !has_fence(hcl) {
        return None;
    }
    let reason = hcl.split_once(CLOSE).and_then(|(_, rest)| rest.split_once(CLOSE)).map(|(reason, _)| reason);
    Some(match reason {
        Some(reason) if !reason.contains(is_mark) => reason.to_owned(),
        _ if hcl.contains(BOUND) => {
            "what stands for an element in a `for` is used outside of the closure that got it".to_owned()
        }
        _ => {
            "an expression inside text was cut apart; format the text around the whole expression".to_owned()
        }
    })
}

/// What stands for a name of a `for` until it is chosen.
pub(crate) fn mark(id: usize) -> String {
    format!("{BOUND}{id:x}{BOUND}")
}

/// Whether plain data holds a character of the fence.
pub(crate) fn holds_fence(plain: &Plain) -> bool {
    match plain {
        Plain::String(text) => has_fence(text),
        Plain::Array(items) => items.iter().any(holds_fence),
        Plain::Object(entries) => entries.iter().any(|(key, value)| has_fence(key) || holds_fence(value)),
        Plain::Null | Plain::Bool(_) | Plain::Number(_) => false,
    }
}

/// A piece of text with expressions in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part<'a> {
    /// Text that stays as it is.
    Literal(&'a str),
    /// The HCL of an expression that was formatted into the text.
    Expression(&'a str),
}

/// Splits text into what is literal and the expressions that were formatted into it, for rules about text that
/// Terraform completes; none for text that synthesis will refuse.
#[must_use]
pub fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let part = |piece| match piece {
        Piece::Literal(text) => Part::Literal(text),
        Piece::Fenced(fenced) => Part::Expression(fenced.hcl),
    };
    Some(pieces(text)?.into_iter().map(part).collect())
}

/// A piece of text, with all that is known of an expression in it.
#[derive(Clone, Copy)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    Fenced(Fenced<'a>),
}

/// An expression on its way through text.
#[derive(Clone, Copy)]
pub(super) struct Fenced<'a> {
    pub(super) hcl: &'a str,
    pub(super) stacks: StackSet,
}

impl Piece<'_> {
    /// Whether the text around the expression was escaped with it: a backslash stands only between quotes in HCL.
    pub(super) fn is_escaped(&self) -> bool {
        matches!(self, Self::Fenced(Fenced { hcl, .. })
            if hcl.find('"').is_some_and(|at| hcl[..at].ends_with('\\')))
    }
}

pub(super) fn stacks_of(pieces: &[Piece<'_>]) -> StackSet {
    pieces.iter().fold(StackSet::NONE, |all, piece| match piece {
        Piece::Fenced(fenced) => all.and(fenced.stacks),
        Piece::Literal(_) => all,
    })
}

pub(super) fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = find_mark(rest) {
        if open > 0 {
            pieces.push(Piece::Literal(&rest[..open]));
        }
        let inside = rest[open..].strip_prefix(OPEN)?;
        let close = inside.find([OPEN, CLOSE])?;
        rest = inside[close..].strip_prefix(CLOSE)?;
        let hcl = &inside[..close];
        let hcl = hcl.strip_prefix(SERIALIZED).unwrap_or(hcl);
        let (hcl, stacks) = match hcl.split_once(STACKS) {
            Some((hcl, digits)) => (hcl, StackSet::from_digits(digits)?),
            None => (hcl, StackSet::NONE),
        };
        pieces.push(Piece::Fenced(Fenced { hcl, stacks }));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Some(pieces)
}
