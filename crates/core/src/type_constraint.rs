//! Type constraints of input variables that no Rust type stands for: objects, sets and tuples.
//!
//! Source: the Terraform language documentation, "Type Constraints".

use crate::{Json, Type, text};

/// The type constraint of an input variable, such as `object({name = string, port = optional(number, 80)})`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeConstraint(String);

/// An object type whose attributes are being named.
#[derive(Clone, Debug, Default)]
pub struct ObjectType {
    attributes: Vec<String>,
    /// What is wrong with a default, if anything is.
    invalid: Option<String>,
}

impl TypeConstraint {
    /// The constraint that stands for a Rust type.
    #[must_use]
    pub fn of<T: Type>() -> Self {
        Self(T::constraint())
    }

    /// A list of a type.
    #[must_use]
    pub fn list(element: impl Into<Self>) -> Self {
        Self(format!("list({})", element.into().0))
    }

    /// A set of a type.
    #[must_use]
    pub fn set(element: impl Into<Self>) -> Self {
        Self(format!("set({})", element.into().0))
    }

    /// A map of a type.
    #[must_use]
    pub fn map(element: impl Into<Self>) -> Self {
        Self(format!("map({})", element.into().0))
    }

    /// A tuple: a fixed number of elements, each of a type of its own.
    #[must_use]
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        let elements: Vec<String> = elements.into_iter().map(|element| element.0).collect();
        Self(format!("tuple([{}])", elements.join(", ")))
    }

    /// An object type without attributes yet.
    #[must_use]
    pub fn object() -> ObjectType {
        ObjectType::default()
    }

    pub(crate) fn into_json(self) -> Json {
        match self.0.strip_prefix(INVALID) {
            Some(reason) => Json::Invalid(reason.into()),
            // Defaults are plain data, in which `${` is escaped: Terraform reads the whole as it is.
            None => Json::String(self.0.into_boxed_str()),
        }
    }
}

/// Begins a constraint that stands for a mistake: no constraint has this character.
const INVALID: char = '\u{0}';

impl ObjectType {
    /// Adds an attribute that must be given.
    #[must_use]
    pub fn required(mut self, name: &str, constraint: impl Into<TypeConstraint>) -> Self {
        let constraint = constraint.into();
        self.add(name, constraint.0.clone(), &constraint);
        self
    }

    /// Adds an attribute that may be missing: it is null then.
    #[must_use]
    pub fn optional(mut self, name: &str, constraint: impl Into<TypeConstraint>) -> Self {
        let constraint = constraint.into();
        self.add(name, format!("optional({})", constraint.0), &constraint);
        self
    }

    /// Adds an attribute that has a default if it is missing.
    #[must_use]
    pub fn optional_or(
        mut self,
        name: &str,
        constraint: impl Into<TypeConstraint>,
        default: impl Into<serde_json::Value>,
    ) -> Self {
        let constraint = constraint.into();
        match text::literal(&default.into()) {
            Some(default) => self.add(name, format!("optional({}, {default})", constraint.0), &constraint),
            None => {
                self.invalid = Some(format!("the default of the attribute `{name}` holds an expression"));
            }
        }
        self
    }

    fn add(&mut self, name: &str, constraint: String, inner: &TypeConstraint) {
        if let Some(reason) = inner.0.strip_prefix(INVALID) {
            self.invalid = Some(reason.to_owned());
        }
        // Between quotes a name may be anything; without them it must be an identifier, which reads better.
        let name = match crate::is_identifier(name) {
            true => name.to_owned(),
            false => text::quoted(name),
        };
        self.attributes.push(format!("{name} = {constraint}"));
    }
}

impl From<ObjectType> for TypeConstraint {
    fn from(object: ObjectType) -> Self {
        match object.invalid {
            Some(reason) => Self(format!("{INVALID}{reason}")),
            None => Self(format!("object({{{}}})", object.attributes.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn constraints_nest() {
        let rule = TypeConstraint::object()
            .required("port", TypeConstraint::of::<f64>())
            .optional("protocol", TypeConstraint::of::<String>())
            .optional_or("cidrs", TypeConstraint::set(TypeConstraint::of::<String>()), json!(["${x}"]))
            .optional_or("on", TypeConstraint::of::<bool>(), false);
        let constraint = TypeConstraint::list(rule);
        assert_eq!(
            constraint.0,
            "list(object({port = number, protocol = optional(string), cidrs = optional(set(string), [\"$${x}\"]), on = optional(bool, false)}))"
        );
        let pair = TypeConstraint::tuple([TypeConstraint::of::<String>(), TypeConstraint::of::<f64>()]);
        assert_eq!(TypeConstraint::map(pair).0, "map(tuple([string, number]))");
    }
}
