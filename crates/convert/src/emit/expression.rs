//! Expressions of Terraform as Rust that makes them again.

use crate::emit::code::{Code, Form, Untyped};
use crate::emit::literal;
use crate::emit::scope::{Known, Scope};
use crate::expression::{Expression, Part};
use crate::functions::Functions;
use crate::types::Type;

/// Writes expressions.
pub(crate) struct Writer<'a> {
    pub(crate) known: &'a Known,
    pub(crate) functions: &'a Functions,
    pub(crate) scope: Scope,
}

pub(crate) type Written<T> = Result<T, Untyped>;

impl Writer<'_> {
    /// Rust that can be given where an `Expr<want>` is taken.
    pub(crate) fn expr_of(&mut self, expression: &Expression, want: &Type) -> Written<String> {
        Ok(match (expression, want) {
            (Expression::Null, want) => format!("Expr::<{}>::null()", want.rust()),
            (Expression::Bool(truth), Type::Truth) => truth.to_string(),
            (Expression::Number(digits), Type::Number) => self.number(digits)?,
            (Expression::Unary('-', inner), Type::Number) if matches!(**inner, Expression::Number(_)) => {
                format!("-{}", self.expr_of(inner, want)?)
            }
            (Expression::Template(_), Type::Text) => match expression.as_text() {
                Some(text) => literal::string(text),
                None => self.format(expression)?,
            },
            (Expression::List(items), Type::List(element)) => {
                let text = self.items(items, element, "Expr")?;
                if items.is_empty() { format!("Vec::<Expr<{}>>::new()", element.rust()) } else { text }
            }
            (Expression::Object(entries), Type::Map(element))
                if **element != Type::Any && !entries.is_empty() =>
            {
                self.entries(entries, element)?
            }
            (Expression::List(_) | Expression::Object(_), Type::Any) => {
                format!("json!({})", self.json(expression)?)
            }
            (Expression::Object(_), want) => {
                let code =
                    Code::call(format!("Expr::<Json>::from(json!({}))", self.json(expression)?), Type::Any);
                code.cast(want).text
            }
            _ => self.code(expression, Some(want))?.cast(want).argument(),
        })
    }

    /// Rust that can be given where a `Value<want>` is taken.
    pub(crate) fn value_of(&mut self, expression: &Expression, want: &Type) -> Written<String> {
        Ok(match (expression, want) {
            // Terraform converts literals of one primitive type to another.
            (Expression::Template(_), Type::Number | Type::Truth) => match expression.as_text() {
                Some("true") if *want == Type::Truth => "true".to_owned(),
                Some("false") if *want == Type::Truth => "false".to_owned(),
                Some(text) if *want == Type::Number && is_number(text) => self.number(text)?,
                _ => self.expr_of(expression, want)?,
            },
            (Expression::Number(digits), Type::Text) => literal::string(&crate::normal::number(digits)),
            (Expression::Bool(truth), Type::Text) => literal::string(&truth.to_string()),
            (Expression::Template(_), Type::Text) => match expression.as_text() {
                Some(text) => literal::string(text),
                // Text that begins like a document would be read as one.
                None if begins_a_document(expression) => {
                    format!("Expr::<String>::from({})", self.format(expression)?)
                }
                None => self.format(expression)?,
            },
            (Expression::List(items), Type::List(_)) if items.is_empty() => {
                let Type::List(element) = want else { return Err(Untyped(String::new())) };
                format!("Vec::<Expr<{}>>::new()", element.rust())
            }
            (Expression::List(items), Type::List(element)) => self.items(items, element, "Value")?,
            (Expression::Object(entries), Type::Map(element)) => self.map(entries, element)?,
            (
                Expression::List(_)
                | Expression::Object(_)
                | Expression::Template(_)
                | Expression::Number(_)
                | Expression::Bool(_),
                Type::Any,
            ) => {
                format!("json!({})", self.json(expression)?)
            }
            (Expression::Object(_) | Expression::List(_), want) => {
                let code =
                    Code::call(format!("Expr::<Json>::from(json!({}))", self.json(expression)?), Type::Any);
                code.cast(want).text
            }
            _ => self.expr_of(expression, want)?,
        })
    }

    /// Rust that can be given where a value of any type is taken: an argument of a module, an output.
    pub(crate) fn any_of(&mut self, expression: &Expression) -> Written<String> {
        Ok(match expression {
            Expression::Bool(truth) => truth.to_string(),
            Expression::Number(digits) => match self.number(digits)? {
                number if number.ends_with("u128") => format!("Expr::<f64>::from({number})"),
                number => number,
            },
            Expression::Template(_) => match expression.as_text() {
                Some(text) => literal::string(text),
                None if begins_a_document(expression) => {
                    format!("Expr::<String>::from({})", self.format(expression)?)
                }
                None => self.format(expression)?,
            },
            Expression::List(_) | Expression::Object(_) => format!("json!({})", self.json(expression)?),
            Expression::Unary('-', inner) if matches!(**inner, Expression::Number(_)) => {
                format!("-{}", self.any_of(inner)?)
            }
            _ => self.code(expression, None)?.argument(),
        })
    }

    /// What stands for an expression inside of `json!`.
    pub(crate) fn json(&mut self, expression: &Expression) -> Written<String> {
        Ok(match expression {
            Expression::Null => "null".to_owned(),
            Expression::Bool(truth) => truth.to_string(),
            Expression::Number(digits) => match self.number(digits)? {
                number if number.ends_with("u128") => format!("Expr::<f64>::from({number})"),
                number => number,
            },
            Expression::Unary('-', inner) if matches!(**inner, Expression::Number(_)) => {
                format!("-{}", self.json(inner)?)
            }
            Expression::Template(_) => match expression.as_text() {
                Some(text) => literal::string(text),
                None => self.format(expression)?,
            },
            Expression::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.json(item)).collect::<Written<_>>()?;
                literal::bracketed("[", &items, "]")
            }
            Expression::Object(entries) => {
                let mut out = Vec::new();
                let mut seen = Vec::new();
                for (key, value) in entries {
                    let key = match key.as_text() {
                        Some(text) => {
                            if seen.contains(&text) {
                                return Err(Untyped(format!("the key `{text}` occurs twice")));
                            }
                            seen.push(text);
                            literal::string(text)
                        }
                        None => format!("({})", self.key(key)?),
                    };
                    out.push(format!("{key}: {}", self.json(value)?));
                }
                literal::bracketed("{", &out, "}")
            }
            _ => self.code(expression, None)?.text,
        })
    }

    fn number(&self, digits: &str) -> Written<String> {
        let number = literal::number(digits.trim());
        number.ok_or_else(|| Untyped(format!("Rust has no number with the digits `{digits}`")))
    }

    /// `format!` for text with something filled in.
    pub(crate) fn format(&mut self, expression: &Expression) -> Written<String> {
        let Expression::Template(parts) = expression else {
            return Ok(format!("{}.to_string()", self.code(expression, Some(&Type::Text))?.receiver()));
        };
        let lines =
            parts.iter().filter(|part| matches!(part, Part::Text(text) if text.contains('\n'))).count();
        let has_quotes = parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains('"')));
        let is_clean = parts.iter().all(|part| match part {
            Part::Text(text) => text.chars().all(|it| matches!(it, '\n' | '\t') || literal::is_harmless(it)),
            Part::Value(_) => true,
        });
        let is_raw = is_clean && (lines > 1 || lines > 0 && has_quotes);
        let mut text = String::new();
        let mut arguments = Vec::new();
        for part in parts {
            match part {
                Part::Text(literal_text) => {
                    let braced = literal_text.replace('{', "{{").replace('}', "}}");
                    if is_raw { text.push_str(&braced) } else { literal::escape(&braced, &mut text) }
                }
                Part::Value(value) => {
                    let code = self.code(value, None)?;
                    let is_name = code.form == Form::Place && !code.text.contains('.');
                    if is_name {
                        text.push_str(&format!("{{{}}}", code.text));
                    } else {
                        text.push_str("{}");
                        arguments.push(code.text);
                    }
                }
            }
        }
        let text = if is_raw { literal::raw(&text) } else { format!("\"{text}\"") };
        Ok(match arguments.is_empty() {
            true => format!("format!({text})"),
            false => format!("format!({text}, {})", arguments.join(", ")),
        })
    }

    /// Rust whose type is `Expr<T>`, with the `T` that is wanted where that is for the caller to say.
    pub(crate) fn code(&mut self, expression: &Expression, want: Option<&Type>) -> Written<Code> {
        match expression {
            Expression::Null => {
                let ty = want.cloned().unwrap_or(Type::Any);
                Ok(Code::call(format!("Expr::<{}>::null()", ty.rust()), ty))
            }
            Expression::Bool(_)
            | Expression::Number(_)
            | Expression::Template(_)
            | Expression::List(_)
            | Expression::Object(_) => {
                let ty = self.infer(expression);
                let ty = match (want, &ty) {
                    (Some(Type::List(element)), Type::List(_)) => Type::List(element.clone()),
                    (Some(Type::Map(element)), Type::Map(_) | Type::Any)
                        if matches!(expression, Expression::Object(_)) && **element != Type::Any =>
                    {
                        Type::Map(element.clone())
                    }
                    _ => ty,
                };
                let inner = self.expr_of(expression, &ty)?;
                Ok(Code::call(format!("Expr::<{}>::from({inner})", ty.rust()), ty))
            }
            Expression::Root(_) | Expression::Field(..) | Expression::Index(..) => {
                self.path(expression, want)
            }
            Expression::Element => Err(Untyped("it stands outside of a splat".to_owned())),
            Expression::Splat(..) => self.splat(expression, want),
            Expression::Call(..) => self.call(expression, want),
            Expression::Conditional(condition, yes, no) => {
                let ty = want.cloned().unwrap_or_else(|| self.infer(expression));
                let condition = self.code(condition, Some(&Type::Truth))?.cast(&Type::Truth);
                let (yes, no) = (self.expr_of(yes, &ty)?, self.expr_of(no, &ty)?);
                Ok(Code::call(
                    format!("{}.then::<{}>({yes}).otherwise({no})", condition.receiver(), ty.rust()),
                    ty,
                ))
            }
            Expression::Unary(operator, inner) => {
                let ty = if *operator == '!' { Type::Truth } else { Type::Number };
                let inner = self.code(inner, Some(&ty))?.cast(&ty);
                let operand = match inner.form {
                    Form::Place => format!("&{}", inner.text),
                    _ => inner.receiver(),
                };
                Ok(Code { text: format!("{operator}{operand}"), ty, form: Form::Operator })
            }
            Expression::Binary(left, operator, right) => self.binary(left, operator, right),
            Expression::For(one) => self.repeated(one, want),
        }
    }

    fn binary(&mut self, left: &Expression, operator: &str, right: &Expression) -> Written<Code> {
        match operator {
            "+" | "-" | "*" | "/" | "%" => {
                let left_code = self.code(left, Some(&Type::Number))?.cast(&Type::Number);
                let left_text = if left_code.form == Form::Place {
                    format!("&{}", left_code.text)
                } else {
                    left_code.receiver()
                };
                let right = match right {
                    Expression::Binary(..) => {
                        self.code(right, Some(&Type::Number))?.cast(&Type::Number).receiver()
                    }
                    right => self.expr_of(right, &Type::Number)?,
                };
                Ok(Code {
                    text: format!("{left_text} {operator} {right}"),
                    ty: Type::Number,
                    form: Form::Operator,
                })
            }
            "==" | "!=" => {
                let method = if operator == "==" { "eq" } else { "ne" };
                let (left_type, right_type) = (self.infer(left), self.infer(right));
                if *right == Expression::Null && operator == "==" {
                    let left = self.code(left, None)?;
                    return Ok(Code::call(format!("{}.is_null()", left.receiver()), Type::Truth));
                }
                // An expression of no known type takes that of the other side.
                let ty = match (&left_type, &right_type) {
                    (Type::Any, other) | (other, Type::Any) => other.clone(),
                    (left, _) => left.clone(),
                };
                let left = self.code(left, Some(&ty))?.cast(&ty);
                let right = match right {
                    Expression::Null => format!("Expr::<{}>::null()", ty.rust()),
                    right => self.expr_of(right, &ty)?,
                };
                Ok(Code::call(format!("{}.{method}({right})", left.receiver()), Type::Truth))
            }
            _ => {
                let (method, ty) = match operator {
                    "&&" => ("and", Type::Truth),
                    "||" => ("or", Type::Truth),
                    "<" => ("lt", Type::Number),
                    "<=" => ("le", Type::Number),
                    ">" => ("gt", Type::Number),
                    ">=" => ("ge", Type::Number),
                    other => return Err(Untyped(format!("nothing stands for the operator `{other}`"))),
                };
                let left = self.code(left, Some(&ty))?.cast(&ty);
                let right = self.expr_of(right, &ty)?;
                Ok(Code::call(format!("{}.{method}({right})", left.receiver()), Type::Truth))
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.matches('.').count() <= 1
        && crate::normal::number(text) == text
}

/// Whether text with something filled in could be a JSON document.
fn begins_a_document(expression: &Expression) -> bool {
    match expression {
        Expression::Template(parts) => match parts.first() {
            Some(Part::Text(text)) => text.trim_start().starts_with(['{', '[']) || text.trim().is_empty(),
            _ => false,
        },
        _ => false,
    }
}
