//! What a change of a resource would be: which computed attributes are not known yet, and what forces replacement.

use std::collections::BTreeSet;

use formwork_schema::{AttributeType, BlockSchema, Catalogue, CatalogueError, Nesting, Type};

use crate::value::{Object, Value};

/// Which arguments differ between two states: dotted paths without indexes, such as `vpc_config.subnet_ids`.
pub(crate) type Changes = BTreeSet<String>;

/// Makes what the provider has to decide unknown: each computed attribute that the configuration says nothing of and
/// that has no value yet. Write-only arguments are never part of a state.
pub(crate) fn mark(
    catalogue: &Catalogue,
    block: &BlockSchema,
    mut proposed: Object,
    config: Option<&Object>,
) -> Result<Object, CatalogueError> {
    for attribute in &block.attributes {
        let Some(value) = proposed.get_mut(&*attribute.name) else {
            continue;
        };
        if attribute.write_only {
            *value = Value::Null;
            continue;
        }
        let given = config.and_then(|config| config.get(&*attribute.name));
        // A value of any type is invented as null, so that it is decided already.
        let is_decided = attribute.ty == AttributeType::Value(Type::Dynamic);
        if value.is_null() && attribute.computed && !is_decided && given.is_none_or(Value::is_null) {
            *value = Value::Unknown;
        } else if let AttributeType::Nested { nesting, shape } = &attribute.ty {
            let shape = catalogue.block(*shape)?;
            *value = mark_all(catalogue, &shape, std::mem::replace(value, Value::Null), *nesting, given)?;
        }
    }
    for nested in &block.blocks {
        if let Some(value) = proposed.get_mut(&*nested.name) {
            let shape = catalogue.block(nested.shape)?;
            let given = config.and_then(|config| config.get(&*nested.name));
            *value =
                mark_all(catalogue, &shape, std::mem::replace(value, Value::Null), nested.nesting, given)?;
        }
    }
    Ok(proposed)
}

fn mark_all(
    catalogue: &Catalogue,
    shape: &BlockSchema,
    value: Value,
    nesting: Nesting,
    given: Option<&Value>,
) -> Result<Value, CatalogueError> {
    // What is null in a block and computed is decided by the provider, whether or not it is known which block of the
    // configuration it came from: a null there is a null here.
    let given = match nesting {
        Nesting::Single | Nesting::Group => given.and_then(Value::object),
        Nesting::List | Nesting::Set | Nesting::Map => None,
    };
    crate::schema::each(value, nesting, &mut |value| match value {
        Value::Object(object) => mark(catalogue, shape, object, given).map(Value::Object),
        value => Ok(value),
    })
}

/// Compares what is with what shall be.
pub(crate) fn changes(
    catalogue: &Catalogue,
    block: &BlockSchema,
    prior: &Object,
    planned: &Object,
) -> Result<Changes, CatalogueError> {
    let mut found = Changes::new();
    compare(catalogue, block, prior, planned, "", &mut found)?;
    Ok(found)
}

fn compare(
    catalogue: &Catalogue,
    block: &BlockSchema,
    prior: &Object,
    planned: &Object,
    within: &str,
    found: &mut Changes,
) -> Result<(), CatalogueError> {
    const NULL: &Value = &Value::Null;
    let sides = |name: &str| (prior.get(name).unwrap_or(NULL), planned.get(name).unwrap_or(NULL));
    for attribute in &block.attributes {
        let (before, after) = sides(&attribute.name);
        let is_set = match &attribute.ty {
            AttributeType::Value(ty) => matches!(ty, Type::Set(_)),
            AttributeType::Nested { nesting, .. } => *nesting == Nesting::Set,
        };
        if !same(before, after, is_set) {
            found.insert(format!("{within}{}", attribute.name));
        }
    }
    for nested in &block.blocks {
        let (before, after) = sides(&nested.name);
        if same(before, after, nested.nesting == Nesting::Set) {
            continue;
        }
        let path = format!("{within}{}", nested.name);
        let (before, after) = (before.elements(), after.elements());
        if before.len() == after.len() && nested.nesting != Nesting::Map {
            let shape = catalogue.block(nested.shape)?;
            for (before, after) in before.iter().zip(after) {
                if let (Some(before), Some(after)) = (before.object(), after.object()) {
                    compare(catalogue, &shape, before, after, &format!("{path}."), found)?;
                }
            }
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

/// Whether two values are equal; the elements of a set in any order.
fn same(before: &Value, after: &Value, is_set: bool) -> bool {
    match (before, after) {
        (Value::List(before), Value::List(after)) if is_set => {
            before.len() == after.len() && before.iter().all(|element| after.contains(element))
        }
        (before, after) => before == after,
    }
}

/// Whether a change touches an argument: it, a block that it is in, or something inside it. `block.#` is how many blocks
/// there are.
pub(crate) fn touches(changes: &Changes, argument: &str) -> bool {
    if let Some(block) = argument.strip_suffix(".#") {
        return changes.contains(block);
    }
    let is_inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    changes.iter().any(|change| is_inside(change, argument) || is_inside(argument, change))
}
