//! The object that is checked, and the others that it could collide with.

use std::collections::BTreeMap;

use formwork_schema::TypeFacts;

use crate::cloud::{Cloud, Key};
use crate::configuration::ACCOUNT;
use crate::value::{Object, Value};

/// The region of what an account has once.
pub(crate) const GLOBAL: &str = "global";

/// What would be made in one walk of a plan, by resource type.
#[derive(Debug, Default)]
pub(crate) struct Planned(BTreeMap<String, Vec<Object>>);

impl Planned {
    /// Remembers an object that would be made.
    pub(crate) fn add(&mut self, kind: &str, object: Object) {
        self.0.entry(kind.to_owned()).or_default().push(object);
    }

    pub(super) fn of(&self, kind: &str) -> &[Object] {
        self.0.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// An object, and where it is or shall be.
pub(crate) struct Subject<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) facts: &'a TypeFacts,
    pub(crate) kind: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) object: &'a Object,
}

/// Where objects of a type are kept: by region, unless an account has them once for all regions; and each account apart,
/// unless all share the names.
pub(crate) fn region_of(facts: &TypeFacts, region: &str, account: &str) -> String {
    let region = if facts.global { GLOBAL } else { region };
    if facts.shared || account == ACCOUNT { region.to_owned() } else { format!("{region} {account}") }
}

impl Subject<'_> {
    /// An object of the cloud that passes a test.
    pub(super) fn find(&self, kind: &str, test: impl FnMut(&Object) -> bool) -> Option<(Key, Object)> {
        let region = region_of(TypeFacts::of(kind), self.region, self.account);
        self.cloud.find(kind, &region, test)
    }

    /// All objects of the cloud that pass a test.
    pub(super) fn find_all(&self, kind: &str, test: impl FnMut(&Object) -> bool) -> Vec<Object> {
        self.cloud.find_all(kind, &region_of(TypeFacts::of(kind), self.region, self.account), test)
    }

    /// Where objects of a type are kept, beside this one.
    pub(super) fn key(&self, kind: &str, id: &str) -> Key {
        let region = region_of(TypeFacts::of(kind), self.region, self.account);
        Key { kind: kind.to_owned(), region, id: id.to_owned() }
    }

    /// What messages call the object.
    pub(super) fn label(&self) -> &str {
        if self.facts.label.is_empty() { self.kind } else { &self.facts.label }
    }

    /// The text of an argument.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Value::text)
    }
}

/// Where these rules are from, for messages.
pub(super) const SOURCE: &str = "A rule of the service's API reference, as the sandbox knows it.";

/// Whether a text names an object: by its id, its ARN or what it is imported by, with or without a version or alias.
pub(crate) fn names(object: &Object, text: &str) -> bool {
    let is_name = |name: &str| object.get(name).and_then(Value::text).is_some_and(|value| value == text);
    if ["id", "arn", "name", "function_name", "full_name", "node_id"].into_iter().any(is_name) {
        return true;
    }
    let qualified = |name: &str| {
        let value = object.get(name).and_then(Value::text);
        value.is_some_and(|value| {
            !value.is_empty() && text.strip_prefix(value).is_some_and(|rest| rest.starts_with(':'))
        })
    };
    qualified("arn") || qualified("function_name")
}

/// The known texts at a dotted path, those in lists too.
pub(super) fn texts<'o>(object: &'o Object, path: &str) -> Vec<&'o str> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Some(value) = object.get(first) else {
        return Vec::new();
    };
    let values = if rest.is_empty() { vec![value] } else { value.at(rest) };
    let single = |value: &'o Value| match value {
        Value::List(elements) => elements.iter().collect::<Vec<_>>(),
        value => vec![value],
    };
    values.into_iter().flat_map(single).filter_map(Value::text).collect()
}
