//! Expressions of Terraform as Rust that makes them again.

use crate::emit::code::{Code, Form, Untyped, borrowed};
use crate::emit::literal;
use crate::emit::scope::{Known, Scope};
use crate::expression::{Expression, For, Part};
use crate::functions::{self, Functions};
use crate::types::Type;

/// Writes expressions.
pub(crate) struct Writer<'a> {
    pub(crate) known: &'a Known,
    pub(crate) functions: &'a Functions,
    pub(crate) scope: Scope,
}

pub(crate) type Written<T> = Result<T, Untyped>;

impl Writer<'_> {
    /// The type that a value has in Rust, as far as it can be told.
    pub(crate) fn infer(&self, expression: &Expression) -> Type {
        match expression {
            Expression::Null | Expression::Element => Type::Any,
            Expression::Bool(_) | Expression::Unary('!', _) => Type::Truth,
            Expression::Number(_) | Expression::Unary(..) => Type::Number,
            Expression::Template(_) => Type::Text,
            Expression::List(items) => Type::list(self.common(items)),
            Expression::Object(entries) => {
                let values: Vec<Expression> = entries.iter().map(|(_, value)| value.clone()).collect();
                match self.common(&values) {
                    Type::Any => Type::Any,
                    _ if values.is_empty() => Type::Any,
                    common => Type::map(common),
                }
            }
            Expression::Root(_) | Expression::Field(..) | Expression::Index(..) => {
                self.infer_path(expression)
            }
            Expression::Splat(_, each) => match **each {
                Expression::Element => Type::list(Type::Any),
                _ => Type::list(self.infer_splat(expression)),
            },
            Expression::Call(name, arguments, _) => self.infer_call(name, arguments),
            Expression::Conditional(_, yes, no) => match (&**yes, &**no) {
                (Expression::Null, other) | (other, Expression::Null) => self.infer(other),
                (Expression::List(items), other) | (other, Expression::List(items)) if items.is_empty() => {
                    self.infer(other)
                }
                (Expression::Object(entries), other) | (other, Expression::Object(entries))
                    if entries.is_empty() =>
                {
                    self.infer(other)
                }
                (yes, no) => self.infer(yes).with(self.infer(no)),
            },
            Expression::Binary(_, "+" | "-" | "*" | "/" | "%", _) => Type::Number,
            Expression::Binary(..) => Type::Truth,
            Expression::For(one) => self.infer_for(one),
        }
    }

    fn infer_for(&self, one: &For) -> Type {
        let (key, value) = self.element_types(one);
        let mut inner = Writer { known: self.known, functions: self.functions, scope: Scope::default() };
        inner.scope.types = self.scope.types.clone();
        inner.scope.each = self.scope.each.clone();
        inner.scope.count = self.scope.count;
        inner.scope.iterators = self.scope.iterators.clone();
        inner.scope.bound = self.scope.bound.clone();
        if let Some(name) = &one.key_name {
            inner.scope.bound.push((name.clone(), String::new(), key));
        }
        inner.scope.bound.push((one.value_name.clone(), String::new(), value));
        let body = inner.infer(&one.value);
        match (&one.key, one.group) {
            (None, _) => Type::list(body),
            (Some(_), true) => Type::map(Type::list(body)),
            (Some(_), false) => Type::map(body),
        }
    }

    /// The types of what a `for` names.
    fn element_types(&self, one: &For) -> (Type, Type) {
        match self.infer(&one.collection) {
            Type::List(element) => (Type::Number, *element),
            Type::Map(element) => (Type::Text, *element),
            _ if one.key_name.is_some() => (Type::Text, Type::Any),
            _ => (Type::Number, Type::Any),
        }
    }

    fn common(&self, items: &[Expression]) -> Type {
        let mut types = items.iter().filter(|item| **item != Expression::Null).map(|item| self.infer(item));
        let first = types.next().unwrap_or(Type::Any);
        let common = types.fold(first, Type::with);
        // What holds anything is anything: a list of lists of anything says nothing more.
        if matches!(&common, Type::List(inner) | Type::Map(inner) if **inner == Type::Any) {
            Type::Any
        } else {
            common
        }
    }

    fn infer_call(&self, name: &str, arguments: &[Expression]) -> Type {
        let Some(signature) = self.functions.get(name) else { return Type::Any };
        functions::result(signature, &mut |index| arguments.get(index).map(|argument| self.infer(argument)))
    }

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

    /// A computed key of a map: text.
    fn key(&mut self, key: &Expression) -> Written<String> {
        match key {
            Expression::Template(_) => match key.as_text() {
                Some(text) => Ok(literal::string(text)),
                None => self.format(key),
            },
            Expression::Number(digits) => Ok(literal::string(&crate::normal::number(digits))),
            _ => Ok(format!("{}.to_string()", self.code(key, Some(&Type::Text))?.receiver())),
        }
    }

    fn number(&self, digits: &str) -> Written<String> {
        let number = literal::number(digits.trim());
        number.ok_or_else(|| Untyped(format!("Rust has no number with the digits `{digits}`")))
    }

    /// Elements of a list, which have one Rust type: as they are if that is so by itself.
    fn items(&mut self, items: &[Expression], element: &Type, wrapper: &str) -> Written<String> {
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
    fn entries(&mut self, entries: &[(Expression, Expression)], element: &Type) -> Written<String> {
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

    fn repeated(&mut self, one: &For, want: Option<&Type>) -> Written<Code> {
        let collection = self.code(&one.collection, None)?;
        let (collection, key_type, value_type, is_map) = match collection.ty.clone() {
            Type::List(element) => (collection, Type::Number, *element, false),
            Type::Map(element) => (collection, Type::Text, *element, true),
            _ if one.key_name.is_some() => {
                (collection.cast(&Type::map(Type::Any)), Type::Text, Type::Any, true)
            }
            _ => (collection.cast(&Type::list(Type::Any)), Type::Number, Type::Any, false),
        };
        let before = self.scope.bound.len();
        let uses = |name: &str, parts: Vec<&Expression>| {
            parts
                .into_iter()
                .flat_map(Expression::references)
                .any(|path| path.first().is_some_and(|it| it == name))
        };
        let key_name = one.key_name.as_ref().map(|name| (name.clone(), self.scope.free(name)));
        if let Some((name, rust)) = &key_name {
            self.scope.bound.push((name.clone(), rust.clone(), key_type));
        }
        let value_rust = self.scope.free(&one.value_name);
        self.scope.bound.push((one.value_name.clone(), value_rust.clone(), value_type));
        let arguments = |parts: Vec<&Expression>| {
            let shown = |name: &str, rust: &str| {
                if uses(name, parts.clone()) { rust.to_owned() } else { format!("_{rust}") }
            };
            let value = shown(&one.value_name, &value_rust);
            match (&key_name, is_map) {
                (Some((name, rust)), _) => format!("({}, {value})", shown(name, rust)),
                (None, true) => format!("(_key, {value})"),
                (None, false) => value,
            }
        };
        let mut text = collection.receiver();
        text.push_str(".iter()");
        if key_name.is_some() && !is_map {
            text.push_str(".enumerate()");
        }
        let written = self.closures(one, want, &arguments);
        self.scope.bound.truncate(before);
        let (rest, ty) = written?;
        text.push_str(&rest);
        Ok(Code::call(text, ty))
    }

    fn closures(
        &mut self,
        one: &For,
        want: Option<&Type>,
        arguments: &dyn Fn(Vec<&Expression>) -> String,
    ) -> Written<(String, Type)> {
        let mut text = String::new();
        if let Some(condition) = &one.condition {
            let code = self.code(condition, Some(&Type::Truth))?.cast(&Type::Truth);
            text.push_str(&format!(".filter(|{}| {})", arguments(vec![condition]), code.owned()));
        }
        let body_type = match (want, one.group) {
            (Some(Type::List(inner)), false) if one.key.is_none() => Some((**inner).clone()),
            (Some(Type::Map(inner)), false) if one.key.is_some() => Some((**inner).clone()),
            (Some(Type::Map(inner)), true) => match &**inner {
                Type::List(inner) => Some((**inner).clone()),
                _ => None,
            },
            _ => None,
        };
        let body_type = body_type.filter(|ty| *ty != Type::Any).unwrap_or_else(|| self.infer(&one.value));
        let body = self.returned(&one.value, &body_type)?;
        let (method, ty) = match (&one.key, one.group) {
            (None, _) => ("map", Type::list(body_type.clone())),
            (Some(_), true) => ("group", Type::map(Type::list(body_type.clone()))),
            (Some(_), false) => ("to_map", Type::map(body_type.clone())),
        };
        match &one.key {
            None => text.push_str(&format!(".{method}(|{}| {body})", arguments(vec![&one.value]))),
            Some(key) => {
                let parts = arguments(vec![key, &one.value]);
                let key = self.returned(key, &Type::Text)?;
                text.push_str(&format!(".{method}(|{parts}| ({key}, {body}))"));
            }
        }
        Ok((text, ty))
    }

    /// What a closure returns: nothing borrowed.
    fn returned(&mut self, expression: &Expression, ty: &Type) -> Written<String> {
        let text = self.expr_of(expression, ty)?;
        Ok(match borrowed(&text) {
            Some(place) => format!("{place}.clone()"),
            None if text.starts_with('[') => format!("Expr::<{}>::from({text})", ty.rust()),
            None => text,
        })
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
