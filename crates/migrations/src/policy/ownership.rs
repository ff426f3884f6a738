//! `ownership.toml`: which service owns which table.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::log::folder_name;
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

/// Who owns a table, and who reviews changes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A core table.
    Platform {
        /// Who reviews.
        reviewers: &'a [String],
    },
    /// A table of several services.
    Shared {
        /// The services.
        services: &'a [String],
        /// Who reviews.
        reviewers: &'a [String],
    },
    /// A service.
    Service {
        /// Its name.
        name: &'a str,
        /// Who reviews.
        reviewers: &'a [String],
    },
    /// Nobody.
    Nobody,
}

impl<'a> Owner<'a> {
    /// Whether it is a service, or the platform where none is given, alone: whoever shares a table does not own it.
    #[must_use]
    pub fn is(self, service: Option<&str>) -> bool {
        match self {
            Self::Platform { .. } => service.is_none(),
            Self::Service { name, .. } => service == Some(name),
            Self::Shared { .. } | Self::Nobody => false,
        }
    }

    /// Who reviews changes that others make.
    #[must_use]
    pub const fn reviewers(self) -> &'a [String] {
        match self {
            Self::Platform { reviewers }
            | Self::Shared { reviewers, .. }
            | Self::Service { reviewers, .. } => reviewers,
            Self::Nobody => &[],
        }
    }
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

    /// Who owns a table.
    #[must_use]
    pub fn owner(&self, table: &Name) -> Owner<'_> {
        let has = |tables: &[String]| tables.iter().any(|pattern| matches(pattern, table));
        if let Some(shared) = self.shared.iter().find(|shared| has(&shared.tables)) {
            return Owner::Shared { services: &shared.services, reviewers: &shared.reviewers };
        }
        if has(&self.core.tables) {
            return Owner::Platform { reviewers: &self.core.reviewers };
        }
        let owner = self.services.iter().find(|(_, service)| has(&service.tables));
        owner.map_or(Owner::Nobody, |(name, service)| Owner::Service { name, reviewers: &service.reviewers })
    }
}

fn normal(folder: &str) -> String {
    folder_name(&folder.replace('\\', "/")).to_owned()
}

fn matches(pattern: &str, table: &Name) -> bool {
    match pattern.strip_suffix(".*") {
        Some(schema) => table.schema.as_deref().unwrap_or("public") == schema,
        None => Name::parse(pattern) == *table,
    }
}
