//! Expressions as HCL text, for what stays raw and for messages.

use formwork_core::is_identifier;
use formwork_core::text::push_quoted;

use crate::expression::{Expand, Expression, Part};

/// Writes an expression on one line.
#[must_use]
pub fn write(expression: &Expression) -> String {
    let mut out = String::new();
    push(expression, &mut out);
    out
}

fn push(expression: &Expression, out: &mut String) {
    match expression {
        Expression::Null => out.push_str("null"),
        Expression::Bool(truth) => out.push_str(&truth.to_string()),
        Expression::Number(digits) => out.push_str(digits),
        Expression::Template(parts) => {
            out.push('"');
            for part in parts {
                match part {
                    Part::Text(text) => push_text(text, out),
                    Part::Value(value) => {
                        out.push_str("${");
                        push(value, out);
                        out.push('}');
                    }
                }
            }
            out.push('"');
        }
        Expression::List(items) => {
            out.push('[');
            list(items, out);
            out.push(']');
        }
        Expression::Object(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                match key.as_text() {
                    Some(text)
                        if is_identifier(text) && !matches!(text, "for" | "null" | "true" | "false") =>
                    {
                        out.push_str(text);
                    }
                    Some(_) => push(key, out),
                    None => {
                        out.push('(');
                        push(key, out);
                        out.push(')');
                    }
                }
                out.push_str(" = ");
                push(value, out);
            }
            out.push('}');
        }
        Expression::Root(name) => out.push_str(name),
        Expression::Element => {}
        Expression::Field(inner, name) => {
            operand(inner, out);
            out.push('.');
            out.push_str(name);
        }
        Expression::Index(inner, key) => {
            operand(inner, out);
            out.push('[');
            push(key, out);
            out.push(']');
        }
        Expression::Splat(inner, each) => {
            operand(inner, out);
            out.push_str("[*]");
            push(each, out);
        }
        Expression::Call(name, arguments, expand) => {
            out.push_str(name);
            out.push('(');
            list(arguments, out);
            out.push_str(if *expand == Expand::Last { "...)" } else { ")" });
        }
        Expression::Conditional(condition, yes, no) => {
            within(condition, out);
            out.push_str(" ? ");
            within(yes, out);
            out.push_str(" : ");
            within(no, out);
        }
        Expression::Unary(operator, inner) => {
            out.push(*operator);
            within(inner, out);
        }
        Expression::Binary(left, operator, right) => {
            within(left, out);
            out.push(' ');
            out.push_str(operator);
            out.push(' ');
            within(right, out);
        }
        Expression::For(one) => {
            out.push(if one.key.is_some() { '{' } else { '[' });
            out.push_str("for ");
            if let Some(key) = &one.key_name {
                out.push_str(key);
                out.push_str(", ");
            }
            out.push_str(&one.value_name);
            out.push_str(" in ");
            within(&one.collection, out);
            out.push_str(" : ");
            if let Some(key) = &one.key {
                push(key, out);
                out.push_str(" => ");
            }
            push(&one.value, out);
            out.push_str(if one.group { "..." } else { "" });
            if let Some(condition) = &one.condition {
                out.push_str(" if ");
                push(condition, out);
            }
            out.push(if one.key.is_some() { '}' } else { ']' });
        }
    }
}

/// Writes an operand of an operator.
fn within(expression: &Expression, out: &mut String) {
    let is_loose = matches!(expression, Expression::Conditional(..) | Expression::Binary(..));
    out.push_str(if is_loose { "(" } else { "" });
    push(expression, out);
    out.push_str(if is_loose { ")" } else { "" });
}

/// Writes what steps follow.
fn operand(expression: &Expression, out: &mut String) {
    let is_loose = matches!(
        expression,
        Expression::Conditional(..)
            | Expression::Binary(..)
            | Expression::Unary(..)
            | Expression::Splat(..)
            | Expression::Number(_)
    );
    out.push_str(if is_loose { "(" } else { "" });
    push(expression, out);
    out.push_str(if is_loose { ")" } else { "" });
}

fn list(items: &[Expression], out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        push(item, out);
    }
}

fn push_text(text: &str, out: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        push_quoted(character, out);
        if matches!(character, '$' | '%') && characters.peek() == Some(&'{') {
            out.push(character);
        }
    }
}
