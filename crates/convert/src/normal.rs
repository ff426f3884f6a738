//! The normal form of expressions, in which two that say the same are equal: names of `for` are numbered, paths with
//! literal keys are fields, entries are sorted, numbers have one notation.

use crate::expression::{Expand, Expression, For, Part};

/// The normal form of an expression.
#[must_use]
pub fn normal(expression: &Expression) -> Expression {
    Normal { bound: Vec::new() }.of(expression)
}

/// One notation of a number: no plus signs, no needless zeros, exponents written out.
#[must_use]
pub fn number(digits: &str) -> String {
    let lower = digits.to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<i64>() else { return lower };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if exponent.abs() > 400 {
        return lower;
    }
    let mut all: String = [whole, fraction].concat();
    let mut point = i64::try_from(whole.len()).unwrap_or_default() + exponent;
    while point < 0 {
        all.insert(0, '0');
        point += 1;
    }
    while i64::try_from(all.len()).unwrap_or_default() < point {
        all.push('0');
    }
    let (whole, fraction) = all.split_at(usize::try_from(point).unwrap_or_default());
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

struct Normal {
    /// The names that `for` expressions around have made, and what stands for each.
    bound: Vec<(String, String)>,
}

impl Normal {
    fn of(&mut self, expression: &Expression) -> Expression {
        match expression {
            Expression::Null | Expression::Bool(_) | Expression::Element => expression.clone(),
            Expression::Number(digits) => Expression::Number(number(digits)),
            Expression::Template(parts) => self.template(parts),
            Expression::List(items) => Expression::List(items.iter().map(|item| self.of(item)).collect()),
            Expression::Object(entries) => {
                let mut entries: Vec<_> =
                    entries.iter().map(|(key, value)| (self.of(key), self.of(value))).collect();
                entries.sort_by_cached_key(|(key, _)| format!("{key:?}"));
                Expression::Object(entries)
            }
            Expression::Root(name) => {
                let known = self.bound.iter().rev().find(|(known, _)| known == name);
                Expression::Root(known.map_or_else(|| name.clone(), |(_, standing)| standing.clone()))
            }
            Expression::Field(inner, name) => Expression::Field(Box::new(self.of(inner)), name.clone()),
            Expression::Index(inner, key) => {
                let (inner, key) = (self.of(inner), self.of(key));
                match key.as_text() {
                    Some(name) => inner.field(name),
                    None => Expression::Index(Box::new(inner), Box::new(key)),
                }
            }
            Expression::Splat(inner, each) => {
                Expression::Splat(Box::new(self.of(inner)), Box::new(self.of(each)))
            }
            Expression::Call(name, arguments, expand) => {
                let name = name.strip_prefix("core::").unwrap_or(name).to_owned();
                let mut arguments: Vec<_> = arguments.iter().map(|argument| self.of(argument)).collect();
                let mut expand = *expand;
                // `f([a, b]...)` is `f(a, b)`.
                if expand == Expand::Last
                    && let Some(Expression::List(_)) = arguments.last()
                    && let Some(Expression::List(last)) = arguments.pop()
                {
                    arguments.extend(last);
                    expand = Expand::Nothing;
                }
                Expression::Call(name, arguments, expand)
            }
            Expression::Conditional(condition, yes, no) => Expression::Conditional(
                Box::new(self.of(condition)),
                Box::new(self.of(yes)),
                Box::new(self.of(no)),
            ),
            Expression::Unary(operator, inner) => match (operator, self.of(inner)) {
                ('-', Expression::Number(digits)) if digits == "0" => Expression::Number(digits),
                (operator, inner) => Expression::Unary(*operator, Box::new(inner)),
            },
            Expression::Binary(left, operator, right) => {
                Expression::Binary(Box::new(self.of(left)), operator, Box::new(self.of(right)))
            }
            Expression::For(one) => self.repeated(one),
        }
    }

    fn template(&mut self, parts: &[Part]) -> Expression {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => all.push(Part::Text(text.clone())),
                Part::Value(value) => match self.of(value) {
                    // Text within text is text.
                    Expression::Template(inner) => all.extend(inner),
                    Expression::Number(digits) if parts.len() > 1 && digits.len() < 15 => {
                        all.push(Part::Text(digits))
                    }
                    Expression::Bool(truth) if parts.len() > 1 => all.push(Part::Text(truth.to_string())),
                    value => all.push(Part::Value(value)),
                },
            }
        }
        Expression::template(all)
    }

    fn repeated(&mut self, one: &For) -> Expression {
        let collection = self.of(&one.collection);
        let before = self.bound.len();
        let uses = |name: &String| {
            let inside = one.key.iter().chain([&one.value]).chain(&one.condition);
            inside.flat_map(Expression::references).any(|path| path.first() == Some(name))
        };
        let depth = before;
        let value_name = format!("\u{1}{depth}");
        let key_name = one.key_name.as_ref().filter(|name| uses(name)).map(|name| {
            let standing = format!("\u{2}{depth}");
            self.bound.push((name.clone(), standing.clone()));
            standing
        });
        self.bound.push((one.value_name.clone(), value_name.clone()));
        let key = one.key.as_ref().map(|key| self.of(key));
        let value = self.of(&one.value);
        let condition = one.condition.as_ref().map(|condition| self.of(condition));
        self.bound.truncate(before);
        // All objects of a repeated resource: `[for x in aws_x.y : x.id]` is `aws_x.y[*].id`.
        if let (Some(path), None, None, None) = (collection.as_path(), &key, &condition, &key_name)
            && path.len() == if path[0] == "data" { 3 } else { 2 }
            && !matches!(path[0], "var" | "local" | "each" | "module" | "self" | "count")
            && let Some(each) = steps(&value, &value_name)
        {
            return Expression::Splat(Box::new(collection), Box::new(each));
        }
        Expression::For(Box::new(For {
            key_name,
            value_name,
            collection,
            key,
            value,
            group: one.group,
            condition,
        }))
    }
}

/// A path of fields from a name, as steps of a splat.
fn steps(value: &Expression, name: &str) -> Option<Expression> {
    match value {
        Expression::Root(root) if root == name => Some(Expression::Element),
        Expression::Field(inner, field) => Some(steps(inner, name)?.field(field)),
        Expression::Index(inner, key) if matches!(**key, Expression::Number(_)) => {
            Some(Expression::Index(Box::new(steps(inner, name)?), key.clone()))
        }
        _ => None,
    }
}
