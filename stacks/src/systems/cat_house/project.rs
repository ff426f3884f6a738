//! What both of cat-house's environments share: the account, the state, the images, the repository on GitHub.

use formwork::settings::{self, SettingsError};
use formwork::{Stack, aws};
use formwork_modules::state_backend;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shared::platform::{self, GithubSettings};

/// The settings that environments share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// The AWS region of the state and of the images.
    pub(crate) region: String,
    /// The AWS account, twelve digits.
    pub(crate) account_id: String,
    /// The S3 bucket of all states.
    pub(crate) state_bucket: String,
    /// The images of the services.
    pub(crate) images: ImageSettings,
    /// The repository.
    pub(crate) github: GithubSettings,
}

/// The images of the services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageSettings {
    /// How many images of each service are kept.
    pub(crate) keep: u32,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    /// Fails at the first place of the file that does not fit these types.
    pub(crate) fn read() -> Result<Self, SettingsError> {
        settings::parse("stacks/src/systems/cat_house/project.toml", include_str!("project.toml"))
    }

    /// Where states are kept, locked by files in the bucket.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::StateBackendConfig {
        state_backend::StateBackendConfig::new(&self.state_bucket, &self.region)
    }

    /// Gives a stack what all of AWS have in common here.
    pub(crate) fn prepare(&self, stack: &mut Stack, region: &str, environment: &str) {
        let provider = aws::Provider::new().region(region).allowed_account_ids([&self.account_id]);
        platform::prepare_aws(stack, "cat-house", environment, provider);
        platform::keep_state(stack, &self.state());
    }
}
