//! What `for_each` and `dynamic` go over, and what stands for one element of it.

use std::marker::PhantomData;

use crate::{Expr, Instances, IntoValue, Json, Map, Reference, Value};

/// What stands for one element inside a block that is repeated.
#[derive(Clone, Debug)]
pub struct Each<V> {
    iterator: Box<str>,
    value: PhantomData<fn() -> V>,
}

impl<V: Item> Each<V> {
    /// The element that an iterator such as `each` or `setting` is at.
    pub(crate) fn new(iterator: &str) -> Self {
        Self { iterator: iterator.into(), value: PhantomData }
    }

    /// The key: that of a map, the text itself in a set; in a `dynamic` block over a list, the position.
    #[must_use]
    pub fn key(&self) -> Expr<String> {
        Expr::postfix(&[&self.iterator, ".key"])
    }

    /// The element.
    #[must_use]
    pub fn value(&self) -> V {
        V::at([&*self.iterator, ".value"].concat())
    }
}

/// What an element of a collection can be: an expression, or a reference to an object.
pub trait Item {
    /// The element that stands at a path such as `each.value`.
    fn at(path: String) -> Self;
}

impl<T> Item for Expr<T> {
    fn at(path: String) -> Self {
        Self::postfix(&[&path])
    }
}

/// A reference as an element, for `for_each` over the instances of another resource.
impl<R: From<Reference> + AsRef<Reference>> Item for R {
    fn at(path: String) -> Self {
        Reference::within(path).into()
    }
}

/// What `for_each` and `dynamic` can go over.
pub trait Collection {
    /// What each element is.
    type Item: Item;

    /// The collection as the `for_each` of a resource takes it: a map, or a set of text.
    fn into_keyed(self) -> Json;

    /// The collection as a `dynamic` block takes it: a list will do, and keeps its order.
    fn into_sequence(self) -> Json
    where
        Self: Sized,
    {
        self.into_keyed()
    }
}

/// A list becomes a set, since the objects need keys. Its elements must be text.
impl<T> Collection for &Expr<Vec<T>> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        Expr::<Json>::call("toset", [self.into()]).into()
    }

    fn into_sequence(self) -> Json {
        self.into()
    }
}

impl<T> Collection for Expr<Vec<T>> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        (&self).into_keyed()
    }

    fn into_sequence(self) -> Json {
        self.into()
    }
}

impl<T> Collection for &Expr<Map<T>> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        self.into()
    }
}

impl<T> Collection for Expr<Map<T>> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        self.into()
    }
}

/// An expression of any type: what Terraform finds must be a map, an object or a set of text.
impl Collection for &Expr<Json> {
    type Item = Expr<Json>;

    fn into_keyed(self) -> Json {
        self.into()
    }
}

impl Collection for Expr<Json> {
    type Item = Self;

    fn into_keyed(self) -> Json {
        self.into()
    }
}

impl<T> Collection for Map<T> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        self.into_value().into_json()
    }
}

/// Plain data: an object, whose keys become the keys.
impl Collection for serde_json::Value {
    type Item = Expr<Json>;

    fn into_keyed(self) -> Json {
        self.into()
    }
}

impl<S: Into<String>> Collection for Vec<S> {
    type Item = Expr<String>;

    /// JSON has no sets: a map from each text to itself makes the same objects under the same keys.
    fn into_keyed(self) -> Json {
        let texts: Vec<String> = self.into_iter().map(Into::into).collect();
        let pairs: Vec<(String, String)> = texts.into_iter().map(|text| (text.clone(), text)).collect();
        Value::<Map<String>>::from(pairs).into_json()
    }

    fn into_sequence(self) -> Json {
        let texts: Vec<String> = self.into_iter().map(Into::into).collect();
        Value::<Vec<String>>::from(texts).into_json()
    }
}

impl<S: Into<String>, const N: usize> Collection for [S; N] {
    type Item = Expr<String>;

    fn into_keyed(self) -> Json {
        Vec::from(self).into_keyed()
    }

    fn into_sequence(self) -> Json {
        Vec::from(self).into_sequence()
    }
}

/// The objects of another block with `for_each`: one here for each one there, under the same key.
impl<R: From<Reference> + AsRef<Reference>> Collection for &Instances<R, String> {
    type Item = R;

    fn into_keyed(self) -> Json {
        self.reference.object().into()
    }
}

impl<T> Collection for KeyedList<T> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        self.map.into()
    }
}

/// A list whose elements get keys by a function of each: what `for_each` needs of a list of objects.
#[derive(Clone, Debug)]
pub struct KeyedList<T> {
    map: Expr<Map<T>>,
}

/// Gives the elements of a list keys: `{for item in list : key(item) => item}`. Terraform refuses a key that occurs
/// twice.
#[must_use]
pub fn keyed<T>(list: &Expr<Vec<T>>, key: impl FnOnce(&Expr<T>) -> Expr<String>) -> KeyedList<T> {
    KeyedList { map: list.iter().to_map(|item| (key(&item), item)) }
}
