//! What all of the scheduler's environments share: state, packages, the repository on GitHub.

use formwork::aws;
use formwork::settings::{self, SettingsError};
use formwork_modules::state_backend;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Settings;
use crate::shared::platform::GithubSettings;

/// The settings that environments share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// The AWS region.
    pub(crate) region: String,
    /// The AWS account. Credentials of any other are refused.
    pub(crate) account_id: String,
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
    /// The provider of the account in the region.
    #[must_use]
    pub(crate) fn provider(&self) -> aws::Provider {
        aws::Provider::new().region(&self.region).allowed_account_ids([&self.account_id])
    }

    /// The policy that bounds an environment's roles.
    #[must_use]
    pub(crate) fn boundary_arn(&self, settings: &Settings) -> String {
        format!("arn:aws:iam::{}:policy/{}", self.account_id, settings.boundary())
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// Fails at the first place of the file that does not fit these types.
    pub(crate) fn read() -> Result<Self, SettingsError> {
        settings::parse("stacks/src/systems/scheduler/project.toml", include_str!("project.toml"))
    }

    /// Where states are kept, locked by files.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::StateBackendConfig {
        state_backend::StateBackendConfig::new(&self.state_bucket, &self.region)
    }
}
