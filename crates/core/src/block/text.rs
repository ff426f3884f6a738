//! The one place where text becomes Terraform's template syntax.

use std::borrow::Cow;

use memchr::memchr3;
use serde_json::Value as Plain;

use crate::block::fence::{Piece, pieces, stacks_of};
use crate::block::hcl::{Quoting, hcl, render};
use crate::block::stack_set::StackSet;
use crate::syntax::fence_marks::{SERIALIZED, has_fence};
use crate::{Json, Text};

pub use crate::block::fence::{Part, parts};
pub(crate) use crate::block::fence::{fence, fence_serialized, holds_fence, mark, marker_error, refused};
pub(crate) use crate::block::hcl::{Hcl, alone, hcl_key, hcl_string, hcl_value, literal};
pub use crate::block::hcl::{push_quoted, quoted};

const UNBALANCED: &str =
    "text holds one of U+FDD0 to U+FDD4, which mark expressions inside text, without its counterpart";
const ESCAPED: &str = "an expression stands in text that was escaped around it, such as JSON in a string; hand over the `json!` value itself";
pub(crate) const NOT_HERE: &str = "an expression cannot stand here: Terraform reads this text as it is";

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

fn needs_care(text: &str) -> bool {
    memchr3(b'$', b'%', 0xEF, text.as_bytes()).is_some()
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
