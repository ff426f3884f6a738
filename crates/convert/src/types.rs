//! The types that Rust knows values by.

use formwork_bindgen::functions::Type as FunctionType;
use formwork_schema::{AttributeType, Nesting, Type as SchemaType};

use crate::expression::Expression;

/// A type of a value in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// `String`
    Text,
    /// `f64`
    Number,
    /// `bool`
    Truth,
    /// `Vec<T>`: lists and sets.
    List(Box<Self>),
    /// `Map<T>`
    Map(Box<Self>),
    /// `Json`: objects, tuples and what is not known.
    Any,
}

impl Type {
    pub(crate) fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    pub(crate) fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// How Rust writes it.
    pub(crate) fn rust(&self) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Truth => "bool".to_owned(),
            Self::List(element) => format!("Vec<{}>", element.rust()),
            Self::Map(element) => format!("Map<{}>", element.rust()),
            Self::Any => "Json".to_owned(),
        }
    }

    /// One type for both, as far as both are it.
    pub(crate) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::List(one), Self::List(other)) => Self::list(one.with(*other)),
            (Self::Map(one), Self::Map(other)) => Self::map(one.with(*other)),
            (one, other) if one == other => one,
            _ => Self::Any,
        }
    }

    pub(crate) fn of_schema(ty: &SchemaType) -> Self {
        match ty {
            SchemaType::String => Self::Text,
            SchemaType::Number => Self::Number,
            SchemaType::Bool => Self::Truth,
            SchemaType::List(element) | SchemaType::Set(element) => Self::list(Self::of_schema(element)),
            SchemaType::Map(element) => Self::map(Self::of_schema(element)),
            SchemaType::Dynamic | SchemaType::Object(_) | SchemaType::Tuple(_) => Self::Any,
        }
    }

    pub(crate) fn of_attribute(ty: &AttributeType) -> Self {
        match ty {
            AttributeType::Value(ty) => Self::of_schema(ty),
            AttributeType::Nested { nesting, .. } => Self::of_nesting(*nesting),
        }
    }

    /// The type of all blocks of a kind, as they are read.
    pub(crate) fn of_nesting(nesting: Nesting) -> Self {
        match nesting {
            Nesting::Single | Nesting::Group => Self::Any,
            Nesting::List | Nesting::Set => Self::list(Self::Any),
            Nesting::Map => Self::map(Self::Any),
        }
    }

    /// The type of a parameter or result; variables are looked up, what is unknown is anything.
    pub(crate) fn of_function(ty: &FunctionType, variable: &dyn Fn(&str) -> Self) -> Self {
        match ty {
            FunctionType::Name(name) => match name.as_str() {
                "string" => Self::Text,
                "number" => Self::Number,
                "bool" => Self::Truth,
                "dynamic" => variable("R"),
                name => variable(name),
            },
            FunctionType::Of(of, inner) if of == "map" => Self::map(Self::of_function(inner, variable)),
            FunctionType::Of(_, inner) => Self::list(Self::of_function(inner, variable)),
        }
    }
}

/// What the type constraint of a variable is in Rust.
pub(crate) struct Constraint {
    /// The type that Rust knows the value by.
    pub(crate) ty: Type,
    /// The Rust that makes the constraint, if no Rust type stands for it.
    pub(crate) built: Option<String>,
}

/// Reads a type constraint; none if it is not one.
pub(crate) fn constraint(expression: &Expression) -> Option<Constraint> {
    let ty = constrained(expression)?;
    let built = (!stands_for(expression)).then(|| build(expression)).flatten();
    Some(Constraint { ty, built })
}

fn constrained(expression: &Expression) -> Option<Type> {
    match expression {
        Expression::Root(name) => primitive(name),
        Expression::Template(_) => match expression.as_text()? {
            // The form of Terraform 0.11.
            "list" => Some(Type::list(Type::Any)),
            "map" => Some(Type::map(Type::Any)),
            name => primitive(name),
        },
        Expression::Call(name, arguments, _) => match (name.as_str(), &arguments[..]) {
            ("list" | "set", [element]) => Some(Type::list(constrained(element)?)),
            ("map", [element]) => Some(Type::map(constrained(element)?)),
            ("object" | "tuple", [_]) => Some(Type::Any),
            ("optional", [inner, ..]) => constrained(inner),
            _ => None,
        },
        _ => None,
    }
}

fn primitive(name: &str) -> Option<Type> {
    match name {
        "string" => Some(Type::Text),
        "number" => Some(Type::Number),
        "bool" => Some(Type::Truth),
        "any" => Some(Type::Any),
        _ => None,
    }
}

/// Whether a Rust type says all of the constraint.
fn stands_for(expression: &Expression) -> bool {
    match expression {
        Expression::Root(_) => true,
        Expression::Call(name, arguments, _) => {
            matches!(name.as_str(), "list" | "map") && arguments.iter().all(stands_for)
        }
        _ => false,
    }
}

fn build(expression: &Expression) -> Option<String> {
    if stands_for(expression) {
        return Some(format!("TypeConstraint::of::<{}>()", constrained(expression)?.rust()));
    }
    let Expression::Call(name, arguments, _) = expression else {
        return Some(format!("TypeConstraint::of::<{}>()", constrained(expression)?.rust()));
    };
    Some(match (name.as_str(), &arguments[..]) {
        ("list" | "set" | "map", [element]) => format!("TypeConstraint::{name}({})", build(element)?),
        ("tuple", [Expression::List(elements)]) => {
            let elements: Vec<String> = elements.iter().map(build).collect::<Option<_>>()?;
            format!("TypeConstraint::tuple([{}])", elements.join(", "))
        }
        ("object", [Expression::Object(entries)]) => {
            let mut out = String::from("TypeConstraint::object()");
            for (key, value) in entries {
                let key = key.as_text()?;
                match value {
                    Expression::Call(name, arguments, _) if name == "optional" => match &arguments[..] {
                        [inner] => out.push_str(&format!(".optional({key:?}, {})", build(inner)?)),
                        [inner, default] => {
                            let default = crate::emit::literal::plain(default)?;
                            out.push_str(&format!(".optional_or({key:?}, {}, {default})", build(inner)?));
                        }
                        _ => return None,
                    },
                    value => out.push_str(&format!(".required({key:?}, {})", build(value)?)),
                }
            }
            out
        }
        _ => return None,
    })
}
