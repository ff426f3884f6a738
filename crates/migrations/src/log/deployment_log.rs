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

    fn of(&self, directory: &str) -> impl Iterator<Item = &DeployedMigration> {
        let directory = directory.trim_start_matches("./").trim_end_matches('/').to_owned();
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

    /// Adds a release that begins to serve; one that is there stays.
    pub fn start(&mut self, service: &str, release: &str, at: Timestamp) -> bool {
        let is_known = self.releases.iter().any(|known| known.service == service && known.release == release);
        if !is_known {
            self.releases.push(DeployedRelease {
                service: service.to_owned(),
                release: release.to_owned(),
                deployed_at: at,
                retired_at: None,
            });
        }
        !is_known
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
