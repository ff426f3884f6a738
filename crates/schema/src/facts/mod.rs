//! What is known of resource types beyond their schemas, one entry for each type in `facts/*.toml`: what it is in a
//! picture, what is lost with it, whether it is paid for, what keeps its backups, and how the cloud names it.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | the table: finds an entry and reads it when it is asked for |
//! | `type_facts.rs` | what an entry says |
//! | `facts/README.md` | the keys of an entry, for those who add one |
//!
//! It may import nothing of this crate. Pictures, costs, guards and the sandbox read it; what a price is made of, how a
//! picture is drawn and what a guard says is theirs.
//!
//! A guard of every `synth` reads entries, so nothing is read that nobody asks for: the files are cut at their headings
//! once, and only the entries that are asked for go through the TOML parser.

#[cfg(test)]
mod tests;
mod type_facts;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

pub use type_facts::{
    Backups, Category, Grows, Keeps, Leaves, Limit, Payment, Protection, Role, TypeFacts, Unique,
};

const FILES: [&str; 3] = [
    include_str!("../../facts/aws.toml"),
    include_str!("../../facts/github.toml"),
    include_str!("../../facts/hashicorp.toml"),
];

/// The heading of what holds for all types whose names begin alike.
const FAMILIES: &str = "families";

/// The invariant of the `expect`s below: the tests of this module read every entry.
const TESTED: &str = "a test reads every entry";

/// The text of one type's entry, and what it says once somebody asked.
struct Entry {
    text: &'static str,
    facts: OnceLock<Box<TypeFacts>>,
}

static ENTRIES: LazyLock<BTreeMap<&'static str, Entry>> = LazyLock::new(|| {
    let entries = FILES.into_iter().flat_map(sections).filter(|(type_name, _)| *type_name != FAMILIES);
    entries.map(|(type_name, text)| (type_name, Entry { text, facts: OnceLock::new() })).collect()
});

/// Found in the text, since a guard asks for them in every stack.
static TYPES_WITH_BACKUPS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let entries = ENTRIES.iter().filter(|(_, entry)| entry.text.contains("\nbackups."));
    entries.map(|(type_name, _)| *type_name).collect()
});

/// Beginnings of the names of types that cost nothing.
static FREE_FAMILIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let families = FILES.into_iter().flat_map(sections).filter(|(heading, _)| *heading == FAMILIES);
    families.flat_map(|(_, text)| only::<Families>(text).free).collect()
});

static UNKNOWN: LazyLock<TypeFacts> = LazyLock::new(TypeFacts::default);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Families {
    free: Vec<String>,
}

impl TypeFacts {
    /// What is known of a resource type; nothing, for most.
    #[must_use]
    pub fn of(type_name: &str) -> &'static Self {
        ENTRIES.get(type_name).map_or(&UNKNOWN, Entry::facts)
    }

    /// All types of which something is known, in the order of their names. It reads every entry.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static Self)> {
        ENTRIES.iter().map(|(type_name, entry)| (*type_name, entry.facts()))
    }

    /// The types whose entries say what keeps their backups, in the order of their names. It reads no entry.
    pub fn types_with_backups() -> impl Iterator<Item = &'static str> {
        TYPES_WITH_BACKUPS.iter().copied()
    }

    /// Whether resources of a type are paid for: what its entry says, or else its family's. Nothing if nobody knows.
    #[must_use]
    pub fn payment_for(type_name: &str) -> Option<Payment> {
        let of_family = || FREE_FAMILIES.iter().any(|family| type_name.starts_with(family.as_str()));
        Self::of(type_name).payment.or_else(|| of_family().then_some(Payment::Free))
    }
}

impl Entry {
    fn facts(&self) -> &TypeFacts {
        self.facts.get_or_init(|| Box::new(only(self.text)))
    }
}

/// Cuts a file at its headings, each with its text: `[aws_vpc]` with the `[aws_vpc.computed]` that follows it.
fn sections(file: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut starts: Vec<(&str, usize)> = Vec::new();
    for (before, _) in file.match_indices("\n[") {
        let heading = file[before + 2..].split(']').next().unwrap_or_default();
        // `[aws_vpc.computed]` goes on with the entry before it.
        if !heading.contains('.') {
            starts.push((heading, before + 1));
        }
    }
    let ends = starts.iter().skip(1).map(|(_, start)| *start).chain([file.len()]);
    starts.iter().zip(ends).map(|((heading, start), end)| (*heading, &file[*start..end])).collect()
}

/// Reads a text that is the entry of one heading.
fn only<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let mut read: BTreeMap<String, T> = toml::from_str(text).expect(TESTED);
    read.pop_first().expect(TESTED).1
}
