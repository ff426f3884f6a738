//! `releases.toml`: what the deployed releases ask of the database.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::compat::query::{Query, QueryError, captured, queries};
use crate::compat::report::BrokenQuery;
use crate::policy::ends_with_path;

/// The releases that run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Releases {
    /// The releases.
    #[serde(default, rename = "release")]
    pub releases: Vec<Release>,
    /// What may break, and why.
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<CompatWaiver>,
}

/// A query of a service that a migration may break.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompatWaiver {
    /// The service.
    pub service: String,
    /// The query.
    pub query: String,
    /// The migration: the end of its path.
    pub migration: String,
    /// Why.
    pub reason: String,
}

impl Releases {
    /// Why a finding may stay, if it may.
    pub(super) fn waiver_reason(&self, found: &BrokenQuery) -> Option<String> {
        let migration = found.migration.as_deref().unwrap_or_default();
        let waiver = self.waivers.iter().find(|waiver| {
            waiver.service == found.service
                && waiver.query == found.query
                && ends_with_path(migration, &waiver.migration)
                && !waiver.reason.trim().is_empty()
        });
        waiver.map(|waiver| waiver.reason.clone())
    }
}

/// A release of a service and what it asks of the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The service.
    pub service: String,
    /// The release, such as a Lambda version.
    pub release: String,
    /// The database role that it connects as. None: the owner of the tables.
    pub role: Option<String>,
    /// Folders of sqlc queries, `.sql` files, or `.jsonl` files of captured statements.
    pub queries: Vec<PathBuf>,
    /// SQL that puts rows into the tables.
    pub seed: Option<PathBuf>,
    /// Arguments of queries, by the query's name.
    #[serde(default)]
    pub arguments: BTreeMap<String, Vec<Option<String>>>,
}

/// Why the queries of a release cannot be read.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}", path.display())]
    Query {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: QueryError,
    },
    /// Arguments are given for a query that is not there.
    #[error("release {release} of {service} has arguments for `{query}`, but no such query")]
    UnknownQuery {
        /// The service.
        service: String,
        /// The release.
        release: String,
        /// The query.
        query: String,
    },
}

impl Release {
    /// Reads the release's queries, in files relative to a folder.
    ///
    /// # Errors
    /// Fails if a file cannot be read or understood.
    pub fn load(&self, folder: &Path) -> Result<Vec<Query>, ReleaseError> {
        let mut found = Vec::new();
        for path in &self.queries {
            let path = folder.join(path);
            let mut files = vec![path.clone()];
            if path.is_dir() {
                let entries = fs::read_dir(&path)
                    .map_err(|source| ReleaseError::Read { path: path.clone(), source })?;
                files = entries.flatten().map(|entry| entry.path()).collect();
                files.retain(|file| file.extension().is_some_and(|end| end == "sql" || end == "jsonl"));
                files.sort();
            }
            for file in files {
                let text = fs::read_to_string(&file)
                    .map_err(|source| ReleaseError::Read { path: file.clone(), source })?;
                let shown = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
                let read = if file.extension().is_some_and(|end| end == "jsonl") {
                    captured(&shown, &text)
                } else {
                    queries(&shown, &text)
                };
                found.extend(read.map_err(|source| ReleaseError::Query { path: file.clone(), source })?);
            }
        }
        for (name, arguments) in &self.arguments {
            let Some(query) = found.iter_mut().find(|query| query.name == *name) else {
                return Err(ReleaseError::UnknownQuery {
                    service: self.service.clone(),
                    release: self.release.clone(),
                    query: name.clone(),
                });
            };
            query.arguments = Some(arguments.clone());
        }
        Ok(found)
    }
}
