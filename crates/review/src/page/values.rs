//! Values before and after: documents within documents by what differs in them, texts by their lines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use formwork_core::encoded;
use formwork_core::secret::visible;
use maud::{Markup, html};
use serde_json::Value;

use crate::comparison::{ArgumentChange, Line, lines};
use crate::unknown::is_unknown;

/// How much of a value is shown.
const MOST: usize = 4_000;

/// A value before and after, or only the one that there is.
pub(super) fn of(argument: &ArgumentChange) -> Markup {
    let (before, after) = (argument.before.as_ref(), argument.after.as_ref());
    if let (Some(Value::String(old)), Some(Value::String(new))) = (before, after) {
        let (old, new) = (readable(old), readable(new));
        if (old.contains('\n') || new.contains('\n'))
            && let Some(lines) = lines(&old, &new)
        {
            return text_lines(&lines);
        }
    }
    html! {
        @if let Some(before) = before { del { span.spoken { "was " } (value(before)) } }
        @if before.is_some() && after.is_some() { span.arrow aria-hidden="true" { " → " } }
        @match (before, after) {
            (_, Some(after)) => ins { span.spoken { "is " } (value(after)) },
            (Some(_), None) => em { " not set any more" },
            (None, None) => em { "not set" },
        }
    }
}

/// Lines that came and went, with those around them.
fn text_lines(lines: &[Line<'_>]) -> Markup {
    const AROUND: usize = 2;
    let is_near = |at: usize| {
        let near = at.saturating_sub(AROUND)..(at + AROUND + 1).min(lines.len());
        lines[near].iter().any(|line| !matches!(line, Line::Same(_)))
    };
    let mut room = MOST;
    let mut shown = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| is_near(*at)) {
        let (Line::Same(text) | Line::Came(text) | Line::Went(text)) = line;
        let Some(rest) = room.checked_sub(text.len() + 1) else { break };
        room = rest;
        shown.push((at, line));
    }
    html! {
        pre {
            @for (at, line) in shown {
                @match line {
                    Line::Same(text) => span { "  " (visible(text)) "\n" },
                    Line::Came(text) => ins { "+ " (visible(text)) "\n" },
                    Line::Went(text) => del { "- " (visible(text)) "\n" },
                }
                @if lines.get(at + 1).is_some() && !is_near(at + 1) { span { "  …\n" } }
            }
        }
    }
}

fn value(value: &Value) -> Markup {
    match value {
        Value::String(text) if text.is_empty() => html! { em { "empty" } },
        Value::String(text) if text.starts_with('(') && is_unknown(text) => html! { em { (text) } },
        Value::String(text) => match encoded::document(text) {
            Some(document) => block(&pretty(&document)),
            None => {
                let text = readable(text);
                if text.contains('\n') {
                    block(&text)
                } else {
                    html! { code { (cut(&text)) } }
                }
            }
        },
        Value::Array(_) | Value::Object(_) => {
            let brief = value.to_string();
            if brief.len() <= 80 {
                html! { code { (cut(&brief)) } }
            } else {
                block(&pretty(value))
            }
        }
        other => html! { code { (other.to_string()) } },
    }
}

fn block(text: &str) -> Markup {
    html! { pre { (cut(text)) } }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn cut(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}… ({} more characters)", &text[..at], text[at..].chars().count()),
        None => text,
    }
}

/// What is in base64, such as user data, as the text that it is.
fn readable(text: &str) -> String {
    const SHORTEST: usize = 40;
    let decoded = || {
        let bytes = STANDARD.decode(text).ok()?;
        let decoded = String::from_utf8(bytes).ok()?;
        decoded.contains('\n').then_some(decoded)
    };
    if text.len() < SHORTEST || text.contains([' ', '\n']) { None } else { decoded() }
        .unwrap_or_else(|| text.to_owned())
}
