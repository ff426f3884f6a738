//! Schemas as the protocol has them, made from the catalogue, and values brought into their shape.

use std::collections::{BTreeMap, BTreeSet};

use formwork_schema::{
    Attribute, AttributeType, BlockSchema, Catalogue, CatalogueError, FunctionSchema, Kind, Nesting,
    ResourceSchema, Type,
};
use serde_json::{Value as Json, json};

use crate::value::{Object, Value};
use crate::wire;
use crate::wire::schema::nested_block::NestingMode as BlockNesting;
use crate::wire::schema::object::NestingMode as ObjectNesting;

/// Makes the answer to `GetProviderSchema`, with the resources, data sources and ephemeral resources of these names that
/// the catalogue has: all of a large provider would be more than a message can hold.
pub(crate) fn provider(
    catalogue: &Catalogue,
    types: &BTreeSet<String>,
) -> Result<wire::get_provider_schema::Response, CatalogueError> {
    let provider = match catalogue.provider()? {
        Some(schema) => wire_schema(catalogue, &schema)?,
        None => wire::Schema { version: 0, block: Some(wire::schema::Block::default()) },
    };
    Ok(wire::get_provider_schema::Response {
        provider: Some(provider),
        resource_schemas: schemas(catalogue, Kind::Resource, types)?,
        data_source_schemas: schemas(catalogue, Kind::Data, types)?,
        ephemeral_resource_schemas: schemas(catalogue, Kind::Ephemeral, types)?,
        functions: functions(catalogue)?,
        server_capabilities: Some(wire::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
        }),
        diagnostics: Vec::new(),
    })
}

/// The functions of a provider.
pub(crate) fn functions(catalogue: &Catalogue) -> Result<BTreeMap<String, wire::Function>, CatalogueError> {
    let mut functions = BTreeMap::new();
    for name in catalogue.function_names() {
        if let Some(function) = catalogue.function(name)? {
            functions.insert(name.to_owned(), wire_function(&function));
        }
    }
    Ok(functions)
}

/// Finds the schema of something by kind and name.
pub(crate) fn find(
    catalogue: &Catalogue,
    kind: Kind,
    name: &str,
) -> Result<Option<ResourceSchema>, CatalogueError> {
    match kind {
        Kind::Resource => catalogue.resource(name),
        Kind::Data => catalogue.data_source(name),
        Kind::Ephemeral => catalogue.ephemeral(name),
        Kind::Action => catalogue.action(name),
        Kind::List => catalogue.list(name),
        Kind::Function => Ok(None),
    }
}

/// Brings a value that another version of the schema made into the shape of this one: what the schema does not have
/// is dropped, and what it has besides is null or empty.
pub(crate) fn conform(
    catalogue: &Catalogue,
    block: &BlockSchema,
    mut value: Object,
) -> Result<Object, CatalogueError> {
    let mut conformed = Object::new();
    for attribute in &block.attributes {
        let value = value.remove(&*attribute.name).unwrap_or(Value::Null);
        let value = match &attribute.ty {
            AttributeType::Value(Type::Dynamic) => typed(value),
            AttributeType::Value(_) => value,
            AttributeType::Nested { nesting, shape } => {
                let shape = catalogue.block(*shape)?;
                conform_all(value, *nesting, &|object| conform(catalogue, &shape, object))?
            }
        };
        conformed.insert(attribute.name.to_string(), value);
    }
    for nested in &block.blocks {
        let shape = catalogue.block(nested.shape)?;
        let value = match (value.remove(&*nested.name), nested.nesting) {
            (None | Some(Value::Null), Nesting::List | Nesting::Set) => Value::List(Vec::new()),
            (None | Some(Value::Null), Nesting::Map | Nesting::Group) => Value::Object(Object::new()),
            (value, _) => value.unwrap_or(Value::Null),
        };
        let value = conform_all(value, nested.nesting, &|object| conform(catalogue, &shape, object))?;
        conformed.insert(nested.name.to_string(), value);
    }
    Ok(conformed)
}

/// What a state holds of a dynamic value: its type beside it.
fn typed(value: Value) -> Value {
    match value {
        Value::Object(mut object) if object.len() == 2 => {
            match (object.remove("type"), object.remove("value")) {
                (Some(ty), Some(value)) => {
                    Value::Typed(ty.to_json().to_string().into_bytes(), Box::new(value))
                }
                _ => Value::Null,
            }
        }
        value => value,
    }
}

fn conform_all(
    value: Value,
    nesting: Nesting,
    conform: &dyn Fn(Object) -> Result<Object, CatalogueError>,
) -> Result<Value, CatalogueError> {
    each(value, nesting, &mut |value| match value {
        Value::Object(object) => conform(object).map(Value::Object),
        value => Ok(value),
    })
}

/// Changes every object that a nesting holds.
pub(crate) fn each<E>(
    value: Value,
    nesting: Nesting,
    change: &mut dyn FnMut(Value) -> Result<Value, E>,
) -> Result<Value, E> {
    Ok(match (value, nesting) {
        (Value::List(elements), Nesting::List | Nesting::Set) => {
            Value::List(elements.into_iter().map(change).collect::<Result<_, _>>()?)
        }
        (Value::Object(labelled), Nesting::Map) => {
            let changed = labelled.into_iter().map(|(label, value)| Ok((label, change(value)?)));
            Value::Object(changed.collect::<Result<_, E>>()?)
        }
        (value @ Value::Object(_), Nesting::Single | Nesting::Group) => change(value)?,
        (value, _) => value,
    })
}

fn schemas(
    catalogue: &Catalogue,
    kind: Kind,
    types: &BTreeSet<String>,
) -> Result<BTreeMap<String, wire::Schema>, CatalogueError> {
    let mut schemas = BTreeMap::new();
    for name in catalogue.names(kind).filter(|name| types.contains(*name)) {
        if let Some(schema) = find(catalogue, kind, name)? {
            schemas.insert(name.to_owned(), wire_schema(catalogue, &schema)?);
        }
    }
    Ok(schemas)
}

fn wire_schema(catalogue: &Catalogue, schema: &ResourceSchema) -> Result<wire::Schema, CatalogueError> {
    let mut block = wire_block(catalogue, &schema.block)?;
    block.deprecated = schema.deprecated;
    Ok(wire::Schema { version: i64::try_from(schema.version).unwrap_or(i64::MAX), block: Some(block) })
}

fn wire_block(catalogue: &Catalogue, block: &BlockSchema) -> Result<wire::schema::Block, CatalogueError> {
    let mut block_types = Vec::with_capacity(block.blocks.len());
    for nested in &block.blocks {
        let mut contents = wire_block(catalogue, &*catalogue.block(nested.shape)?)?;
        contents.deprecated = nested.deprecated;
        let nesting = match nested.nesting {
            Nesting::Single => BlockNesting::Single,
            Nesting::Group => BlockNesting::Group,
            Nesting::List => BlockNesting::List,
            Nesting::Set => BlockNesting::Set,
            Nesting::Map => BlockNesting::Map,
        };
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        block_types.push(wire::schema::NestedBlock {
            type_name: nested.name.to_string(),
            block: Some(contents),
            nesting: nesting.into(),
            min_items: number(nested.min),
            max_items: number(nested.max.unwrap_or_default()),
        });
    }
    Ok(wire::schema::Block {
        version: 0,
        attributes: attributes(catalogue, block)?,
        block_types,
        deprecated: false,
    })
}

fn attributes(
    catalogue: &Catalogue,
    block: &BlockSchema,
) -> Result<Vec<wire::schema::Attribute>, CatalogueError> {
    block.attributes.iter().map(|attribute| wire_attribute(catalogue, attribute)).collect()
}

fn wire_attribute(
    catalogue: &Catalogue,
    attribute: &Attribute,
) -> Result<wire::schema::Attribute, CatalogueError> {
    let (ty, nested_type) = match &attribute.ty {
        AttributeType::Value(ty) => (type_json(ty).to_string().into_bytes(), None),
        AttributeType::Nested { nesting, shape } => {
            let nesting = match nesting {
                Nesting::Single | Nesting::Group => ObjectNesting::Single,
                Nesting::List => ObjectNesting::List,
                Nesting::Set => ObjectNesting::Set,
                Nesting::Map => ObjectNesting::Map,
            };
            let attributes = attributes(catalogue, &*catalogue.block(*shape)?)?;
            (Vec::new(), Some(wire::schema::Object { attributes, nesting: nesting.into() }))
        }
    };
    Ok(wire::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: ty,
        nested_type,
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
    })
}

fn wire_function(function: &FunctionSchema) -> wire::Function {
    let parameter = |parameter: &formwork_schema::Parameter| wire::function::Parameter {
        name: parameter.name.to_string(),
        r#type: type_json(&parameter.ty).to_string().into_bytes(),
        allow_null_value: parameter.nullable,
    };
    wire::Function {
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic_parameter: function.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return {
            r#type: type_json(&function.returns).to_string().into_bytes(),
        }),
    }
}

/// A type as Terraform writes it in JSON.
fn type_json(ty: &Type) -> Json {
    match ty {
        Type::String => json!("string"),
        Type::Number => json!("number"),
        Type::Bool => json!("bool"),
        Type::Dynamic => json!("dynamic"),
        Type::List(element) => json!(["list", type_json(element)]),
        Type::Set(element) => json!(["set", type_json(element)]),
        Type::Map(element) => json!(["map", type_json(element)]),
        Type::Object(attributes) => {
            let members = attributes.iter().map(|it| (it.name.to_string(), type_json(&it.ty)));
            json!(["object", members.collect::<serde_json::Map<_, _>>()])
        }
        Type::Tuple(types) => json!(["tuple", types.iter().map(type_json).collect::<Vec<_>>()]),
    }
}
