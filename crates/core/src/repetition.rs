//! `count` and `for_each`: one block that Terraform makes several objects of.
//!
//! What Rust knows is repeated with Rust's `for`. These are for what only Terraform knows, and for objects whose keys
//! should be seen in their addresses.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::{Block, Expr, IntoValue, Json, Kind, Map, ProviderSource, Reference, Resource, Value, text};

/// Makes as many objects as Terraform finds the number to be. The closure gets `count.index`, counted from 0.
#[must_use]
#[track_caller]
pub fn count<R: Resource>(
    count: impl Into<Value<f64>>,
    fill: impl FnOnce(Expr<f64>) -> R,
) -> Repeated<R, f64> {
    fill(Expr::postfix(&["count.index"])).count(count)
}

/// Makes an object for each element of a collection. The closure gets `each.key` and `each.value`.
#[must_use]
#[track_caller]
pub fn for_each<C: Collection, R: Resource>(
    collection: C,
    fill: impl FnOnce(Each<C::Item>) -> R,
) -> Repeated<R, String> {
    fill(Each::new("each")).for_each(collection)
}

/// A block with `count` (`K` is `f64`) or `for_each` (`K` is `String`), before it is added to a stack.
#[derive(Clone, Debug)]
pub struct Repeated<R, K> {
    resource: R,
    key: PhantomData<fn() -> K>,
}

impl<R: Resource, K> Repeated<R, K> {
    #[track_caller]
    pub(crate) fn by(mut resource: R, argument: &'static str, value: Json) -> Self {
        resource.block_mut().set(argument, value);
        Self { resource, key: PhantomData }
    }
}

impl<R: Resource, K> Resource for Repeated<R, K> {
    type Ref = Instances<R::Ref, K>;

    fn kind(&self) -> Kind {
        self.resource.kind()
    }

    fn type_name(&self) -> Cow<'static, str> {
        self.resource.type_name()
    }

    fn provider_source(&self) -> ProviderSource {
        self.resource.provider_source()
    }

    fn block_mut(&mut self) -> &mut Block {
        self.resource.block_mut()
    }
}

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
        Expr::<Json>::postfix(&["toset(", self.hcl(), ")"]).into()
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

impl<T> Collection for KeyedList<T> {
    type Item = Expr<T>;

    fn into_keyed(self) -> Json {
        self.map.into()
    }
}

/// A block with `count` (`K` is `f64`) or `for_each` (`K` is `String`) that is in a stack: any number of objects.
#[derive(Clone, Debug)]
pub struct Instances<R, K> {
    reference: Reference,
    one: PhantomData<fn() -> (R, K)>,
}

impl<R, K> From<Reference> for Instances<R, K> {
    fn from(reference: Reference) -> Self {
        Self { reference, one: PhantomData }
    }
}

impl<R, K> AsRef<Reference> for Instances<R, K> {
    fn as_ref(&self) -> &Reference {
        &self.reference
    }
}

impl<R: From<Reference>, K> Instances<R, K> {
    /// One of the objects: by its position for `count`, by its key for `for_each`.
    #[must_use]
    pub fn at(&self, key: impl Into<InstanceKey<K>>) -> R {
        let key = key.into().hcl;
        self.reference.instance(&format!("[{key}]")).into()
    }

    /// The same of every object, as a list: in the order of `count`, or of the sorted keys.
    #[must_use]
    pub fn all<T>(&self, of: impl FnOnce(R) -> Expr<T>) -> Expr<Vec<T>> {
        let (one, hcl) = (self.binding(), self.reference.hcl());
        let value = of(Reference::within(one.clone()).into());
        Expr::postfix(&["[for ", &one, " in ", &hcl, " : ", value.hcl(), "]"])
    }

    /// How many objects there are.
    #[must_use]
    pub fn length(&self) -> Expr<f64> {
        Expr::postfix(&["length(", &self.reference.hcl(), ")"])
    }

    /// A name for one of them inside an expression; it is that of no other block, so nothing is hidden by it.
    fn binding(&self) -> String {
        let address = self.reference.address();
        format!("each_{}_{}", address.type_name, address.name)
    }
}

impl<R: From<Reference>> Instances<R, String> {
    /// The same of every object, under its key.
    #[must_use]
    pub fn by_key<T>(&self, of: impl FnOnce(R) -> Expr<T>) -> Expr<Map<T>> {
        let (one, hcl) = (self.binding(), self.reference.hcl());
        let value = of(Reference::within(one.clone()).into());
        Expr::postfix(&["{for key, ", &one, " in ", &hcl, " : key => ", value.hcl(), "}"])
    }

    /// The keys, sorted.
    #[must_use]
    pub fn keys(&self) -> Expr<Vec<String>> {
        Expr::postfix(&["keys(", &self.reference.hcl(), ")"])
    }
}

/// What one object is chosen by: a position (`K` is `f64`) or a key (`K` is `String`).
#[derive(Clone, Debug)]
pub struct InstanceKey<K> {
    hcl: String,
    key: PhantomData<fn() -> K>,
}

impl<K> From<&Expr<K>> for InstanceKey<K> {
    fn from(key: &Expr<K>) -> Self {
        Self { hcl: key.hcl().to_owned(), key: PhantomData }
    }
}

impl<K> From<Expr<K>> for InstanceKey<K> {
    fn from(key: Expr<K>) -> Self {
        Self::from(&key)
    }
}

impl From<usize> for InstanceKey<f64> {
    fn from(position: usize) -> Self {
        Self { hcl: position.to_string(), key: PhantomData }
    }
}

impl From<&str> for InstanceKey<String> {
    fn from(key: &str) -> Self {
        // Text with half a fence stays visible in the result, where synthesis finds and reports it.
        Self { hcl: text::hcl_string(key).unwrap_or_else(|| text::quoted(key)), key: PhantomData }
    }
}

impl From<String> for InstanceKey<String> {
    fn from(key: String) -> Self {
        Self::from(key.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{App, Module, Raw, Stack, Variable};

    fn document(build: impl FnOnce(&mut Stack)) -> serde_json::Value {
        let mut app = App::new();
        build(app.stack("dev"));
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        serde_json::to_value(&synthesis.stacks[0]).unwrap()
    }

    #[test]
    fn objects_are_chosen_by_position_and_by_key() {
        let document = document(|stack| {
            let zones = stack.variable("zones", Variable::<Vec<String>>::new());
            let many =
                stack.add("many", count(3, |index| Raw::new("aws_x").set("name", format!("n-{index}"))));
            let keyed =
                stack.add("keyed", for_each(&zones, |zone| Raw::new("aws_y").set("zone", zone.value())));
            stack.output("first", many.at(0).attribute::<String>("id"));
            stack.output("a", keyed.at("a \"b\"").attribute::<String>("id"));
            stack.output("all", many.all(|one| one.attribute::<String>("id")));
            stack.output("by_key", keyed.by_key(|one| one.attribute::<String>("id")));
            stack.add(
                "same",
                for_each(&keyed, |one| Raw::new("aws_z").set("id", one.value().attribute::<String>("id"))),
            );
        });
        assert_eq!(document["resource"]["aws_x"]["many"], json!({"name": "n-${count.index}", "count": 3}));
        let keyed = &document["resource"]["aws_y"]["keyed"];
        assert_eq!(*keyed, json!({"zone": "${each.value}", "for_each": "${toset(var.zones)}"}));
        let same = &document["resource"]["aws_z"]["same"];
        assert_eq!(*same, json!({"id": "${each.value.id}", "for_each": "${aws_y.keyed}"}));
        let value = |name: &str| document["output"][name]["value"].clone();
        assert_eq!(value("first"), json!("${aws_x.many[0].id}"));
        assert_eq!(value("a"), json!("${aws_y.keyed[\"a \\\"b\\\"\"].id}"));
        assert_eq!(value("all"), json!("${[for each_aws_x_many in aws_x.many : each_aws_x_many.id]}"));
        assert_eq!(
            value("by_key"),
            json!("${{for key, each_aws_y_keyed in aws_y.keyed : key => each_aws_y_keyed.id}}")
        );
    }

    #[test]
    fn modules_are_repeated_like_resources() {
        let document = document(|stack| {
            let call = Module::new("./site").input("name", Each::<Expr<String>>::new("each").key());
            let sites = stack.add("site", call.for_each(["a", "b"]));
            stack.output("url", sites.at("a").attribute::<String>("url"));
        });
        assert_eq!(
            document["module"]["site"],
            json!({"source": "./site", "name": "${each.key}", "for_each": {"a": "a", "b": "b"}})
        );
        assert_eq!(document["output"]["url"]["value"], json!("${module.site[\"a\"].url}"));
    }

    #[test]
    fn elements_belong_into_blocks_that_are_repeated() {
        let mut app = App::new();
        let index = Expr::<f64>::raw("count.index");
        app.stack("dev").add("x", Raw::new("aws_x").set("a", index));
        let diagnostics = app.finish().diagnostics;
        assert_eq!(diagnostics[0].message, "`count.index` stands in a block without `count`");
    }
}
