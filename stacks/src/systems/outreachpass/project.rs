//! What both of OutreachPass's environments share: the account, the state, artifacts and images, the repository.

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
    /// The AWS region of the state, the artifacts and the images.
    pub(crate) region: String,
    /// The AWS account, twelve digits.
    pub(crate) account_id: String,
    /// The S3 bucket of all states.
    pub(crate) state_bucket: String,
    /// The packages of the functions.
    pub(crate) artifacts: ArtifactSettings,
    /// The images of the frontend.
    pub(crate) images: ImageSettings,
    /// The audit trail.
    pub(crate) audit: AuditSettings,
    /// The repository.
    pub(crate) github: GithubSettings,
}

/// The packages of the functions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArtifactSettings {
    /// The S3 bucket.
    pub(crate) bucket: String,
    /// Days after which they are deleted.
    pub(crate) days: u32,
}

/// The images of the frontend.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageSettings {
    /// How many are kept.
    pub(crate) keep: u32,
}

/// The audit trail.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditSettings {
    /// The S3 bucket that keeps it.
    pub(crate) bucket: String,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    /// Fails at the first place of the file that does not fit these types.
    pub(crate) fn read() -> Result<Self, SettingsError> {
        settings::parse("stacks/src/systems/outreachpass/project.toml", include_str!("project.toml"))
    }

    /// Where states are kept, locked by files in the bucket.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::StateBackendConfig {
        state_backend::StateBackendConfig::new(&self.state_bucket, &self.region)
    }

    /// Gives a stack what all of AWS have in common here.
    pub(crate) fn prepare(&self, stack: &mut Stack, region: &str, environment: &str) {
        let provider = aws::Provider::new().region(region).allowed_account_ids([&self.account_id]);
        platform::prepare_aws(stack, "outreachpass", environment, provider);
        platform::keep_state(stack, &self.state());
    }
}
