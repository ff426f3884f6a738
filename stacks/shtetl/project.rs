//! What all of Shtetl's environments share: state, and the repositories on GitHub.

use formwork::settings::{self, SettingsError};
use formwork_modules::github_oidc::{Repository, SubjectForm};
use formwork_modules::state_backend::{self, Lock};
use schemars::JsonSchema;
use serde::Deserialize;

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
        settings::parse("stacks/shtetl/project.toml", include_str!("project.toml"))
    }

    /// Where states are kept. The story asks for DynamoDB locks, which Terraform has deprecated in favour of lock
    /// files in the bucket: both are taken, until every tool knows the files.
    #[must_use]
    pub(crate) fn state(&self) -> state_backend::Config {
        let lock = Lock::Both { table: self.lock_table.clone() };
        state_backend::Config::new(&self.state_bucket, &self.region).lock(lock)
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
