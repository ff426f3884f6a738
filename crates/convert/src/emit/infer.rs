//! The types that values have in Rust, as far as they can be told.

use crate::emit::expression::Writer;
use crate::emit::path::{Step, attribute_type, object_address, steps};
use crate::emit::scope::{Repeat, Scope};
use crate::expression::{Expression, For};
use crate::functions;
use crate::types::Type;

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

    pub(crate) fn infer_path(&self, expression: &Expression) -> Type {
        let (root, all) = steps(expression);
        let Expression::Root(name) = root else {
            return after(self.infer(root), &all);
        };
        if let Some((_, _, ty)) = self.scope.bound.iter().rev().find(|(known, _, _)| known == name) {
            return after(ty.clone(), &all);
        }
        if let Some((_, _, ty)) = self.scope.iterators.iter().rev().find(|(known, _, _)| known == name) {
            return match all.first() {
                Some(Step::Field(field)) if field == "value" => after(ty.clone(), &all[1..]),
                _ => Type::Text,
            };
        }
        let field = |index: usize| match all.get(index) {
            Some(Step::Field(name)) => Some(name.as_str()),
            _ => None,
        };
        match (name.as_str(), field(0)) {
            ("var" | "local", Some(value)) => {
                let address = format!("{name}.{value}");
                let ty = self.scope.types.get(&address).or_else(|| self.known.values.get(&address));
                after(ty.cloned().unwrap_or(Type::Any), &all[1..])
            }
            ("each", Some("key")) | ("path", _) | ("terraform", Some("workspace")) => Type::Text,
            ("each", Some("value")) => after(self.scope.each.clone().unwrap_or(Type::Any), &all[1..]),
            ("count", _) => Type::Number,
            ("terraform", Some("applying")) => Type::Truth,
            ("module" | "self", _) => Type::Any,
            (root, _) => {
                let Some((address, taken)) = object_address(root, &all) else { return Type::Any };
                let Some(object) = self.known.objects.get(&address) else { return Type::Any };
                match (object.repeat, &all[taken..]) {
                    (Repeat::Once, [Step::Field(name), rest @ ..])
                    | (_, [Step::Index(_), Step::Field(name), rest @ ..]) => {
                        after(attribute_type(object, name).unwrap_or(Type::Any), rest)
                    }
                    _ => Type::Any,
                }
            }
        }
    }

    /// The type of the elements of a splat.
    pub(crate) fn infer_splat(&self, expression: &Expression) -> Type {
        let Expression::Splat(inner, each) = expression else { return Type::Any };
        let Some(object) = inner.as_path().and_then(|path| self.known.objects.get(&path.join("."))) else {
            return Type::Any;
        };
        match &**each {
            Expression::Field(first, name) if **first == Expression::Element => {
                attribute_type(object, name).unwrap_or(Type::Any)
            }
            _ => Type::Any,
        }
    }
}

fn after(mut ty: Type, rest: &[Step]) -> Type {
    for step in rest {
        ty = match (ty, step) {
            (Type::Map(element), _) | (Type::List(element), Step::Index(_)) => *element,
            _ => Type::Any,
        };
    }
    ty
}
