//! The Rust types for what a module's variables take: one for each object type, and tuples.

use std::collections::{BTreeMap, HashSet};

use formwork_schema::{ObjectAttribute, Type};

use crate::module::interface::Variable;
use crate::shapes::free_name;

/// The longest tuple that `formwork` has values for.
const LONGEST_TUPLE: usize = 8;

/// The object types of a module.
pub(crate) struct Objects {
    /// Their names and attributes, outer ones first.
    pub(crate) types: Vec<(String, Vec<ObjectAttribute>)>,
    names: BTreeMap<String, String>,
    taken: HashSet<String>,
}

impl Objects {
    /// Names the object types of variables, in a module where some names are taken.
    pub(crate) fn of(variables: &[Variable], taken: impl IntoIterator<Item = String>) -> Self {
        let mut objects =
            Self { types: Vec::new(), names: BTreeMap::new(), taken: taken.into_iter().collect() };
        variables.iter().for_each(|variable| objects.name(&variable.ty, "", &variable.name));
        objects
    }

    /// The Rust type that stands for a type.
    pub(crate) fn rust(&self, ty: &Type) -> String {
        match ty {
            Type::String => "String".to_owned(),
            Type::Number => "f64".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::List(element) | Type::Set(element) => format!("Vec<{}>", self.rust(element)),
            Type::Map(element) => format!("runtime::Map<{}>", self.rust(element)),
            Type::Object(attributes) => match self.names.get(&key(attributes)) {
                Some(name) => name.clone(),
                None => "runtime::Json".to_owned(),
            },
            Type::Tuple(elements) if (1..=LONGEST_TUPLE).contains(&elements.len()) => {
                let elements: Vec<String> = elements.iter().map(|element| self.rust(element)).collect();
                match &*elements {
                    [only] => format!("({only},)"),
                    several => format!("({})", several.join(", ")),
                }
            }
            Type::Dynamic | Type::Tuple(_) => "runtime::Json".to_owned(),
        }
    }

    fn name(&mut self, ty: &Type, parent: &str, name: &str) {
        match ty {
            Type::List(element) | Type::Set(element) | Type::Map(element) => self.name(element, parent, name),
            Type::Tuple(elements) => elements.iter().for_each(|element| self.name(element, parent, name)),
            Type::Object(attributes) => {
                let key = key(attributes);
                if self.names.contains_key(&key) {
                    return;
                }
                let own = free_name(parent, name, &mut self.taken);
                self.taken.insert(format!("{own}Args"));
                self.names.insert(key, own.clone());
                self.types.push((own.clone(), attributes.clone()));
                attributes.iter().for_each(|attribute| self.name(&attribute.ty, &own, &attribute.name));
            }
            Type::String | Type::Number | Type::Bool | Type::Dynamic => {}
        }
    }
}

/// Types with the same attributes are one.
fn key(attributes: &[ObjectAttribute]) -> String {
    format!("{attributes:?}")
}
