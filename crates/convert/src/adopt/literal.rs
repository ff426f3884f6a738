//! Attributes of a state as the arguments of a block, in the types of their schema.

use formwork_schema::{AttributeType, BlockSchema, Catalogue, CatalogueError, Nesting, Type};
use serde_json::{Map, Value};

use super::build::{attribute, block};
use crate::configuration::{Body, Item};
use crate::error::Place;
use crate::expression::Expression;

/// All that can be an argument; what only the provider sets, and what is null, is left out.
pub(super) fn body(
    values: &Map<String, Value>,
    schema: &BlockSchema,
    catalogue: &Catalogue,
    place: &Place,
) -> Result<Body, CatalogueError> {
    let mut items = Vec::new();
    for known in schema.attributes.iter().filter(|known| known.required || known.optional) {
        let Some(value) = values.get(&*known.name).filter(|value| !value.is_null()) else { continue };
        items.push(Item::Attribute(attribute(
            &known.name,
            of_attribute(value, &known.ty, catalogue)?,
            place,
        )));
    }
    for nested in &schema.blocks {
        let Some(value) = values.get(&*nested.name).filter(|value| !value.is_null()) else { continue };
        let shape = catalogue.block(nested.shape)?;
        let mut push = |labels: Vec<String>, value: &Value| -> Result<(), CatalogueError> {
            if let Value::Object(inner) = value {
                let inner = body(inner, &shape, catalogue, place)?;
                items.push(Item::Block(block(&nested.name, labels, inner, place)));
            }
            Ok(())
        };
        match (nested.nesting, value) {
            (Nesting::Map, Value::Object(entries)) => {
                for (label, inner) in entries {
                    push(vec![label.clone()], inner)?;
                }
            }
            (_, Value::Array(ones)) => {
                for one in ones {
                    push(Vec::new(), one)?;
                }
            }
            (_, one) => push(Vec::new(), one)?,
        }
    }
    Ok(Body { items, comments: Vec::new() })
}

fn of_attribute(
    value: &Value,
    ty: &AttributeType,
    catalogue: &Catalogue,
) -> Result<Expression, CatalogueError> {
    let (nesting, shape) = match ty {
        AttributeType::Value(ty) => return Ok(of_type(value, ty)),
        AttributeType::Nested { nesting, shape } => (*nesting, catalogue.block(*shape)?),
    };
    let object = |value: &Value| -> Result<Expression, CatalogueError> {
        let Value::Object(inner) = value else { return Ok(Expression::Null) };
        let inner = body(inner, &shape, catalogue, &super::build::nowhere())?;
        let entries = inner.attributes().map(|it| (Expression::text(it.name.as_str()), it.value.clone()));
        Ok(Expression::Object(entries.collect()))
    };
    match (nesting, value) {
        (Nesting::Map, Value::Object(entries)) => {
            let entries = entries.iter().map(|(key, one)| Ok((Expression::text(key.as_str()), object(one)?)));
            Ok(Expression::Object(entries.collect::<Result<_, CatalogueError>>()?))
        }
        (_, Value::Array(ones)) => Ok(Expression::List(ones.iter().map(object).collect::<Result<_, _>>()?)),
        (_, one) => object(one),
    }
}

fn of_type(value: &Value, ty: &Type) -> Expression {
    match (ty, value) {
        (_, Value::Null) => Expression::Null,
        (Type::List(element) | Type::Set(element), Value::Array(items)) => {
            Expression::List(items.iter().map(|item| of_type(item, element)).collect())
        }
        (Type::Map(element), Value::Object(entries)) => {
            let entries = entries.iter().filter(|(_, value)| !value.is_null());
            Expression::Object(
                entries
                    .map(|(key, value)| (Expression::text(key.as_str()), of_type(value, element)))
                    .collect(),
            )
        }
        // An object needs all of its keys.
        (Type::Object(known), Value::Object(entries)) => {
            let entries = known.iter().map(|known| {
                let value = entries.get(&*known.name).unwrap_or(&Value::Null);
                (Expression::text(&*known.name), of_type(value, &known.ty))
            });
            Expression::Object(entries.collect())
        }
        (Type::Dynamic, value) => of_json(dynamic(value)),
        (_, value) => of_json(value),
    }
}

/// A value of any type, which a state has beside the type that it is of.
pub(super) fn dynamic(value: &Value) -> &Value {
    match value {
        Value::Object(entries) if entries.len() == 2 && entries.contains_key("type") => {
            entries.get("value").unwrap_or(value)
        }
        value => value,
    }
}

/// A value as Terraform's language writes it.
pub(super) fn of_json(value: &Value) -> Expression {
    match value {
        Value::Null => Expression::Null,
        Value::Bool(truth) => Expression::Bool(*truth),
        Value::Number(number) => match number.to_string().strip_prefix('-') {
            Some(digits) => Expression::Unary('-', Box::new(Expression::Number(digits.to_owned()))),
            None => Expression::Number(number.to_string()),
        },
        Value::String(text) => Expression::text(text.as_str()),
        Value::Array(items) => Expression::List(items.iter().map(of_json).collect()),
        Value::Object(entries) => Expression::Object(
            entries.iter().map(|(key, value)| (Expression::text(key.as_str()), of_json(value))).collect(),
        ),
    }
}
