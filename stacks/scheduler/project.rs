//! What all of the scheduler's environments share: state, packages, the repository on GitHub.

use formwork::settings::{self, SettingsError};
use formwork_modules::state_backend;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::platform::GithubSettings;

/// The settings that environments share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// The AWS region.
    pub(crate) region: String,
    /// The S3 bucket of all states but those of `local`.
    pub(crate) state_bucket: String,
    /// The packages of the functions.
    pub(crate) package: PackageSettings,
    /// The repository.
    pub(crate) github: GithubSettings,
}

/// The packages of the functions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageSettings {
    /// The runtime of Lambda.
    pub(crate) runtime: String,
    /// What Lambda calls in each package.
    pub(crate) handler: String,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    /// Fails at the first place of the file that does not fit these types.
    pub(crate) fn read() -> Result<Self, SettingsError> {
        settings::parse("stacks/scheduler/project.toml", include_str!("project.toml"))
    }

    /// Where states are kept, locked by files.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::Config {
        state_backend::Config::new(&self.state_bucket, &self.region)
    }
}
