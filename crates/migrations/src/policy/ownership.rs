//! `ownership.toml`: which service owns which table.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::name::Name;

/// Who owns which table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ownership {
    /// Tables that everybody uses and the platform owns.
    #[serde(default)]
    pub core: Core,
    /// The services, by name.
    #[serde(default)]
    pub services: BTreeMap<String, Service>,
    /// Tables of several services.
    #[serde(default)]
    pub shared: Vec<Shared>,
}

/// The tables in the middle.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Core {
    /// Tables, as `name` or `schema.name`; `schema.*` for a whole schema.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Who reviews changes of them.
    #[serde(default)]
    pub reviewers: Vec<String>,
}

/// A service and what it owns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Folders of its migrations.
    #[serde(default)]
    pub directories: Vec<String>,
    /// Its tables.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Who reviews changes of them that others make.
    #[serde(default)]
    pub reviewers: Vec<String>,
}

/// Tables that several services own together.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// The tables.
    pub tables: Vec<String>,
    /// The services.
    pub services: Vec<String>,
    /// Who reviews changes of them.
    #[serde(default)]
    pub reviewers: Vec<String>,
}

/// What a table is to the folder whose migration touches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The folder's service may change it.
    Own,
    /// A core table; with its reviewers.
    Core(&'a [String]),
    /// A table of several services; with them and the reviewers.
    Shared(&'a [String], &'a [String]),
    /// Another service's table; with the service and its reviewers.
    Foreign(&'a str, &'a [String]),
    /// Nobody's.
    Unowned,
}

impl Ownership {
    /// Whether nothing is known at all, so that nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.core.tables.is_empty() && self.services.is_empty() && self.shared.is_empty()
    }

    /// The service whose migrations are in a folder. Folders that belong to none are the platform's.
    #[must_use]
    pub fn service_of(&self, folder: &str) -> Option<&str> {
        let folder = normal(folder);
        let is_own = |own: &String| folder == normal(own) || folder.ends_with(&format!("/{}", normal(own)));
        self.services
            .iter()
            .find(|(_, service)| service.directories.iter().any(is_own))
            .map(|(name, _)| name.as_str())
    }

    /// What a table is to a service, or to the platform.
    #[must_use]
    pub fn standing(&self, table: &Name, service: Option<&str>) -> Standing<'_> {
        let has = |tables: &[String]| tables.iter().any(|pattern| matches(pattern, table));
        if let Some(shared) = self.shared.iter().find(|shared| has(&shared.tables)) {
            return Standing::Shared(&shared.services, &shared.reviewers);
        }
        if has(&self.core.tables) {
            return if service.is_none() { Standing::Own } else { Standing::Core(&self.core.reviewers) };
        }
        for (name, owner) in &self.services {
            if has(&owner.tables) {
                return match service == Some(name.as_str()) {
                    true => Standing::Own,
                    false => Standing::Foreign(name, &owner.reviewers),
                };
            }
        }
        Standing::Unowned
    }
}

fn normal(folder: &str) -> String {
    let folder = folder.replace('\\', "/");
    folder.trim_start_matches("./").trim_end_matches('/').to_owned()
}

fn matches(pattern: &str, table: &Name) -> bool {
    match pattern.strip_suffix(".*") {
        Some(schema) => table.schema.as_deref().unwrap_or("public") == schema,
        None => Name::parse(pattern) == *table,
    }
}
