//! Shapes of blocks with everything nested in them, decoded once per catalogue.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::{AttributeType, BlockSchema, Catalogue, CatalogueError, Kind, ShapeId};

/// A block's schema and the shapes of what is nested in it.
pub(crate) struct Shape {
    pub(crate) schema: Arc<BlockSchema>,
    /// In the order of `schema.blocks`.
    blocks: Vec<Rc<Self>>,
    /// Shapes of attributes that are made of attributes.
    attributes: HashMap<Box<str>, Rc<Self>>,
}

impl Shape {
    /// The shape of a nested block.
    pub(crate) fn block(&self, name: &str) -> Option<&Rc<Self>> {
        let index = self.schema.blocks.binary_search_by(|block| (*block.name).cmp(name)).ok()?;
        self.blocks.get(index)
    }

    /// The shape of an attribute that is made of attributes.
    pub(crate) fn nested_attribute(&self, name: &str) -> Option<&Rc<Self>> {
        self.attributes.get(name)
    }

    /// The nearest argument to a wrong name, as a finding's hint.
    pub(crate) fn nearest(&self, wrong: &str) -> Option<&str> {
        formwork_core::nearest(wrong, self.schema.argument_names())
    }
}

/// The types of one catalogue that were asked for so far.
pub(crate) struct Types<'a> {
    pub(crate) catalogue: &'a Catalogue,
    shapes: HashMap<ShapeId, Rc<Shape>>,
    known: HashMap<Kind, HashMap<Box<str>, Option<Rc<Shape>>>>,
}

impl<'a> Types<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, shapes: HashMap::new(), known: HashMap::new() }
    }

    /// The shape of a type, if the catalogue has it.
    pub(crate) fn get(&mut self, kind: Kind, name: &str) -> Result<Option<Rc<Shape>>, CatalogueError> {
        if let Some(shape) = self.known.get(&kind).and_then(|known| known.get(name)) {
            return Ok(shape.clone());
        }
        let schema = match kind {
            Kind::Data => self.catalogue.data_source(name)?,
            Kind::Ephemeral => self.catalogue.ephemeral(name)?,
            Kind::Action => self.catalogue.action(name)?,
            Kind::List => self.catalogue.list(name)?,
            Kind::Resource | Kind::Function => self.catalogue.resource(name)?,
        };
        let shape = match schema {
            Some(schema) => Some(self.shape(schema.block)?),
            None => None,
        };
        self.known.entry(kind).or_default().insert(name.into(), shape.clone());
        Ok(shape)
    }

    /// The shape of the provider's own block.
    pub(crate) fn provider(&mut self) -> Result<Option<Rc<Shape>>, CatalogueError> {
        match self.catalogue.provider()? {
            Some(schema) => Ok(Some(self.shape(schema.block)?)),
            None => Ok(None),
        }
    }

    fn shape(&mut self, schema: Arc<BlockSchema>) -> Result<Rc<Shape>, CatalogueError> {
        if let Some(shape) = self.shapes.get(&schema.id) {
            return Ok(shape.clone());
        }
        let id = schema.id;
        let mut blocks = Vec::with_capacity(schema.blocks.len());
        for nested in &schema.blocks {
            let nested = self.catalogue.block(nested.shape)?;
            blocks.push(self.shape(nested)?);
        }
        let mut attributes = HashMap::new();
        for attribute in &schema.attributes {
            if let AttributeType::Nested { shape, .. } = attribute.ty {
                let nested = self.catalogue.block(shape)?;
                attributes.insert(attribute.name.clone(), self.shape(nested)?);
            }
        }
        let shape = Rc::new(Shape { schema, blocks, attributes });
        self.shapes.insert(id, shape.clone());
        Ok(shape)
    }
}
