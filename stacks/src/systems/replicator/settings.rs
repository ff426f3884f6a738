//! What differs between the replicator's environments: one TOML file each, read through these types.

use formwork::settings::{self, SettingsError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shared::placeholders::File;
use crate::shared::platform::DeploymentSettings;

/// The settings files of the system, by path and text.
#[cfg_attr(test, allow(dead_code, reason = "tests of the systems build them without a command line"))]
pub(crate) const FILES: [File; 4] = [
    ("stacks/src/systems/replicator/project.toml", include_str!("project.toml")),
    ("stacks/src/systems/replicator/dev.toml", include_str!("dev.toml")),
    ("stacks/src/systems/replicator/staging.toml", include_str!("staging.toml")),
    ("stacks/src/systems/replicator/prod.toml", include_str!("prod.toml")),
];

/// The settings of one environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The environment's name; it is part of every resource's name.
    pub(crate) environment: String,
    /// Where the state is kept.
    #[serde(default)]
    pub(crate) state: StateKind,
    /// The network of the workers.
    pub(crate) network: NetworkSettings,
    /// The workers, which replicate a database each.
    pub(crate) workers: WorkerSettings,
    /// The function that takes jobs and tells about them.
    pub(crate) coordinator: FunctionSettings,
    /// The function that starts workers.
    pub(crate) provisioner: FunctionSettings,
    /// The table of jobs.
    pub(crate) jobs: JobSettings,
    /// The API.
    pub(crate) api: ApiSettings,
    /// Logs and alarms.
    pub(crate) operations: OperationSettings,
    /// Who may deploy, and from where.
    pub(crate) deployment: DeploymentSettings,
}

/// Where the state of an environment is kept.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StateKind {
    /// In a file beside the document: enough for one person.
    #[default]
    Local,
    /// In the bucket of the project's settings, locked while somebody works on it.
    Remote,
}

/// The network of the workers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkSettings {
    /// The IPv4 block of the VPC, /16 to /28.
    pub(crate) cidr: String,
    /// Availability zones. Workers start in the first.
    pub(crate) zones: Vec<String>,
}

/// The workers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkerSettings {
    /// The instance type, such as t3.medium.
    pub(crate) instance_type: String,
    /// The disk in GiB: dumps of databases go through it.
    pub(crate) disk_gib: u32,
}

/// The size of one function.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionSettings {
    /// Memory in MB, 128 to 10240.
    pub(crate) memory_mb: u32,
    /// Seconds until a call is given up.
    pub(crate) timeout_seconds: u32,
}

/// The table of jobs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobSettings {
    /// Days after which the coordinator lets a job's item expire; passed on as JOB_DAYS.
    pub(crate) keep_days: u32,
    /// Whether the table refuses to be deleted.
    pub(crate) deletion_protection: bool,
}

/// The API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSettings {
    /// Requests per second before the API answers 429.
    pub(crate) rate_limit: u32,
    /// Requests at once before the API answers 429.
    pub(crate) burst_limit: u32,
}

/// Logs and alarms.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationSettings {
    /// Days that logs are kept, as CloudWatch Logs offers them.
    pub(crate) log_days: u32,
    /// E-mail addresses that hear of alarms; each must confirm its subscription once.
    pub(crate) alert_emails: Vec<String>,
}

impl Settings {
    /// Reads the settings of all environments.
    ///
    /// # Errors
    /// Fails at the first place of a file that does not fit these types.
    pub(crate) fn all() -> Result<Vec<Self>, SettingsError> {
        Ok(vec![
            settings::parse("stacks/src/systems/replicator/dev.toml", include_str!("dev.toml"))?,
            settings::parse("stacks/src/systems/replicator/staging.toml", include_str!("staging.toml"))?,
            settings::parse("stacks/src/systems/replicator/prod.toml", include_str!("prod.toml"))?,
        ])
    }

    /// What the names of all resources of this environment begin with, and the name of its stack: `replicator-dev`.
    #[must_use]
    pub(crate) fn prefix(&self) -> String {
        format!("replicator-{}", self.environment)
    }

    /// The name of something in this environment: `replicator-dev-worker`.
    #[must_use]
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix())
    }

    /// What the names of parameters and of the workers' logs begin with: `/replicator/dev`.
    #[must_use]
    pub(crate) fn path(&self) -> String {
        format!("/replicator/{}", self.environment)
    }

    /// The name of the policy that bounds the environment's roles.
    #[must_use]
    pub(crate) fn boundary(&self) -> String {
        format!("boundary-{}", self.prefix())
    }

    /// The key of the state in the bucket.
    #[must_use]
    pub(crate) fn state_key(&self) -> String {
        format!("{}/terraform.tfstate", self.prefix())
    }
}
