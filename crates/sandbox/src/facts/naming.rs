//! How a cloud names what it makes.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What is invented for a resource type, and which of it no two objects may share.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Naming {
    /// What the provider's messages call it, such as `EC2 VPC`.
    pub(crate) label: String,
    /// Attributes by which it can be imported, besides its id.
    pub(crate) import: Vec<String>,
    /// What no two may share.
    pub(crate) unique: Option<Unique>,
    /// The code of the error for a reference to one that does not exist.
    pub(crate) missing: Option<String>,
    /// Whether an account has it once, whatever the region.
    pub(crate) global: bool,
    /// Whether all accounts share its names.
    pub(crate) shared: bool,
    /// Templates of computed attributes, by dotted path.
    pub(crate) computed: HashMap<String, toml::Value>,
    /// Computed attributes that are there only if an argument is true or given.
    pub(crate) only_with: HashMap<String, String>,
    /// What such an attribute is otherwise, where that is not nothing.
    pub(crate) otherwise: HashMap<String, String>,
    /// The argument that keeps it from being destroyed.
    pub(crate) protected_by: Option<Protection>,
    /// The code of the error for destroying one that others still refer to.
    pub(crate) in_use: Option<String>,
    /// Arguments that force replacement, where that could not be measured.
    pub(crate) replace: Vec<String>,
    /// Arguments that name another object: the argument's dotted path, and the other's type.
    pub(crate) refers: HashMap<String, String>,
}

/// Attributes that identify an object beside its id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unique {
    /// The attributes; together they differ between any two objects.
    pub(crate) by: Vec<String>,
    /// The code of the cloud's error.
    pub(crate) error: String,
}

/// An argument that keeps an object from being destroyed while it is true.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Protection {
    /// The argument.
    pub(crate) argument: String,
    /// The cloud's error.
    pub(crate) error: String,
}

static NAMING: LazyLock<HashMap<String, Naming>> = LazyLock::new(|| {
    let files = [
        include_str!("../../facts/aws.toml"),
        include_str!("../../facts/github.toml"),
        include_str!("../../facts/hashicorp.toml"),
    ];
    let read = |text| toml::from_str::<HashMap<String, Naming>>(text).expect("a test reads every file");
    files.into_iter().flat_map(read).collect()
});

static UNKNOWN: LazyLock<Naming> = LazyLock::new(Naming::default);

impl Naming {
    /// What is known of a resource type; nothing, for most.
    pub(crate) fn of(kind: &str) -> &'static Self {
        NAMING.get(kind).unwrap_or(&UNKNOWN)
    }

    /// The types that refer to another, with the arguments by which they do.
    pub(crate) fn referring_to(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        NAMING.iter().flat_map(move |(from, naming)| {
            let arguments = naming.refers.iter().filter(move |(_, to)| *to == kind);
            arguments.map(move |(argument, _)| (from.as_str(), argument.as_str()))
        })
    }

    /// The attributes that the template of a computed attribute names, and those that their templates name.
    pub(crate) fn sources_of<'n>(&'n self, attribute: &'n str) -> Vec<&'n str> {
        let mut found = Vec::new();
        let mut open = vec![attribute];
        while let Some(name) = open.pop() {
            let Some(template) = self.computed.get(name) else {
                continue;
            };
            for word in words(template) {
                if !found.contains(&word) {
                    found.push(word);
                    open.push(word);
                }
            }
        }
        found
    }

    /// Whether ids are drawn, so that one that does not exist cannot be meant for later.
    pub(crate) fn has_drawn_ids(&self) -> bool {
        let drawn = |template: &str| {
            ["{hex:", "{lower:", "{upper:", "{uuid}"].iter().any(|word| template.contains(word))
        };
        self.computed.get("id").and_then(toml::Value::as_str).is_some_and(drawn)
    }
}

/// The names of attributes in a template.
fn words(template: &toml::Value) -> Vec<&str> {
    match template {
        toml::Value::String(text) => {
            let inside = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
            let choices = inside.flat_map(|(inside, _)| inside.split('|'));
            choices.map(|choice| choice.split_once(':').map_or(choice, |(name, _)| name)).collect()
        }
        toml::Value::Array(elements) => elements.iter().flat_map(words).collect(),
        toml::Value::Table(members) => members.iter().flat_map(|(_, member)| words(member)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use formwork_schema::Library;

    use super::*;

    #[test]
    fn every_type_and_attribute_exists() {
        let library = Library::embedded();
        for (kind, naming) in &*NAMING {
            // What is only looked up, such as a user, is a data source and nothing else.
            let schema = |catalogue: &formwork_schema::Catalogue| {
                let resource = catalogue.resource(kind).unwrap();
                resource.or_else(|| catalogue.data_source(kind).unwrap())
            };
            let schemas: Vec<_> = library.iter().filter_map(|catalogue| schema(catalogue)).collect();
            assert!(!schemas.is_empty(), "no provider has {kind}");
            let top_level = naming
                .computed
                .keys()
                .chain(naming.refers.keys())
                .chain(&naming.import)
                .chain(&naming.replace);
            for path in top_level.chain(naming.unique.iter().flat_map(|unique| &unique.by)) {
                let name = path.split('.').next().unwrap();
                let has = schemas.iter().any(|schema| {
                    schema.block.attribute(name).is_some() || schema.block.nested_block(name).is_some()
                });
                assert!(has, "{kind} has no {path}");
            }
            for other in naming.refers.values() {
                assert!(NAMING.contains_key(other), "{kind} refers to {other}, of which nothing is known");
            }
        }
    }
}
