//! The body of a block: arguments and nested blocks, in the order they were set.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Block, Entry, Json, Override, Source, Waiver};

impl Block {
    /// An empty block.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), notes: None }
    }

    /// Sets an argument; the last value counts.
    #[track_caller]
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Json>) {
        self.insert(name.into(), value.into(), Source::here());
    }

    /// Adds one more nested block of a kind that may repeat.
    #[track_caller]
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>, block: Self) {
        let (name, source) = (name.into(), Source::here());
        match self.get_mut(&name) {
            Some(Json::Blocks(blocks)) => blocks.push(block),
            _ => self.insert(name, Json::Blocks(vec![block]), source),
        }
    }

    /// Sets a nested block that occurs at most once.
    #[track_caller]
    pub fn nest(&mut self, name: impl Into<Cow<'static, str>>, block: Self) {
        self.insert(name.into(), Json::Block(Box::new(block)), Source::here());
    }

    /// Sets a nested block that occurs at most once, if there is one.
    #[track_caller]
    pub fn nest_some(&mut self, name: &'static str, block: Option<Self>) {
        if let Some(block) = block {
            self.nest(name, block);
        }
    }

    /// Adds one more nested block of a kind, if there is one.
    #[track_caller]
    pub fn push_some(&mut self, name: &'static str, block: Option<Self>) {
        if let Some(block) = block {
            self.push(name, block);
        }
    }

    /// Adds a nested block of a kind whose blocks each carry a label.
    #[track_caller]
    pub fn label(&mut self, name: impl Into<Cow<'static, str>>, label: impl Into<String>, block: Self) {
        let (name, source) = (name.into(), Source::here());
        let entry = (Cow::Owned(label.into()), Json::Block(Box::new(block)));
        match self.get_mut(&name) {
            Some(Json::Object(blocks)) => blocks.push(entry),
            _ => self.insert(name, Json::Object(vec![entry]), source),
        }
    }

    /// Sets an argument within a nested block that occurs at most once, which is made if there is none.
    #[track_caller]
    pub(crate) fn set_within(
        &mut self,
        name: &'static str,
        argument: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
    ) {
        let mut inner = match self.remove(name) {
            Some(Json::Block(inner)) => *inner,
            _ => Self::new(),
        };
        inner.set(argument, value);
        self.nest(name, inner);
    }

    /// Adds an element to an argument that is a list.
    #[track_caller]
    pub(crate) fn append(&mut self, name: &'static str, element: Json) {
        match self.get_mut(name) {
            Some(Json::Array(elements)) => elements.push(element),
            _ => self.set(name, Json::Array(vec![element])),
        }
    }

    /// Adds one more `dynamic` block for nested blocks of a kind.
    pub(crate) fn add_dynamic(&mut self, label: &str, dynamic: Json, source: Source) {
        let block = match dynamic {
            Json::Block(block) => *block,
            refused => return self.insert("dynamic".into(), refused, source),
        };
        if self.get("dynamic").is_none() {
            self.insert("dynamic".into(), Json::Object(Vec::new()), source);
        }
        let Some(Json::Object(labels)) = self.get_mut("dynamic") else { return };
        match labels.iter_mut().find(|(name, _)| name == label) {
            Some((_, Json::Blocks(blocks))) => blocks.push(block),
            _ => labels.push((label.to_owned().into(), Json::Blocks(vec![block]))),
        }
    }

    /// What an argument is set to.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// What an argument is set to, to be changed in place.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.entries.iter_mut().find(|entry| entry.name == name).map(|entry| &mut entry.value)
    }

    /// Takes an argument away.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let index = self.entries.iter().position(|entry| entry.name == name)?;
        Some(self.entries.remove(index).value)
    }

    /// The same as an object, in which what is null is written too.
    #[must_use]
    pub fn into_object(self) -> Json {
        Json::Object(self.entries.into_iter().map(|entry| (entry.name, entry.value)).collect())
    }

    /// All arguments and nested blocks, in the order they were first set.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Whether a sensitive argument may be a literal.
    #[must_use]
    pub fn allows_plain(&self, argument: &str) -> bool {
        self.notes.as_ref().is_some_and(|notes| notes.plain.iter().any(|plain| **plain == *argument))
    }

    /// Permits a literal in a sensitive argument.
    pub(crate) fn allow_plain(&mut self, argument: &str) {
        self.notes.get_or_insert_default().plain.push(argument.into());
    }

    /// Excepts the block from a [`Rule`](crate::Rule), for a reason.
    #[track_caller]
    pub fn waive(&mut self, rule: &str, reason: &str) {
        self.notes.get_or_insert_default().waivers.push(Waiver::new(rule, reason, Source::here()));
    }

    /// The rules that the block is excepted from.
    #[must_use]
    pub fn waivers(&self) -> &[Waiver] {
        self.notes.as_ref().map_or(&[], |notes| &notes.waivers)
    }

    /// Changes the block once everything else is settled.
    pub(crate) fn change_later(&mut self, change: Override) {
        self.notes.get_or_insert_default().overrides.push(change);
    }

    /// Notes the logical name that it had before.
    #[track_caller]
    pub(crate) fn was_called(&mut self, name: &str) {
        self.notes.get_or_insert_default().former_name = Some((name.into(), Source::here()));
    }

    /// Takes the logical name that it had before.
    pub(crate) fn take_former_name(&mut self) -> Option<(String, Source)> {
        let (name, source) = self.notes.as_mut()?.former_name.take()?;
        Some((name.into_string(), source))
    }

    /// Takes the changes that are to be made later.
    pub(crate) fn take_changes(&mut self) -> Vec<Override> {
        self.notes.as_mut().map(|notes| std::mem::take(&mut notes.overrides)).unwrap_or_default()
    }

    /// What an argument is set to, with the line that set it.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Sets an argument on behalf of another line of source.
    pub(crate) fn set_from(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Json>,
        source: Source,
    ) {
        self.insert(name.into(), value.into(), source);
    }

    fn insert(&mut self, name: Cow<'static, str>, value: Json, source: Source) {
        match self.entries.iter_mut().find(|entry| entry.name == name) {
            Some(entry) => (entry.value, entry.source) = (value, source),
            None => self.entries.push(Entry { name, value, source }),
        }
    }
}

/// Writes what is set: an argument that is null is not.
impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for entry in self.entries.iter().filter(|entry| !matches!(entry.value, Json::Null)) {
            map.serialize_entry(&entry.name, &entry.value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts_and_blocks_repeat() {
        let mut block = Block::new();
        block.set("a", 1);
        block.set("a", 2);
        let mut rule = Block::new();
        rule.set("port", 80);
        block.push("rule", rule.clone());
        block.push("rule", rule);
        assert_eq!(serde_json::to_string(&block).unwrap(), r#"{"a":2,"rule":[{"port":80},{"port":80}]}"#);
    }
}
