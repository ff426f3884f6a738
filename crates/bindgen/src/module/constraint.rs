//! Type constraints: `map(object({ port = optional(number, 80) }))`.
//!
//! Source: the Terraform language documentation, "Type Constraints".

use formwork_schema::{ObjectAttribute, Type};
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use crate::module::{ModuleError, SourceLine};

const KNOWN: [&str; 9] = ["any", "bool", "list", "map", "number", "object", "set", "string", "tuple"];

/// The type that an expression states.
pub(crate) fn of(expression: &Expression, location: &SourceLine) -> Result<Type, ModuleError> {
    match expression {
        Expression::Variable(name) => match name.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "any" => Ok(Type::Dynamic),
            // Terraform reads these two as it did before it had element types.
            "list" => Ok(Type::List(Box::new(Type::Dynamic))),
            "map" => Ok(Type::Map(Box::new(Type::Dynamic))),
            name @ ("set" | "object" | "tuple") => {
                Err(location.invalid(format!("the type `{name}` needs to say of what")))
            }
            name => Err(unknown(name, location)),
        },
        Expression::FuncCall(call) => called(call, location),
        _ => Err(location.refused(
            "this is not a type",
            "a type is written without quotes, such as `string` or `list(number)`",
        )),
    }
}

fn called(call: &FuncCall, location: &SourceLine) -> Result<Type, ModuleError> {
    let name = call.name.name.as_str();
    if call.name.is_namespaced() || !KNOWN.contains(&name) {
        return Err(match name {
            "optional" => location.invalid("`optional` is only for the attributes of an object"),
            name => unknown(name, location),
        });
    }
    let mut arguments = call.args.iter();
    let (Some(argument), None) = (arguments.next(), arguments.next()) else {
        return Err(location.invalid(format!("the type `{name}` takes one argument")));
    };
    match (name, argument) {
        ("list", element) => Ok(Type::List(Box::new(of(element, location)?))),
        ("set", element) => Ok(Type::Set(Box::new(of(element, location)?))),
        ("map", element) => Ok(Type::Map(Box::new(of(element, location)?))),
        ("tuple", Expression::Array(elements)) => {
            Ok(Type::Tuple(elements.iter().map(|element| of(element, location)).collect::<Result<_, _>>()?))
        }
        ("tuple", _) => Err(location.invalid("the type `tuple` takes a list of types")),
        ("object", Expression::Object(attributes)) => {
            let mut object = attributes
                .iter()
                .map(|(key, value)| attribute(key, value.expr(), location))
                .collect::<Result<Vec<_>, _>>()?;
            object.sort_by(|left, right| left.name.cmp(&right.name));
            Ok(Type::Object(object))
        }
        ("object", _) => Err(location.invalid("the type `object` takes attributes in braces")),
        (name, _) => Err(location.invalid(format!("the type `{name}` takes no argument"))),
    }
}

fn attribute(
    key: &ObjectKey,
    value: &Expression,
    location: &SourceLine,
) -> Result<ObjectAttribute, ModuleError> {
    let ObjectKey::Ident(name) = key else {
        return Err(location.invalid("the attributes of an object type are names, without quotes"));
    };
    let (ty, optional) = match value {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => {
            let ty = call.args.iter().next();
            if ty.is_none() || call.args.iter().count() > 2 {
                return Err(location.invalid("`optional` takes a type, and a default if there is one"));
            }
            (ty, true)
        }
        ty => (Some(ty), false),
    };
    let ty = ty.map_or(Ok(Type::Dynamic), |ty| of(ty, location))?;
    Ok(ObjectAttribute { name: name.as_str().into(), ty, optional })
}

fn unknown(name: &str, location: &SourceLine) -> ModuleError {
    let problem = format!("there is no type `{name}`");
    match formwork_core::nearest(name, KNOWN) {
        Some(near) => location.refused(problem, format!("did you mean `{near}`?")),
        None => location.refused(problem, format!("the types are {}", KNOWN.join(", "))),
    }
}
