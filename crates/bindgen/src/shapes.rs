//! Which Rust types a resource needs: one for each distinct nested block and one for each object type.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use formwork_schema::{
    AttributeType, BlockSchema, Catalogue, CatalogueError, ObjectAttribute, ShapeId, Type,
};

use crate::names;

/// What a shape is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nested blocks.
    Block,
    /// The value of an attribute that is made of attributes.
    Attribute,
}

/// The Rust types of one resource, besides its own.
pub(crate) struct Shapes {
    /// Nested blocks, in the order in which they were met: outer ones first.
    pub(crate) blocks: Vec<(String, Arc<BlockSchema>, Use)>,
    /// Objects that attributes are made of.
    pub(crate) objects: Vec<(String, Vec<ObjectAttribute>)>,
    block_names: HashMap<ShapeId, String>,
    object_names: BTreeMap<String, String>,
    /// Other names of types, for blocks and objects of one shape that are called differently: new name, type.
    pub(crate) aliases: Vec<(String, String)>,
}

impl Shapes {
    /// Finds the types that a resource needs whose own types have the `taken` names. Only what can be set has a type:
    /// what is computed is read by path.
    pub(crate) fn of(
        root: &BlockSchema,
        taken: impl IntoIterator<Item = String>,
        catalogue: &Catalogue,
    ) -> Result<Self, CatalogueError> {
        let mut shapes = Self {
            blocks: Vec::new(),
            objects: Vec::new(),
            block_names: HashMap::new(),
            object_names: BTreeMap::new(),
            aliases: Vec::new(),
        };
        let mut taken: HashSet<String> = taken.into_iter().collect();
        let mut queue = VecDeque::from([(String::new(), Arc::new(root.clone()))]);
        while let Some((parent, block)) = queue.pop_front() {
            for attribute in
                block.attributes.iter().filter(|attribute| attribute.required || attribute.optional)
            {
                match &attribute.ty {
                    AttributeType::Nested { shape, .. } => {
                        let alike = block.attributes.iter().filter(|other| other.ty == attribute.ty);
                        let called = shortest(alike.map(|other| &*other.name), &attribute.name);
                        if let Some(name) = shapes.name_block(*shape, &parent, called, &mut taken) {
                            let nested = catalogue.block(*shape)?;
                            shapes.blocks.push((name.clone(), nested.clone(), Use::Attribute));
                            queue.push_back((name, nested));
                        }
                        let name = shapes.block(*shape).to_owned();
                        let known = shapes.blocks.iter_mut().find(|(known, ..)| *known == name);
                        known.into_iter().for_each(|(_, _, usage)| *usage = Use::Attribute);
                    }
                    AttributeType::Value(ty) => {
                        let alike = block.attributes.iter().filter(|other| other.ty == attribute.ty);
                        let called = shortest(alike.map(|other| &*other.name), &attribute.name);
                        shapes.name_objects(ty, &parent, called, &mut taken);
                    }
                }
            }
            for nested in &block.blocks {
                let alike = block.blocks.iter().filter(|other| other.shape == nested.shape);
                let called = shortest(alike.map(|other| &*other.name), &nested.name);
                if let Some(name) = shapes.name_block(nested.shape, &parent, called, &mut taken) {
                    let block = catalogue.block(nested.shape)?;
                    shapes.blocks.push((name.clone(), block.clone(), Use::Block));
                    queue.push_back((name, block));
                }
            }
        }
        shapes.name_uses(root, &mut taken);
        for index in 0..shapes.blocks.len() {
            let block = shapes.blocks[index].1.clone();
            shapes.name_uses(&block, &mut taken);
        }
        Ok(shapes)
    }

    /// Gives the types of what a block holds the names that they have there, where these are free.
    fn name_uses(&mut self, block: &BlockSchema, taken: &mut HashSet<String>) {
        let attributes = block.attributes.iter().filter(|attribute| attribute.required || attribute.optional);
        let of_attributes = attributes.filter_map(|attribute| {
            let name = match &attribute.ty {
                AttributeType::Nested { shape, .. } => self.block_names.get(shape),
                AttributeType::Value(ty) => self.object_within(ty),
            };
            Some((name?.clone(), &*attribute.name))
        });
        let blocks = block.blocks.iter();
        let of_blocks =
            blocks.filter_map(|nested| Some((self.block_names.get(&nested.shape)?.clone(), &*nested.name)));
        let uses: Vec<(String, &str)> = of_attributes.chain(of_blocks).collect();
        for (name, called) in uses {
            let alias = names::type_name(called);
            if alias != name && taken.insert(alias.clone()) {
                self.aliases.push((alias, name));
            }
        }
    }

    /// The type for the objects in a value.
    fn object_within(&self, ty: &Type) -> Option<&String> {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => self.object_within(element),
            Type::Object(attributes) => self.object_names.get(&format!("{attributes:?}")),
            Type::String | Type::Number | Type::Bool | Type::Dynamic | Type::Tuple(_) => None,
        }
    }

    /// The type for a shape of nested block.
    pub(crate) fn block(&self, shape: ShapeId) -> &str {
        self.block_names.get(&shape).map_or("Json", String::as_str)
    }

    fn name_block(
        &mut self,
        shape: ShapeId,
        parent: &str,
        name: &str,
        taken: &mut HashSet<String>,
    ) -> Option<String> {
        if self.block_names.contains_key(&shape) {
            return None;
        }
        let name = free_name(parent, name, taken);
        self.block_names.insert(shape, name.clone());
        Some(name)
    }

    fn name_objects(&mut self, ty: &Type, parent: &str, name: &str, taken: &mut HashSet<String>) {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                self.name_objects(element, parent, name, taken);
            }
            Type::Object(attributes) => {
                let key = format!("{attributes:?}");
                if self.object_names.contains_key(&key) {
                    return;
                }
                let own = free_name(parent, name, taken);
                self.object_names.insert(key, own.clone());
                self.objects.push((own.clone(), attributes.clone()));
                for attribute in attributes {
                    self.name_objects(&attribute.ty, &own, &attribute.name, taken);
                }
            }
            Type::String | Type::Number | Type::Bool | Type::Dynamic | Type::Tuple(_) => {}
        }
    }
}

/// The name among several that all others end with, as `principals` of `not_principals`; the first one if there is none.
fn shortest<'a>(names: impl Iterator<Item = &'a str> + Clone, first: &'a str) -> &'a str {
    let ends_all = |one: &&str| {
        names
            .clone()
            .all(|other| other == *one || other.strip_suffix(*one).is_some_and(|rest| rest.ends_with('_')))
    };
    names.clone().find(ends_all).unwrap_or(first)
}

/// The plain name if it is free, else with the name of what it is in before it, else with a number behind it.
pub(crate) fn free_name(parent: &str, name: &str, taken: &mut HashSet<String>) -> String {
    let plain = names::type_name(name);
    let qualified = format!("{parent}{plain}");
    let numbered = (2..).map(|number| format!("{qualified}{number}"));
    let mut candidates = [plain, qualified.clone()].into_iter().chain(numbered);
    let free = candidates.find(|candidate| taken.insert(candidate.clone()));
    free.expect("the numbered candidates never end")
}
