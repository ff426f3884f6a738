//! What is in the cloud: objects, names that are kept, changes that wait, failures that were asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::cloud::Key;
use crate::value::{Object, Value};

/// A name that stays taken although nothing has it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The resource type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The region, or `global`.
    pub(crate) region: String,
    /// The attributes that no other may have meanwhile.
    pub(crate) names: BTreeMap<String, String>,
    /// When it is free again, in seconds since the cloud began.
    pub(crate) until: i64,
}

/// Changes of an object that wait for its maintenance window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// The object.
    pub(crate) key: Key,
    /// What its attributes will be.
    pub(crate) changes: serde_json::Map<String, Json>,
    /// When they happen, in seconds since the cloud began.
    pub(crate) at: i64,
}

/// An apply that shall fail, as `sandbox fail` asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The stack in which it shall.
    pub(crate) stack: String,
    /// The resource type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Arguments that the resource has, by which it is recognised.
    pub(crate) arguments: serde_json::Map<String, Json>,
    /// The resource's address, for the message.
    pub(crate) address: String,
}

/// One line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    Put(Key, Json),
    Gone(Key),
    Keep(Kept),
    Wait(Pending),
    Passed(i64),
    Fail(Failure),
    Failed(String),
}

/// All that is in the cloud.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) objects: BTreeMap<Key, Object>,
    pub(super) kept: Vec<Kept>,
    pub(super) pending: Vec<Pending>,
    pub(super) failures: Vec<Failure>,
    /// Seconds since it began.
    pub(super) clock: i64,
}

impl Contents {
    /// Makes of the contents what a line says.
    pub(super) fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Put(key, json) => {
                if let Value::Object(object) = Value::from_json(json) {
                    self.objects.insert(key, object);
                }
            }
            Entry::Gone(key) => {
                self.objects.remove(&key);
                self.pending.retain(|pending| pending.key != key);
            }
            Entry::Keep(kept) => self.kept.push(kept),
            Entry::Wait(pending) => {
                self.pending.retain(|other| other.key != pending.key);
                if !pending.changes.is_empty() {
                    self.pending.push(pending);
                }
            }
            Entry::Passed(seconds) => self.pass(seconds),
            Entry::Fail(failure) => self.failures.push(failure),
            Entry::Failed(address) => {
                if let Some(index) = self.failures.iter().position(|failure| failure.address == address) {
                    self.failures.remove(index);
                }
            }
        }
    }

    /// The lines that make these contents of nothing.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        let object =
            |(key, object): (&Key, &Object)| Entry::Put(key.clone(), Value::Object(object.clone()).to_json());
        // The clock first: what waits must not happen by it.
        let clock = (self.clock > 0).then_some(Entry::Passed(self.clock));
        let objects = self.objects.iter().map(object);
        let kept = self.kept.iter().cloned().map(Entry::Keep);
        let pending = self.pending.iter().cloned().map(Entry::Wait);
        let failures = self.failures.iter().cloned().map(Entry::Fail);
        clock.into_iter().chain(objects).chain(kept).chain(pending).chain(failures)
    }

    /// The objects of a type in a region.
    pub(super) fn of_kind(&self, kind: &str, region: &str) -> impl Iterator<Item = (&Key, &Object)> {
        let from = Key { kind: kind.to_owned(), region: region.to_owned(), id: String::new() };
        self.objects.range(from..).take_while(move |(key, _)| key.kind == kind && key.region == region)
    }

    /// The failure that was asked for a resource with such arguments.
    pub(super) fn failure_for(&self, stack: &str, kind: &str, config: &Json) -> Option<&Failure> {
        self.failures.iter().find(|failure| {
            let has =
                |(name, value): (&String, &Json)| config.get(name).is_some_and(|it| includes(it, value));
            failure.stack == stack && failure.kind == kind && failure.arguments.iter().all(has)
        })
    }

    fn pass(&mut self, seconds: i64) {
        self.clock = self.clock.saturating_add(seconds);
        let now = self.clock;
        self.kept.retain(|kept| kept.until > now);
        let (due, waiting) = std::mem::take(&mut self.pending).into_iter().partition(|it| it.at <= now);
        self.pending = waiting;
        let due: Vec<Pending> = due;
        for Pending { key, changes, .. } in due {
            if let Some(object) = self.objects.get_mut(&key) {
                object.extend(changes.into_iter().map(|(name, value)| (name, Value::from_json(value))));
            }
        }
    }
}

/// Whether a value has at least what another has: all members of an object, in every element of a list.
fn includes(value: &Json, wanted: &Json) -> bool {
    match (value, wanted) {
        (Json::Object(value), Json::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| includes(value, wanted)))
        }
        (Json::Array(values), Json::Array(wanted)) => {
            values.len() == wanted.len()
                && values.iter().zip(wanted).all(|(value, wanted)| includes(value, wanted))
        }
        // A document may hold a single block without a list around it.
        (Json::Array(values), wanted @ Json::Object(_)) => values.len() == 1 && includes(&values[0], wanted),
        // Terraform converts between text, numbers and booleans.
        (Json::String(text), scalar @ (Json::Number(_) | Json::Bool(_)))
        | (scalar @ (Json::Number(_) | Json::Bool(_)), Json::String(text)) => scalar.to_string().eq(text),
        (value, wanted) => value == wanted,
    }
}
