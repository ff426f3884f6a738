//! What all of Shtetl's environments share: state, and the repositories on GitHub.

use formwork::settings::{self, SettingsError};
use formwork::{Stack, aws};
use formwork_modules::github_oidc::{Repository, SubjectForm};
use formwork_modules::iam::Policy;
use formwork_modules::state_backend::{self, Lock};
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Settings;
use crate::shared::platform::prepare_aws;

/// The environment on GitHub whose reviewers agree to a migration that removes something.
pub(crate) const CONTRACT: &str = "contract";

/// The settings that environments share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// The AWS region of the state.
    pub(crate) region: String,
    /// The S3 bucket of all states.
    pub(crate) state_bucket: String,
    /// The DynamoDB table of locks, for tools that do not know S3's lock files.
    pub(crate) lock_table: String,
    /// The repositories.
    pub(crate) github: GithubSettings,
}

/// The repositories on GitHub.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GithubSettings {
    /// The organization.
    pub(crate) owner: String,
    /// The organization's number, where a repository sends it.
    #[serde(default)]
    pub(crate) owner_id: Option<u64>,
    /// The main repository, which holds the infrastructure.
    pub(crate) infrastructure: RepositorySettings,
    /// The repository of the services, which releases them.
    pub(crate) services: RepositorySettings,
    /// The team whose members agree to migrations that remove something.
    pub(crate) migration_reviewers: String,
}

/// One repository.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepositorySettings {
    /// Its name, without the organization.
    pub(crate) name: String,
    /// Its number, if its tokens carry numbers.
    #[serde(default)]
    pub(crate) repository_id: Option<u64>,
    /// The checks that must pass before a pull request is merged.
    pub(crate) checks: Vec<String>,
}

impl Project {
    /// Reads the settings.
    ///
    /// # Errors
    /// Fails at the first place of the file that does not fit these types.
    pub(crate) fn read() -> Result<Self, SettingsError> {
        settings::parse("stacks/src/systems/shtetl/project.toml", include_str!("project.toml"))
    }

    /// Where states are kept. The story asks for DynamoDB locks, which Terraform has deprecated in favour of lock
    /// files in the bucket: both are taken, until every tool knows the files.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::StateBackendConfig {
        let lock = Lock::Both { table: self.lock_table.clone() };
        state_backend::StateBackendConfig::new(&self.state_bucket, &self.region).lock(lock)
    }

    /// Sets up a stack that uses AWS: its provider, its tags, and where its state is kept.
    pub(crate) fn prepare(&self, stack: &mut Stack, region: &str, environment: &str) {
        prepare_aws(stack, "shtetl", environment, aws::Provider::new().region(region));
        let key = format!("{}/terraform.tfstate", stack.name());
        self.state().keep_state_of(stack, &key);
    }

    /// Where `migrations log` keeps what was deployed to an environment: beside its state.
    #[must_use]
    #[cfg(any(test, feature = "pipelines"))]
    pub(crate) fn migrations_log(&self, settings: &Settings) -> String {
        format!("s3://{}/{}", self.state_bucket, Self::migrations_log_key(settings))
    }

    /// Lets a role read and write that log.
    #[must_use]
    pub(crate) fn migrations_log_policy(&self, settings: &Settings) -> Policy {
        let object = format!("arn:aws:s3:::{}/{}", self.state_bucket, Self::migrations_log_key(settings));
        Policy::new().allow(["s3:GetObject", "s3:PutObject"], [object])
    }

    fn migrations_log_key(settings: &Settings) -> String {
        format!("{}/migrations.json", settings.stack_name())
    }

    /// A repository, as tokens of its jobs name it.
    #[must_use]
    pub(crate) fn repository(&self, repository: &RepositorySettings) -> Repository {
        let form = match (self.github.owner_id, repository.repository_id) {
            (Some(owner_id), Some(repository_id)) => SubjectForm::Both { owner_id, repository_id },
            _ => SubjectForm::Name,
        };
        Repository::new(&self.github.owner, &repository.name, form)
    }
}
