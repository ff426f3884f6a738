//! Elements of lists and entries of maps, which are of one Rust type where all are written alike.

use crate::emit::code::borrowed;
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::expression::Expression;
use crate::types::Type;

impl Writer<'_> {
    /// Elements of a list, which have one Rust type: as they are if that is so by itself.
    pub(crate) fn items(&mut self, items: &[Expression], element: &Type, wrapper: &str) -> Written<String> {
        if *element == Type::Any {
            let items: Vec<String> = items
                .iter()
                .map(|item| Ok(format!("json!({})", self.json(item)?)))
                .collect::<Written<_>>()?;
            return Ok(format!("[{}]", items.join(", ")));
        }
        let is_value = wrapper == "Value";
        let mut written = Vec::new();
        for item in items {
            let text = if is_value { self.value_of(item, element)? } else { self.expr_of(item, element)? };
            written.push((shape(&text, item, element), text));
        }
        let is_uniform =
            written.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].0 != Shape::Composed);
        if !is_uniform && items.len() > 1 {
            for (shape, text) in &mut written {
                *text = match shape {
                    Shape::Place => format!("{}.clone()", text.trim_start_matches('&')),
                    Shape::Owned => text.clone(),
                    _ => format!("Expr::<{}>::from({text})", element.rust()),
                };
            }
        }
        let written: Vec<String> = written.into_iter().map(|(_, text)| text).collect();
        Ok(format!("[{}]", written.join(", ")))
    }

    /// Entries of a map as an expression: pairs of one Rust type.
    pub(crate) fn entries(
        &mut self,
        entries: &[(Expression, Expression)],
        element: &Type,
    ) -> Written<String> {
        let values: Vec<Expression> = entries.iter().map(|(_, value)| value.clone()).collect();
        let mut keys = Vec::new();
        for (key, _) in entries {
            keys.push(self.key(key)?);
        }
        let computed = keys
            .iter()
            .any(|key| !key.starts_with(['"', 'r']) || key.starts_with("r#") && key.ends_with(')'));
        if computed {
            keys = keys
                .into_iter()
                .map(|key| if key.starts_with('"') { format!("{key}.to_owned()") } else { key })
                .collect();
        }
        let mut written = Vec::new();
        for value in &values {
            let text = self.expr_of(value, element)?;
            written.push((shape(&text, value, element), text));
        }
        let is_uniform =
            written.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].0 != Shape::Composed);
        let pairs = keys.into_iter().zip(written).map(|(key, (shape, text))| {
            let text = match shape {
                _ if is_uniform || values.len() == 1 => text,
                Shape::Place => format!("{}.clone()", text.trim_start_matches('&')),
                Shape::Owned => text,
                _ => format!("Expr::<{}>::from({text})", element.rust()),
            };
            format!("({key}, {text})")
        });
        Ok(format!("[{}]", pairs.collect::<Vec<_>>().join(", ")))
    }

    /// Entries of a map as a value.
    pub(crate) fn map(&mut self, entries: &[(Expression, Expression)], element: &Type) -> Written<String> {
        let is_literal = |value: &Expression| value.as_text().is_some();
        if !entries.is_empty()
            && *element == Type::Text
            && entries.iter().all(|(key, value)| is_literal(key) && is_literal(value))
        {
            return self.entries(entries, element);
        }
        self.map_calls(entries, element)
    }

    /// Entries of a map, one call each.
    pub(crate) fn map_calls(
        &mut self,
        entries: &[(Expression, Expression)],
        element: &Type,
    ) -> Written<String> {
        let mut out = format!("Map::<{}>::new()", element.rust());
        for (key, value) in entries {
            let key = self.key(key)?;
            let value = match value {
                Expression::Null => format!("Value::<{}>::null()", element.rust()),
                value => self.value_of(value, element)?,
            };
            out.push_str(&format!(".with({key}, {value})"));
        }
        Ok(out)
    }

    /// A computed key of a map: text.
    pub(crate) fn key(&mut self, key: &Expression) -> Written<String> {
        match key {
            Expression::Template(_) => match key.as_text() {
                Some(text) => Ok(literal::string(text)),
                None => self.format(key),
            },
            Expression::Number(digits) => Ok(literal::string(&crate::normal::number(digits))),
            _ => Ok(format!("{}.to_string()", self.code(key, Some(&Type::Text))?.receiver())),
        }
    }
}

/// What kind of Rust an element is, where all have to be of one type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Str,
    Text,
    Number,
    Truth,
    Place,
    Owned,
    Composed,
}

fn shape(text: &str, expression: &Expression, ty: &Type) -> Shape {
    if borrowed(text).is_some() {
        return Shape::Place;
    }
    if text.starts_with("format!(") {
        return Shape::Text;
    }
    match expression {
        Expression::List(_) | Expression::Object(_) if text.starts_with(['[', 'V', 'M']) => Shape::Composed,
        _ if text.starts_with(['"']) || text.starts_with("r\"") || text.starts_with("r#\"") => Shape::Str,
        Expression::Number(_) | Expression::Unary('-', _) if *ty == Type::Number && !text.contains('(') => {
            if text.contains(['.', '_']) {
                Shape::Composed
            } else {
                Shape::Number
            }
        }
        Expression::Bool(_) => Shape::Truth,
        _ => Shape::Owned,
    }
}
