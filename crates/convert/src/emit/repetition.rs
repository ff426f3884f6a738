//! `for` expressions: what goes over a collection, filters it and makes another one.

use crate::emit::code::{Code, borrowed};
use crate::emit::expression::{Writer, Written};
use crate::expression::{Expression, For};
use crate::types::Type;

impl Writer<'_> {
    pub(crate) fn repeated(&mut self, one: &For, want: Option<&Type>) -> Written<Code> {
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
