//! Type constraints of input variables that no Rust type stands for: objects, sets and tuples.
//!
//! Source: the Terraform language documentation, "Type Constraints".

use crate::block::text;
use crate::value::type_syntax::TypeSyntax;
use crate::{Json, Type};

/// The type constraint of an input variable, such as `object({name = string, port = optional(number, 80)})`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeConstraint {
    /// The constraint, or why there is none.
    hcl: Result<String, String>,
}

/// An object type whose attributes are being named.
#[derive(Clone, Debug, Default)]
pub struct ObjectType {
    attributes: Vec<String>,
    /// What is wrong with an attribute, if anything is.
    invalid: Option<String>,
}

impl TypeConstraint {
    /// The constraint that stands for a Rust type.
    #[must_use]
    pub fn of<T: Type>() -> Self {
        Self { hcl: Ok(T::constraint()) }
    }

    /// A list of a type.
    #[must_use]
    pub fn list(element: impl Into<Self>) -> Self {
        element.into().within("list")
    }

    /// A set of a type.
    #[must_use]
    pub fn set(element: impl Into<Self>) -> Self {
        element.into().within("set")
    }

    /// A map of a type.
    #[must_use]
    pub fn map(element: impl Into<Self>) -> Self {
        element.into().within("map")
    }

    /// A tuple: a fixed number of elements, each of a type of its own.
    #[must_use]
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        let elements: Result<Vec<String>, String> = elements.into_iter().map(|element| element.hcl).collect();
        Self { hcl: elements.map(|elements| format!("tuple([{}])", elements.join(", "))) }
    }

    /// An object type without attributes yet.
    #[must_use]
    pub fn object() -> ObjectType {
        ObjectType::default()
    }

    /// The constraint in Terraform's own words, such as `list(object({ port = number }))`. What cannot be read is a
    /// diagnostic at synthesis.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self { hcl: TypeSyntax::parse(text).map(|_| text.to_owned()) }
    }

    fn within(self, collection: &str) -> Self {
        Self { hcl: self.hcl.map(|element| format!("{collection}({element})")) }
    }

    pub(crate) fn into_json(self) -> Json {
        match self.hcl {
            // Defaults are plain data, in which `${` is escaped: Terraform reads the whole as it is.
            Ok(hcl) => Json::String(hcl.into()),
            Err(reason) => Json::Invalid(reason.into_boxed_str()),
        }
    }
}

impl ObjectType {
    /// Adds an attribute that must be given.
    #[must_use]
    pub fn required(mut self, name: &str, constraint: impl Into<TypeConstraint>) -> Self {
        self.add(name, constraint.into().hcl);
        self
    }

    /// Adds an attribute that may be missing: it is null then.
    #[must_use]
    pub fn optional(mut self, name: &str, constraint: impl Into<TypeConstraint>) -> Self {
        self.add(name, constraint.into().within("optional").hcl);
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
        let default = text::literal(&default.into())
            .ok_or_else(|| format!("the default of the attribute `{name}` holds an expression"));
        let with = |hcl| default.map(|default| format!("optional({hcl}, {default})"));
        self.add(name, constraint.into().hcl.and_then(with));
        self
    }

    fn add(&mut self, name: &str, constraint: Result<String, String>) {
        match constraint {
            // Terraform takes no quotes here: "Object constructor map keys must be attribute names."
            Ok(_) if !crate::is_identifier(name) => {
                self.invalid = Some(format!("`{name}` cannot be the name of an attribute in a type"));
            }
            Ok(constraint) => self.attributes.push(format!("{name} = {constraint}")),
            Err(reason) => self.invalid = Some(reason),
        }
    }
}

/// The constraint in Terraform's own words: [`TypeConstraint::parse`].
impl From<&str> for TypeConstraint {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

impl From<ObjectType> for TypeConstraint {
    fn from(object: ObjectType) -> Self {
        let hcl = format!("object({{{}}})", object.attributes.join(", "));
        Self { hcl: object.invalid.map_or(Ok(hcl), Err) }
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
            constraint.hcl.unwrap(),
            "list(object({port = number, protocol = optional(string), cidrs = optional(set(string), [\"$${x}\"]), on = optional(bool, false)}))"
        );
        let spaced = TypeConstraint::object().required("a b", TypeConstraint::of::<String>());
        assert_eq!(TypeConstraint::list("map( string )").hcl.unwrap(), "list(map( string ))");
        assert!(matches!(TypeConstraint::parse("lst(string)").into_json(), Json::Invalid(_)));
        assert!(matches!(TypeConstraint::list(spaced).into_json(), Json::Invalid(_)));
        let pair = TypeConstraint::tuple([TypeConstraint::of::<String>(), TypeConstraint::of::<f64>()]);
        assert_eq!(TypeConstraint::map(pair).hcl.unwrap(), "map(tuple([string, number]))");
    }
}
