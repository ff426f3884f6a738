//! The one place where text becomes Terraform's template syntax.
//!
//! An expression that is formatted into text travels between two Unicode noncharacters, the fence. Unicode reserves
//! them for internal use within a program, so ordinary text never holds them; text that does is refused.

use std::borrow::Cow;

use serde_json::Value as Plain;

use crate::block::stack_set::StackSet;
use crate::syntax::fence_marks::{BOUND, CLOSE, OPEN, SERIALIZED, STACKS, has_fence, is_mark};
use crate::{Json, Text};

const UNBALANCED: &str =
    "text holds one of U+FDD0 to U+FDD4, which mark expressions inside text, without its counterpart";
const ESCAPED: &str = "an expression stands in text that was escaped around it, such as JSON in a string; hand over the `json!` value itself";
pub(crate) const NOT_HERE: &str = "an expression cannot stand here: Terraform reads this text as it is";

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

/// Converts text, with or without fenced expressions, into a template string.
pub(crate) fn template(text: &str) -> Json {
    if !needs_care(text) {
        return Json::String(text.into());
    }
    if has_fence(text)
        && text.trim_start().starts_with(['{', '['])
        && let Ok(plain) = serde_json::from_str::<Plain>(text)
    {
        if text.contains(SERIALIZED) {
            return document(&plain);
        }
        // Written as a serializer writes it, it is one: nothing of the text changes, and what the expressions give cannot
        // break it.
        if is_serialized(text, &plain) {
            return document_of(&plain, Hcl { as_text: true, ..Hcl::default() });
        }
    }
    match pieces(text) {
        Some(pieces) if pieces.iter().any(Piece::is_escaped) => Json::Invalid(ESCAPED.into()),
        Some(pieces) => {
            let text = render(&pieces, Quoting::Template).into_boxed_str();
            let text = Text::from_stacks(text, stacks_of(&pieces));
            if pieces.iter().any(|piece| matches!(piece, Piece::Fenced(_))) {
                Json::Template(text)
            } else {
                Json::String(text)
            }
        }
        None => Json::Invalid(UNBALANCED.into()),
    }
}

/// Text that Terraform reads as it is, in which no expression can stand.
pub(crate) fn literal_text(text: String) -> Json {
    if has_fence(&text) { Json::Invalid(NOT_HERE.into()) } else { Json::String(text.into()) }
}

/// Converts the key of a map, with or without fenced expressions, into a template string, and gives the stacks that it
/// refers into.
pub(crate) fn key(text: &str) -> (Cow<'_, str>, StackSet) {
    if !needs_care(text) {
        return (Cow::Borrowed(text), StackSet::NONE);
    }
    match pieces(text) {
        Some(pieces) => (Cow::Owned(render(&pieces, Quoting::Template)), stacks_of(&pieces)),
        None => (Cow::Borrowed(text), StackSet::NONE),
    }
}

/// Converts plain data into a string that holds it as a JSON document. A document with expressions in it becomes
/// `jsonencode(…)`, so that the text of their results cannot break it.
pub(crate) fn document(plain: &Plain) -> Json {
    if holds_fence(plain) {
        return document_of(plain, Hcl::default());
    }
    let mut text = String::new();
    compact(plain, &mut text);
    if needs_care(&text) { template(&text) } else { Json::String(text.into()) }
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

fn document_of(plain: &Plain, mut out: Hcl) -> Json {
    if hcl(plain, &mut out).is_none() {
        return Json::Invalid(UNBALANCED.into());
    }
    let text = ["${jsonencode(", &out.text, ")}"].concat();
    Json::Template(Text::from_stacks(text.into_boxed_str(), out.stacks))
}

/// Whether text is what a serializer writes, and what `jsonencode` would write in the same way.
fn is_serialized(text: &str, plain: &Plain) -> bool {
    let mut canonical = String::new();
    compact(plain, &mut canonical);
    canonical == text && !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}'])
}

/// HCL, and the stacks that it refers into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hcl {
    pub(crate) text: String,
    pub(crate) stacks: StackSet,
    /// Whether a string that is an expression alone stays one, whatever the expression gives.
    as_text: bool,
}

impl Hcl {
    /// HCL that refers into stacks.
    pub(crate) const fn new(text: String, stacks: StackSet) -> Self {
        Self { text, stacks, as_text: false }
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

/// A piece of text with expressions in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part<'a> {
    /// Text that stays as it is.
    Literal(&'a str),
    /// The HCL of an expression that was formatted into the text.
    Expression(&'a str),
}

/// A piece of text, with all that is known of an expression in it.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Literal(&'a str),
    Fenced(Fenced<'a>),
}

/// An expression on its way through text.
#[derive(Clone, Copy)]
struct Fenced<'a> {
    hcl: &'a str,
    stacks: StackSet,
}

impl Piece<'_> {
    /// Whether the text around the expression was escaped with it: a backslash stands only between quotes in HCL.
    fn is_escaped(&self) -> bool {
        matches!(self, Self::Fenced(Fenced { hcl, .. })
            if hcl.find('"').is_some_and(|at| hcl[..at].ends_with('\\')))
    }
}

fn stacks_of(pieces: &[Piece<'_>]) -> StackSet {
    pieces.iter().fold(StackSet::NONE, |all, piece| match piece {
        Piece::Fenced(fenced) => all.and(fenced.stacks),
        Piece::Literal(_) => all,
    })
}

/// How literal text is written: as the whole of a JSON string, where a backslash is a backslash, or between quotes
/// within an expression.
#[derive(Clone, Copy, PartialEq)]
enum Quoting {
    Template,
    Quoted,
}

fn needs_care(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'$' | b'%' | 0xEF))
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

fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(is_mark) {
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

fn render(pieces: &[Piece<'_>], quoting: Quoting) -> String {
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
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quoting) {
            ('$' | '%', _) => {
                out.push(character);
                if characters.peek() == Some(&'{') {
                    out.push(character);
                }
            }
            (_, Quoting::Template) => out.push(character),
            (_, Quoting::Quoted) => push_quoted(character, out),
        }
    }
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
fn hcl(plain: &Plain, out: &mut Hcl) -> Option<()> {
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

impl Hcl {
    pub(crate) fn push(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.stacks = self.stacks.and(other.stacks);
    }
}

/// Writes plain data as compact JSON with sorted keys, whatever map serde_json was built with.
fn compact(plain: &Plain, out: &mut String) {
    match plain {
        Plain::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                compact(item, out);
            }
            out.push(']');
        }
        Plain::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                push_json_string(name, out);
                out.push(':');
                compact(value, out);
            }
            out.push('}');
        }
        Plain::String(text) => push_json_string(text, out),
        Plain::Null | Plain::Bool(_) | Plain::Number(_) => out.push_str(&plain.to_string()),
    }
}

fn push_json_string(text: &str, out: &mut String) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Plain::String(text.to_owned()).to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(json: Json) -> String {
        match json {
            Json::String(text) | Json::Template(text) => text.into(),
            other => panic!("not a string: {other:?}"),
        }
    }

    #[test]
    fn literal_text_is_literal() {
        assert_eq!(text_of(template("${x} %{if} a\\b \"q\"\n😀 $ %")), "$${x} %%{if} a\\b \"q\"\n😀 $ %");
        assert_eq!(text_of(template("$${x}")), "$$${x}");
    }

    #[test]
    fn a_fenced_expression_is_interpolated() {
        let x = fence("a.b[\"k\"]", StackSet::NONE);
        assert_eq!(text_of(template(&x)), "${a.b[\"k\"]}");
        assert_eq!(text_of(template(&format!("pre-{x}-${{y}}"))), "pre-${a.b[\"k\"]}-$${y}");
    }

    #[test]
    fn a_dollar_before_an_expression_is_kept_apart() {
        let x = fence("a.b", StackSet::NONE);
        assert_eq!(text_of(template(&format!("cost: $${x}%{x}"))), "cost: ${\"$$\"}${a.b}%${a.b}");
    }

    #[test]
    fn a_carriage_return_beside_an_expression_is_kept_apart() {
        let x = fence("a.b", StackSet::NONE);
        assert_eq!(text_of(template(&format!("a$\r\r\n{x}"))), "a${\"$\\r\\r\"}\n${a.b}");
        assert_eq!(text_of(template(&format!("a$\r\n{x}"))), "a$\r\n${a.b}");
        assert_eq!(text_of(template("a\r$")), "a\r$");
    }

    #[test]
    fn a_document_with_expressions_is_encoded_by_terraform() {
        let x = fence_serialized("a.b[\"k\"]", StackSet::of("dev"));
        let policy = json!({"Resource": [format!("{x}/*")], "Principal": x, "Who": "${aws:username}"});
        let expected = r#"${jsonencode({"Principal" = a.b["k"], "Resource" = ["${a.b["k"]}/*"], "Who" = "$${aws:username}"})}"#;
        assert_eq!(text_of(document(&policy)), expected);
        assert_eq!(text_of(template(&policy.to_string())), expected);
    }

    #[test]
    fn text_that_happens_to_be_json_is_text() {
        let x = fence("a.b", StackSet::NONE);
        assert_eq!(
            text_of(template(&format!("{{\"b\" : \"{x}\", \"a\": \"\\u0041\"}}"))),
            r#"{"b" : "${a.b}", "a": "\u0041"}"#
        );
        // As a serializer writes it, it is a document, in which text stays text.
        assert_eq!(
            text_of(template(&format!("{{\"a\":\"{x}\",\"b\":\"{x}!\"}}"))),
            r#"${jsonencode({"a" = tostring(a.b), "b" = "${a.b}!"})}"#
        );
        // Escapes around an expression would be a part of it.
        let quoted = fence("a.b[\"k\"]", StackSet::NONE);
        let pretty = serde_json::to_string_pretty(&json!([format!("{quoted}!")])).unwrap();
        assert_eq!(template(&pretty), Json::Invalid(ESCAPED.into()));
    }

    #[test]
    fn stacks_travel_with_expressions() {
        let [a, b] = ["a", "b"].map(StackSet::of);
        let text = format!("{}-{}", fence("x.y", a), fence_serialized("z.w", b));
        let Json::Template(text) = template(&text) else { panic!("no template") };
        assert_eq!((&*text, text.stacks()), ("${x.y}-${z.w}", a.and(b)));
        let Json::Template(text) = document(&json!([fence_serialized("x.y", a)])) else {
            panic!("no template")
        };
        assert_eq!(text.stacks(), a);
        assert_eq!(alone(&fence("x.y", b)).unwrap().stacks, b);
        assert_eq!(parts(&fence("x.y", b)).unwrap(), [Part::Expression("x.y")]);
    }

    #[test]
    fn a_document_without_expressions_is_text() {
        assert_eq!(
            text_of(document(&json!({"b": 1, "a": "${aws:username}"}))),
            r#"{"a":"$${aws:username}","b":1}"#
        );
    }

    #[test]
    fn a_stray_fence_is_refused() {
        assert!(matches!(template("\u{FDD0}a"), Json::Invalid(_)));
        assert!(matches!(template("a\u{FDD1}"), Json::Invalid(_)));
        assert!(matches!(template("\u{FDD0}a\u{FDD0}b\u{FDD1}\u{FDD1}"), Json::Invalid(_)));
    }
}
