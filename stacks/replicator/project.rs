//! What all of the replicator's environments share: the package, remote state, the repository on GitHub.

use formwork::settings::{self, SettingsError};
use formwork_modules::state_backend::{self, Lock};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::platform::GithubSettings;

/// The settings that environments share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// The AWS region.
    pub(crate) region: String,
    /// Where states are kept that are not in files.
    pub(crate) remote_state: RemoteStateSettings,
    /// The package of the functions.
    pub(crate) package: PackageSettings,
    /// The repository.
    pub(crate) github: GithubSettings,
}

/// Where states are kept that are not in files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoteStateSettings {
    /// The S3 bucket.
    pub(crate) bucket: String,
    /// A DynamoDB table of locks, besides the lock files, for tools that do not know these.
    #[serde(default)]
    pub(crate) lock_table: Option<String>,
}

/// The package of the functions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageSettings {
    /// The zip file, in the folder of the stack's document.
    pub(crate) file: String,
    /// The runtime of Lambda.
    pub(crate) runtime: String,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    /// Fails at the first place of the file that does not fit these types.
    pub(crate) fn read() -> Result<Self, SettingsError> {
        settings::parse("stacks/replicator/project.toml", include_str!("project.toml"))
    }

    /// The bucket of remote states and its lock.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::Config {
        let config = state_backend::Config::new(&self.remote_state.bucket, &self.region);
        match &self.remote_state.lock_table {
            Some(table) => config.lock(Lock::Both { table: table.clone() }),
            None => config,
        }
    }
}
