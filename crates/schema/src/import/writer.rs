//! Writes a provider's schema as the text of a catalogue.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::Value as Json;

use crate::block::{Attribute, AttributeType, NestedBlock, Nesting, OPEN};
use crate::catalogue::{Kind, MAGIC};
use crate::function::{FunctionSchema, Parameter};
use crate::import::{ImportError, json};
use crate::line::is_name;
use crate::shape_id::ShapeId;
use crate::ty::{ObjectAttribute, Type};
use crate::version::Version;

/// Writes the catalogue of `provider`.
pub(crate) fn write(
    address: &str,
    version: &Version,
    provider: &json::Provider,
) -> Result<String, ImportError> {
    let mut writer = Writer::default();
    for (kind, schemas) in [
        (Kind::Resource, &provider.resource_schemas),
        (Kind::Data, &provider.data_source_schemas),
        (Kind::Ephemeral, &provider.ephemeral_resource_schemas),
        (Kind::Action, &provider.action_schemas),
        (Kind::List, &provider.list_resource_schemas),
    ] {
        for (name, schema) in schemas {
            writer.add_schema(kind, name, schema)?;
        }
    }
    for (name, function) in &provider.functions {
        writer.add_function(name, function)?;
    }
    if let Some(schema) = &provider.provider {
        writer.add_provider(schema)?;
    }
    Ok(format!("{MAGIC}{address} {version}\n{}", writer.finish()))
}

#[derive(Default)]
struct Writer {
    /// The contents of every shape.
    shapes: BTreeMap<ShapeId, String>,
    /// The other lines.
    lines: Vec<String>,
    /// Where the writer is, for messages.
    path: Vec<String>,
}

impl Writer {
    fn add_schema(&mut self, kind: Kind, name: &str, schema: &json::Schema) -> Result<(), ImportError> {
        let shape = self.at(format!("{kind} {name}"), |writer| {
            writer.check_name(name)?;
            writer.add_block(&schema.block)
        })?;
        let prefix = kind.prefix();
        let version = schema.version;
        let flag = deprecated_flag(schema.block.deprecated);
        self.lines.push(format!("{prefix}{name} {version} {shape}{flag}"));
        Ok(())
    }

    fn add_provider(&mut self, schema: &json::Schema) -> Result<(), ImportError> {
        let shape = self.at("provider".into(), |writer| writer.add_block(&schema.block))?;
        let flag = deprecated_flag(schema.block.deprecated);
        self.lines.push(format!("provider {shape}{flag}"));
        Ok(())
    }

    fn add_function(&mut self, name: &str, function: &json::Function) -> Result<(), ImportError> {
        let schema = self.at(format!("{} {name}", Kind::Function), |writer| {
            writer.check_name(name)?;
            let parameters = function.parameters.iter();
            let variadic = function.variadic_parameter.as_ref();
            Ok(FunctionSchema {
                parameters: parameters
                    .map(|parameter| writer.read_parameter(parameter))
                    .collect::<Result<_, _>>()?,
                variadic: variadic.map(|parameter| writer.read_parameter(parameter)).transpose()?,
                returns: writer.read_type(&function.return_type)?,
                deprecated: !function.deprecation_message.is_empty(),
            })
        })?;
        let prefix = Kind::Function.prefix();
        self.lines.push(format!("{prefix}{name} {schema}"));
        Ok(())
    }

    fn add_block(&mut self, block: &json::Block) -> Result<ShapeId, ImportError> {
        let mut contents = if block.open { vec![OPEN.to_owned()] } else { Vec::new() };
        contents.extend(self.write_attributes(&block.attributes)?);
        if !block.block_types.is_empty() {
            contents.push("|".into());
        }
        for (name, block_type) in &block.block_types {
            let nested = self.at(name.clone(), |writer| {
                writer.check_name(name)?;
                Ok(NestedBlock {
                    name: name.as_str().into(),
                    nesting: writer.read_nesting(&block_type.nesting_mode)?,
                    min: block_type.min_items,
                    max: (block_type.max_items > 0).then_some(block_type.max_items),
                    shape: writer.add_block(&block_type.block)?,
                    deprecated: block_type.block.deprecated,
                    unknown: block_type.unknown,
                })
            })?;
            contents.push(nested.to_string());
        }
        Ok(self.add_shape(contents.join(" ")))
    }

    fn write_attributes(
        &mut self,
        attributes: &BTreeMap<String, json::Attribute>,
    ) -> Result<Vec<String>, ImportError> {
        let mut contents = Vec::with_capacity(attributes.len());
        for (name, attribute) in attributes {
            let ty = self.at(name.clone(), |writer| {
                writer.check_name(name)?;
                writer.read_attribute_type(attribute)
            })?;
            let attribute = Attribute {
                name: name.as_str().into(),
                ty,
                required: attribute.required,
                optional: attribute.optional,
                computed: attribute.computed,
                sensitive: attribute.sensitive,
                deprecated: attribute.deprecated,
                write_only: attribute.write_only,
                unknown: attribute.unknown,
            };
            contents.push(attribute.to_string());
        }
        Ok(contents)
    }

    fn read_attribute_type(&mut self, attribute: &json::Attribute) -> Result<AttributeType, ImportError> {
        match (&attribute.r#type, &attribute.nested_type) {
            (Some(ty), None) => self.read_type(ty).map(AttributeType::Value),
            (None, Some(nested)) => {
                let nesting = self.read_nesting(&nested.nesting_mode)?;
                if nesting == Nesting::Group {
                    return Err(self.nesting_error(&nested.nesting_mode));
                }
                let contents = self.write_attributes(&nested.attributes)?.join(" ");
                let shape = self.add_shape(contents);
                Ok(AttributeType::Nested { nesting, shape })
            }
            _ => Err(ImportError::NoType { path: self.path.join(".") }),
        }
    }

    fn read_parameter(&mut self, parameter: &json::Parameter) -> Result<Parameter, ImportError> {
        self.at(parameter.name.clone(), |writer| {
            writer.check_name(&parameter.name)?;
            Ok(Parameter {
                name: parameter.name.as_str().into(),
                ty: writer.read_type(&parameter.r#type)?,
                nullable: parameter.is_nullable,
            })
        })
    }

    fn read_nesting(&self, mode: &str) -> Result<Nesting, ImportError> {
        Nesting::decode(mode).map_err(|_| self.nesting_error(mode))
    }

    /// Reads a type in its JSON form: `"string"`, `["list", "string"]` or
    /// `["object", {"a": "string"}, ["a"]]`, whose third element has the optional attributes.
    fn read_type(&self, json: &Json) -> Result<Type, ImportError> {
        let error = || ImportError::Type { path: self.path.join("."), found: json.to_string() };
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Type::String),
                "number" => Ok(Type::Number),
                "bool" => Ok(Type::Bool),
                "dynamic" => Ok(Type::Dynamic),
                _ => Err(error()),
            },
            Json::Array(parts) => {
                let kind = parts.first().and_then(Json::as_str);
                match (kind.ok_or_else(error)?, &parts[1..]) {
                    ("list", [element]) => Ok(Type::List(Box::new(self.read_type(element)?))),
                    ("set", [element]) => Ok(Type::Set(Box::new(self.read_type(element)?))),
                    ("map", [element]) => Ok(Type::Map(Box::new(self.read_type(element)?))),
                    ("tuple", [Json::Array(elements)]) => {
                        let elements = elements.iter().map(|element| self.read_type(element));
                        Ok(Type::Tuple(elements.collect::<Result<_, _>>()?))
                    }
                    ("object", [Json::Object(attributes)]) => self.read_object(attributes, &[]),
                    ("object", [Json::Object(attributes), Json::Array(optional)]) => {
                        self.read_object(attributes, optional)
                    }
                    _ => Err(error()),
                }
            }
            _ => Err(error()),
        }
    }

    fn read_object(
        &self,
        attributes: &serde_json::Map<String, Json>,
        optional: &[Json],
    ) -> Result<Type, ImportError> {
        // Sorted here, since another crate may turn on serde_json's `preserve_order`.
        let mut sorted: Vec<_> = attributes.iter().collect();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        let attributes = sorted.into_iter().map(|(name, ty)| {
            self.check_name(name)?;
            Ok(ObjectAttribute {
                name: name.as_str().into(),
                ty: self.read_type(ty)?,
                optional: optional.iter().any(|it| it == name),
            })
        });
        Ok(Type::Object(attributes.collect::<Result<_, _>>()?))
    }

    /// Keeps the contents of a shape, and returns the identifier they have.
    fn add_shape(&mut self, contents: String) -> ShapeId {
        let mut shape = ShapeId::of(&contents);
        // Shapes are added in the order of their names, so that of two with one hash it is
        // always the same that gives way.
        while self.shapes.get(&shape).is_some_and(|it| *it != contents) {
            shape = shape.next();
        }
        self.shapes.insert(shape, contents);
        shape
    }

    fn finish(self) -> String {
        let mut lines = self.lines;
        for (shape, contents) in self.shapes {
            let separator = if contents.is_empty() { "" } else { " " };
            lines.push(format!("block {shape}{separator}{contents}"));
        }
        lines.sort_unstable();
        lines.push(String::new());
        lines.join("\n")
    }

    /// Does `work` with `step` at the end of the path.
    fn at<T>(
        &mut self,
        step: String,
        work: impl FnOnce(&mut Self) -> Result<T, ImportError>,
    ) -> Result<T, ImportError> {
        self.path.push(step);
        let result = work(self)?;
        self.path.pop();
        Ok(result)
    }

    fn check_name(&self, name: &str) -> Result<(), ImportError> {
        if is_name(name) {
            return Ok(());
        }
        Err(ImportError::Name { path: self.path.join(".") })
    }

    fn nesting_error(&self, found: &str) -> ImportError {
        ImportError::Nesting { path: self.path.join("."), found: found.into() }
    }
}

fn deprecated_flag(deprecated: bool) -> impl Display {
    if deprecated { " d" } else { "" }
}
