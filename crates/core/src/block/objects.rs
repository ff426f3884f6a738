//! The blocks of one kind in a stack, such as its resources, by type and then by logical name.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::map::Entry;
use rustc_hash::FxBuildHasher;
use serde::{Serialize, Serializer};

use crate::{Block, Origin};

/// A block of a stack and the line that put it there.
#[derive(Clone, Debug)]
pub struct Object {
    /// The arguments.
    pub block: Block,
    /// The lines that added it to the stack.
    pub origin: Origin,
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.block.serialize(serializer)
    }
}

/// A map in order. Its keys are a program's own names, so no hash has to withstand an attacker, and a fast one will do.
type IndexMap<K, V> = indexmap::IndexMap<K, V, FxBuildHasher>;

/// Objects of many types. Those of one type are side by side, as in the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects {
    types: IndexMap<Cow<'static, str>, IndexMap<Arc<str>, Object>>,
}

impl Objects {
    /// Adds an object, unless its name is taken: then the lines that took it are returned.
    pub(crate) fn insert(
        &mut self,
        type_name: Cow<'static, str>,
        name: Arc<str>,
        object: Object,
    ) -> Option<Origin> {
        match self.types.entry(type_name).or_default().entry(name) {
            Entry::Occupied(entry) => Some(entry.get().origin),
            Entry::Vacant(entry) => {
                entry.insert(object);
                None
            }
        }
    }

    pub(crate) fn get(&self, type_name: &str, name: &str) -> Option<&Object> {
        self.types.get(type_name)?.get(name)
    }

    /// Logical name and object of one type, in order.
    pub(crate) fn of_type(&self, type_name: &str) -> impl Iterator<Item = (&str, &Object)> {
        self.types.get(type_name).into_iter().flatten().map(|(name, object)| (&**name, object))
    }

    pub(crate) fn get_mut(&mut self, type_name: &str, name: &str) -> Option<&mut Object> {
        self.types.get_mut(type_name)?.get_mut(name)
    }

    /// Takes an object away.
    pub(crate) fn remove(&mut self, type_name: &str, name: &str) -> Option<Object> {
        let named = self.types.get_mut(type_name)?;
        let object = named.shift_remove(name);
        if named.is_empty() {
            self.types.shift_remove(type_name);
        }
        object
    }

    /// The logical names of one type.
    pub(crate) fn names(&self, type_name: &str) -> impl Iterator<Item = &str> {
        self.types.get(type_name).into_iter().flat_map(|named| named.keys().map(|name| &**name))
    }

    /// Type, name and object, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str, &Object)> {
        self.types.iter().flat_map(|(type_name, named)| {
            named.iter().map(move |(name, object)| (&**type_name, &**name, object))
        })
    }

    /// Type and logical name, to be shared, and object, in order.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = (&Cow<'static, str>, &Arc<str>, &Object)> {
        self.types
            .iter()
            .flat_map(|(type_name, named)| named.iter().map(move |(name, object)| (type_name, name, object)))
    }

    pub(crate) fn len(&self) -> usize {
        self.types.values().map(IndexMap::len).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Sorts by type, then name. Programs often add the objects of a type in order already, which costs little then.
    pub(crate) fn sort(&mut self) {
        self.types.sort_unstable_keys();
        self.types.values_mut().for_each(IndexMap::sort_keys);
    }

    /// Numbers the objects in order, from 0.
    pub(crate) fn positions(&self) -> Positions<'_> {
        let mut first = Vec::with_capacity(self.types.len());
        let mut next = 0;
        for named in self.types.values() {
            first.push(next);
            next += named.len();
        }
        Positions { objects: self, first }
    }
}

impl Objects {
    /// The same without the level of types, for module calls.
    pub(crate) fn untyped(&self) -> Option<impl Serialize + '_> {
        self.types.get("").map(Named)
    }
}

impl Serialize for Objects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.types.iter().map(|(type_name, named)| (type_name, Named(named))))
    }
}

struct Named<'a>(&'a IndexMap<Arc<str>, Object>);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, object)| (&**name, object)))
    }
}

/// The place of every object in the order.
#[derive(Debug)]
pub(crate) struct Positions<'a> {
    objects: &'a Objects,
    /// The position of each type's first object.
    first: Vec<usize>,
}

impl<'a> Positions<'a> {
    /// The position of an object.
    pub(crate) fn of(&self, type_name: &str, name: &str) -> Option<usize> {
        let (index, _, named) = self.objects.types.get_full(type_name)?;
        Some(self.first.get(index)? + named.get_index_of(name)?)
    }

    /// Type, name and object at a position.
    pub(crate) fn at(&self, position: usize) -> Option<(&'a str, &'a str, &'a Object)> {
        let index = self.first.partition_point(|first| *first <= position).checked_sub(1)?;
        let (type_name, named) = self.objects.types.get_index(index)?;
        let (name, object) = named.get_index(position - self.first[index])?;
        Some((type_name, name, object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Object {
        Object { block: Block::new(), origin: Origin::outside(crate::Source::here()) }
    }

    #[test]
    fn positions_follow_the_order() {
        let mut objects = Objects::default();
        for (type_name, name) in [("b", "y"), ("a", "z"), ("b", "x"), ("c", "w")] {
            assert_eq!(objects.insert(type_name.into(), name.into(), object()), None);
        }
        assert!(objects.insert("b".into(), "x".into(), object()).is_some());
        objects.sort();
        let order: Vec<_> =
            objects.iter().map(|(type_name, name, _)| format!("{type_name}.{name}")).collect();
        assert_eq!(order, ["a.z", "b.x", "b.y", "c.w"]);
        let positions = objects.positions();
        for (position, (type_name, name, _)) in objects.iter().enumerate() {
            assert_eq!(positions.of(type_name, name), Some(position));
            assert_eq!(positions.at(position).map(|(_, name, _)| name), Some(name));
        }
        assert_eq!((positions.of("b", "z"), positions.of("z", "x")), (None, None));
        assert!(positions.at(4).is_none());
    }
}
