//! The one place where text becomes Terraform's template syntax.
//!
//! An expression that is formatted into text travels between two Unicode noncharacters, the fence. Unicode reserves
//! them for internal use within a program, so ordinary text never holds them; text that does is refused.

use std::borrow::Cow;

use serde_json::Value as Plain;

use crate::Json;

const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';
/// Stands on both sides of a name that a `for` will bind, until the name is chosen.
const BOUND: char = '\u{FDD2}';
const UNBALANCED: &str =
    "text holds U+FDD0 or U+FDD1, which mark expressions inside text, without their counterpart";

/// Puts the fence around the text of an expression.
pub(crate) fn fence(expression: &str) -> String {
    let mut fenced = String::with_capacity(expression.len() + 6);
    fenced.push(OPEN);
    fenced.push_str(expression);
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
        Some(reason) if !reason.contains([OPEN, BOUND]) => reason.to_owned(),
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
        return document(&plain);
    }
    match parts(text) {
        Some(parts) => {
            let text = render(&parts, Quoting::Template).into_boxed_str();
            if parts.iter().any(|part| matches!(part, Part::Expression(_))) {
                Json::Template(text)
            } else {
                Json::String(text)
            }
        }
        None => Json::Invalid(UNBALANCED.into()),
    }
}

/// Converts the key of a map, with or without fenced expressions, into a template string.
pub(crate) fn key(text: &str) -> Cow<'_, str> {
    if !needs_care(text) {
        return Cow::Borrowed(text);
    }
    match parts(text) {
        Some(parts) => Cow::Owned(render(&parts, Quoting::Template)),
        None => Cow::Borrowed(text),
    }
}

/// Converts plain data into a string that holds it as a JSON document. A document with expressions in it becomes
/// `jsonencode(…)`, so that the text of their results cannot break it.
pub(crate) fn document(plain: &Plain) -> Json {
    let mut text = String::new();
    if holds_fence(plain) {
        text.push_str("${jsonencode(");
        if hcl(plain, &mut text).is_none() {
            return Json::Invalid(UNBALANCED.into());
        }
        text.push_str(")}");
        return Json::Template(text.into_boxed_str());
    }
    compact(plain, &mut text);
    if needs_care(&text) { template(&text) } else { Json::String(text.into_boxed_str()) }
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

/// Writes text with fenced expressions as an HCL expression: text that is one expression becomes that expression.
pub(crate) fn hcl_string(text: &str) -> Option<String> {
    let parts = parts(text)?;
    if let [Part::Expression(expression)] = parts[..] {
        return Some(expression.to_owned());
    }
    Some(format!("\"{}\"", render(&parts, Quoting::Quoted)))
}

/// Writes plain data as an HCL expression; none if an expression is in it.
pub(crate) fn literal(plain: &Plain) -> Option<String> {
    if holds_fence(plain) {
        return None;
    }
    let mut out = String::new();
    hcl(plain, &mut out)?;
    Some(out)
}

/// The expression in text that is nothing else.
pub(crate) fn alone(text: &str) -> Option<&str> {
    match parts(text)?[..] {
        [Part::Expression(expression)] => Some(expression),
        _ => None,
    }
}

/// Writes the key of an object, with or without fenced expressions, between quotes: without them `a.b` would be a
/// reference. Half a fence stays visible.
pub(crate) fn hcl_key(text: &str) -> String {
    parts(text).map_or_else(|| quoted(text), |parts| ["\"", &render(&parts, Quoting::Quoted), "\""].concat())
}

/// Writes plain data as an HCL expression. Half a fence stays visible.
pub(crate) fn hcl_value(plain: &Plain) -> String {
    let mut out = String::new();
    hcl(plain, &mut out).map_or_else(|| quoted(&plain.to_string()), |()| out)
}

/// A piece of text with expressions in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part<'a> {
    /// Text that stays as it is.
    Literal(&'a str),
    /// The HCL of an expression that was formatted into the text.
    Expression(&'a str),
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

/// Whether text holds a character of the fence.
pub(crate) fn has_fence(text: &str) -> bool {
    // Both begin with this byte in UTF-8, which is rare enough to look no further without it.
    text.as_bytes().contains(&0xEF) && text.contains([OPEN, CLOSE, BOUND])
}

fn holds_fence(plain: &Plain) -> bool {
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
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find([OPEN, CLOSE, BOUND]) {
        if open > 0 {
            parts.push(Part::Literal(&rest[..open]));
        }
        let inside = rest[open..].strip_prefix(OPEN)?;
        let close = inside.find([OPEN, CLOSE])?;
        rest = inside[close..].strip_prefix(CLOSE)?;
        parts.push(Part::Expression(&inside[..close]));
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    Some(parts)
}

fn render(parts: &[Part<'_>], quoting: Quoting) -> String {
    let has_expression = parts.iter().any(|part| matches!(part, Part::Expression(_)));
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Expression(expression) => {
                out.push_str("${");
                out.push_str(expression);
                out.push('}');
            }
            Part::Literal(literal) => {
                let before_expression = matches!(parts.get(index + 1), Some(Part::Expression(_)));
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
fn hcl(plain: &Plain, out: &mut String) -> Option<()> {
    match plain {
        Plain::Null => out.push_str("null"),
        Plain::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Plain::Number(number) => out.push_str(&number.to_string()),
        Plain::String(text) => out.push_str(&hcl_string(text)?),
        Plain::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                hcl(item, out)?;
            }
            out.push(']');
        }
        Plain::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                // Between quotes a key is a string; without them `a.b` would be a reference.
                out.push('"');
                out.push_str(&render(&parts(name)?, Quoting::Quoted));
                out.push_str("\" = ");
                hcl(value, out)?;
            }
            out.push('}');
        }
    }
    Some(())
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
        let x = fence("a.b[\"k\"]");
        assert_eq!(text_of(template(&x)), "${a.b[\"k\"]}");
        assert_eq!(text_of(template(&format!("pre-{x}-${{y}}"))), "pre-${a.b[\"k\"]}-$${y}");
    }

    #[test]
    fn a_dollar_before_an_expression_is_kept_apart() {
        let x = fence("a.b");
        assert_eq!(text_of(template(&format!("cost: $${x}%{x}"))), "cost: ${\"$$\"}${a.b}%${a.b}");
    }

    #[test]
    fn a_carriage_return_beside_an_expression_is_kept_apart() {
        let x = fence("a.b");
        assert_eq!(text_of(template(&format!("a$\r\r\n{x}"))), "a${\"$\\r\\r\"}\n${a.b}");
        assert_eq!(text_of(template(&format!("a$\r\n{x}"))), "a$\r\n${a.b}");
        assert_eq!(text_of(template("a\r$")), "a\r$");
    }

    #[test]
    fn a_document_with_expressions_is_encoded_by_terraform() {
        let x = fence("a.b[\"k\"]");
        let policy = json!({"Resource": [format!("{x}/*")], "Principal": x, "Who": "${aws:username}"});
        let expected = r#"${jsonencode({"Principal" = a.b["k"], "Resource" = ["${a.b["k"]}/*"], "Who" = "$${aws:username}"})}"#;
        assert_eq!(text_of(document(&policy)), expected);
        assert_eq!(text_of(template(&policy.to_string())), expected);
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
