//! Values and expressions: JSON strings in template syntax become HCL.

use std::str::FromStr;

use ::hcl::expr::{
    Expression, ForExpr, FuncCall, ObjectKey, Operation, TemplateExpr, Traversal, TraversalOperator,
};
use formwork_core::is_identifier;
use formwork_core::references::{self, Piece};
use formwork_core::text::{push_quoted, quoted};
use serde_json::Value;

use crate::layout::braced;

/// A value whose strings and keys are in template syntax.
pub(crate) fn value(value: &Value) -> String {
    written(value, &template)
}

/// A value whose strings and keys are literal text.
pub(crate) fn literal(value: &Value) -> String {
    written(value, &quoted)
}

fn written(value: &Value, text: &dyn Fn(&str) -> String) -> String {
    match value {
        Value::String(string) => text(string),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item, text)).collect();
            if items.iter().all(|item| !item.contains('\n')) {
                return format!("[{}]", items.join(", "));
            }
            let lines = items.iter().map(|item| format!("  {},\n", item.replace('\n', "\n  ")));
            format!("[\n{}]", lines.collect::<String>())
        }
        Value::Object(entries) => braced(entries.iter().map(|(key, value)| {
            let key = match is_identifier(key)
                && key != "null"
                && key != "true"
                && key != "false"
                && key != "for"
            {
                true => key.clone(),
                false => match text(key) {
                    quoted if quoted.starts_with('"') => quoted,
                    computed => format!("({computed})"),
                },
            };
            (key, written(value, text))
        })),
        other => other.to_string(),
    }
}

/// A template: between quotes, unless it is nothing but one expression.
fn template(text: &str) -> String {
    if let Some(inner) = references::whole(text) {
        return expression(inner);
    }
    let mut out = String::from("\"");
    for piece in references::pieces(text) {
        match piece {
            Piece::Text(text) => text.chars().for_each(|character| push_quoted(character, &mut out)),
            // Directives and marks for stripping stay as they are.
            Piece::Directive(inner) => out.push_str(&format!("%{{{inner}}}")),
            Piece::Interpolation(inner) if inner.starts_with('~') || inner.ends_with('~') => {
                out.push_str(&format!("${{{inner}}}"));
            }
            Piece::Interpolation(inner) => out.push_str(&format!("${{{}}}", expression(inner))),
        }
    }
    out.push('"');
    out
}

/// An expression, with the spaces that `terraform fmt` puts. What would not survive a parser unharmed stays as it is:
/// numbers of many digits, escapes, and whatever the parser does not know.
fn expression(text: &str) -> String {
    let has_long_number =
        text.split(|character: char| !character.is_ascii_digit()).any(|digits| digits.len() > 15);
    let has_escape = text.contains(['\\', '\n']) || text.contains("$${") || text.contains("%%{");
    if has_long_number || has_escape || text.contains("%{") {
        return text.to_owned();
    }
    match Expression::from_str(text) {
        Ok(parsed) => rendered(&parsed).unwrap_or_else(|| text.to_owned()),
        Err(_) => text.to_owned(),
    }
}

/// An expression on one line; none if it holds something that is not known here.
fn rendered(expression: &Expression) -> Option<String> {
    Some(match expression {
        Expression::Null => "null".to_owned(),
        Expression::Bool(value) => value.to_string(),
        Expression::Number(number) => number.to_string(),
        Expression::String(text) => quoted(text),
        Expression::Array(items) => format!("[{}]", list(items)?),
        Expression::Object(entries) => {
            let entry = |(key, value): (&ObjectKey, &Expression)| {
                let key = match key {
                    ObjectKey::Identifier(name) => name.to_string(),
                    ObjectKey::Expression(key) => rendered(key)?,
                    _ => return None,
                };
                Some(format!("{key} = {}", rendered(value)?))
            };
            let entries: Vec<String> = entries.iter().map(entry).collect::<Option<_>>()?;
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Expression::TemplateExpr(template_expression) => match &**template_expression {
            TemplateExpr::QuotedString(text) => template_in_quotes(text),
            TemplateExpr::Heredoc(_) => return None,
        },
        Expression::Variable(name) => name.to_string(),
        Expression::Traversal(traversal) => path(traversal)?,
        Expression::FuncCall(call) => called(call)?,
        Expression::Parenthesis(inner) => format!("({})", rendered(inner)?),
        Expression::Conditional(conditional) => format!(
            "{} ? {} : {}",
            rendered(&conditional.cond_expr)?,
            rendered(&conditional.true_expr)?,
            rendered(&conditional.false_expr)?
        ),
        Expression::Operation(operation) => match &**operation {
            Operation::Unary(unary) => format!("{}{}", unary.operator, rendered(&unary.expr)?),
            Operation::Binary(binary) => {
                format!("{} {} {}", rendered(&binary.lhs_expr)?, binary.operator, rendered(&binary.rhs_expr)?)
            }
        },
        Expression::ForExpr(for_expression) => repeated(for_expression)?,
        _ => return None,
    })
}

/// A template within an expression is always between quotes: `"${x}"` converts to text there.
fn template_in_quotes(text: &str) -> String {
    match references::whole(text) {
        Some(inner) => format!("\"${{{}}}\"", expression(inner)),
        None => template(text),
    }
}

fn list(items: &[Expression]) -> Option<String> {
    Some(items.iter().map(rendered).collect::<Option<Vec<_>>>()?.join(", "))
}

fn path(traversal: &Traversal) -> Option<String> {
    let mut out = rendered(&traversal.expr)?;
    for operator in &traversal.operators {
        match operator {
            TraversalOperator::AttrSplat => out.push_str(".*"),
            TraversalOperator::FullSplat => out.push_str("[*]"),
            TraversalOperator::GetAttr(name) => out.push_str(&format!(".{name}")),
            TraversalOperator::Index(index) => out.push_str(&format!("[{}]", rendered(index)?)),
            TraversalOperator::LegacyIndex(index) => out.push_str(&format!(".{index}")),
        }
    }
    Some(out)
}

fn called(call: &FuncCall) -> Option<String> {
    let names = call.name.namespace.iter().map(ToString::to_string).chain([call.name.name.to_string()]);
    let rest = if call.expand_final { "..." } else { "" };
    Some(format!("{}({}{rest})", names.collect::<Vec<_>>().join("::"), list(&call.args)?))
}

fn repeated(for_expression: &ForExpr) -> Option<String> {
    let names = match &for_expression.key_var {
        Some(key) => format!("{key}, {}", for_expression.value_var),
        None => for_expression.value_var.to_string(),
    };
    let collection = rendered(&for_expression.collection_expr)?;
    let value = rendered(&for_expression.value_expr)?;
    let condition = match &for_expression.cond_expr {
        Some(condition) => format!(" if {}", rendered(condition)?),
        None => String::new(),
    };
    Some(match &for_expression.key_expr {
        None => format!("[for {names} in {collection} : {value}{condition}]"),
        Some(key) => {
            let group = if for_expression.grouping { "..." } else { "" };
            format!("{{ for {names} in {collection} : {} => {value}{group}{condition} }}", rendered(key)?)
        }
    })
}
