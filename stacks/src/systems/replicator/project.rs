//! What all of the replicator's environments share: the package, remote state, the repository on GitHub.

use formwork::aws;
use formwork::settings::{self, SettingsError};
use formwork_modules::state_backend::{self, Lock};
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
    /// Where it is built, from where the program runs: a file that is too large for Lambda is refused there.
    pub(crate) built_at: String,
    /// The runtime of Lambda.
    pub(crate) runtime: String,
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
        settings::parse("stacks/src/systems/replicator/project.toml", include_str!("project.toml"))
    }

    /// The bucket of remote states and its lock.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::StateBackendConfig {
        let config = state_backend::StateBackendConfig::new(&self.remote_state.bucket, &self.region);
        match &self.remote_state.lock_table {
            Some(table) => config.lock(Lock::Both { table: table.clone() }),
            None => config,
        }
    }
}
