//! What was deployed when: golang-migrate's own table knows the newest version and nothing else.

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// DeployedMigration migrations and releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentLog {
    /// Migrations that were applied.
    #[serde(default)]
    pub migrations: Vec<DeployedMigration>,
    /// Releases that run or ran.
    #[serde(default)]
    pub releases: Vec<DeployedRelease>,
}

/// A migration that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployedMigration {
    /// The folder, as it was named.
    pub directory: String,
    /// The version.
    pub version: u64,
    /// The file's name.
    pub file: String,
    /// SHA-256 of what was applied.
    pub sha256: String,
    /// When.
    pub deployed_at: Timestamp,
}

/// A release of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeployedRelease {
    /// The service.
    pub service: String,
    /// The release, such as a Lambda version.
    pub release: String,
    /// When it began to serve.
    pub deployed_at: Timestamp,
    /// When it no longer served.
    pub retired_at: Option<Timestamp>,
}

/// What the log knew of a release that begins to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// Nothing.
    New,
    /// That it serves.
    Known,
    /// That it was retired.
    Again,
}

impl DeploymentLog {
    /// The newest version that a folder's migrations reached.
    #[must_use]
    pub fn newest(&self, directory: &str) -> Option<u64> {
        self.of(directory).map(|deployed| deployed.version).max()
    }

    /// The entry of a version.
    #[must_use]
    pub fn find(&self, directory: &str, version: u64) -> Option<&DeployedMigration> {
        self.of(directory).find(|deployed| deployed.version == version)
    }

    /// The migrations of a folder.
    pub fn of(&self, directory: &str) -> impl Iterator<Item = &DeployedMigration> {
        let directory = folder_name(directory).to_owned();
        self.migrations.iter().filter(move |deployed| deployed.directory == directory)
    }

    /// Adds a migration; what is there stays. Says whether it was new.
    pub fn record(&mut self, deployed: DeployedMigration) -> bool {
        let is_new = self.find(&deployed.directory, deployed.version).is_none();
        if is_new {
            self.migrations.push(deployed);
        }
        is_new
    }

    /// Takes out the migrations of a folder that are above the newest version: they were taken back. When they are
    /// applied again, that is another time. Says how many there were.
    pub fn take_back(&mut self, directory: &str, newest: u64) -> usize {
        let directory = folder_name(directory);
        let count = self.migrations.len();
        self.migrations.retain(|deployed| deployed.directory != directory || deployed.version <= newest);
        count - self.migrations.len()
    }

    /// Adds a release that begins to serve. One that was retired serves again: it is as old as it was, and waited for.
    pub fn start(&mut self, service: &str, release: &str, at: Timestamp) -> Started {
        let known =
            self.releases.iter_mut().find(|known| known.service == service && known.release == release);
        match known {
            None => {
                self.releases.push(DeployedRelease {
                    service: service.to_owned(),
                    release: release.to_owned(),
                    deployed_at: at,
                    retired_at: None,
                });
                Started::New
            }
            Some(known) => match known.retired_at.take() {
                Some(_) => Started::Again,
                None => Started::Known,
            },
        }
    }

    /// Ends a release that is known; says whether it is.
    pub fn retire(&mut self, service: &str, release: &str, at: Timestamp) -> bool {
        let found =
            self.releases.iter_mut().find(|known| known.service == service && known.release == release);
        let Some(found) = found else { return false };
        found.retired_at.get_or_insert(at);
        true
    }
}

/// The name of a folder, however its path is written.
pub(crate) fn folder_name(path: &str) -> &str {
    path.trim_start_matches("./").trim_end_matches('/')
}
