//! What differs between the scheduler's environments: one TOML file each, read through these types.

use formwork::release::Shifting;
use formwork::settings::{self, SettingsError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shared::database::DatabaseSettings as RdsSettings;
use crate::shared::network::NetworkSettings;
use crate::shared::placeholders::File;
use crate::shared::platform::DeploymentSettings;

/// The settings files of the system, by path and text.
#[cfg_attr(test, allow(dead_code, reason = "tests of the systems build them without a command line"))]
pub(crate) const FILES: [File; 5] = [
    ("stacks/src/systems/scheduler/project.toml", include_str!("project.toml")),
    ("stacks/src/systems/scheduler/local.toml", include_str!("local.toml")),
    ("stacks/src/systems/scheduler/dev.toml", include_str!("dev.toml")),
    ("stacks/src/systems/scheduler/staging.toml", include_str!("staging.toml")),
    ("stacks/src/systems/scheduler/production.toml", include_str!("production.toml")),
];

/// The settings of one environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The environment's name; it is part of every resource's name.
    pub(crate) environment: String,
    /// The emulator that stands in for AWS, if one does.
    #[serde(default)]
    pub(crate) emulator: Option<EmulatorSettings>,
    /// The network of functions and database; without one, functions are outside of any.
    #[serde(default)]
    pub(crate) network: Option<NetworkSettings>,
    /// The database.
    pub(crate) database: DatabaseSettings,
    /// The sizes of the functions.
    pub(crate) functions: FunctionsSettings,
    /// When due events are looked for.
    pub(crate) schedule: ScheduleSettings,
    /// The queue of deliveries.
    pub(crate) queue: QueueSettings,
    /// The API.
    pub(crate) api: ApiSettings,
    /// Logs, alarms and audit.
    pub(crate) operations: OperationSettings,
    /// How requests move to a new version of a function.
    #[serde(default)]
    pub(crate) shifting: Shifting,
    /// What a new version is judged by.
    #[serde(default)]
    #[serde(rename = "judgement")]
    pub(crate) analysis: AnalysisSettings,
    /// Who may deploy, and from where; nobody does to `local`.
    #[serde(default)]
    pub(crate) deployment: Option<DeploymentSettings>,
}

/// The emulator that stands in for AWS.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmulatorSettings {
    /// The address of all its services.
    pub(crate) endpoint: String,
}

/// The database.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum DatabaseSettings {
    /// An instance of RDS.
    Rds(RdsSettings),
    /// A container that is there already.
    Container(ContainerSettings),
}

/// A database in a container, with an emulator beside it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContainerSettings {
    /// Its host name, as functions reach it.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// The user.
    pub(crate) user: String,
    /// The user's password, which the file of Docker Compose has as well.
    pub(crate) password: String,
}

/// The sizes of the functions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionsSettings {
    /// The runtime, where it is not that of the packages: an emulator may be older than it.
    #[serde(default)]
    pub(crate) runtime: Option<String>,
    /// Answers the API's requests.
    pub(crate) api: FunctionSettings,
    /// Checks tokens.
    pub(crate) authorizer: FunctionSettings,
    /// Finds events that are due.
    pub(crate) scheduler: FunctionSettings,
    /// Delivers webhooks.
    pub(crate) worker: FunctionSettings,
}

/// The size of one function.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionSettings {
    /// Memory in MB, 128 to 10240.
    pub(crate) memory_mb: u32,
    /// Seconds until a call is given up.
    pub(crate) timeout_seconds: u32,
    /// Simultaneous executions that are reserved, which are also the most there can be.
    #[serde(default)]
    pub(crate) reserved_concurrency: Option<u32>,
}

/// What a new version is judged by.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JudgementSettings")]
pub(crate) struct AnalysisSettings {
    /// Calls of a new version of `api` in a step without which there is no verdict. 0 where nobody may call for hours.
    pub(crate) minimum_requests: u32,
}

/// When due events are looked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleSettings {
    /// A schedule of EventBridge, such as `rate(1 minute)`.
    pub(crate) expression: String,
}

/// The queue of deliveries.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueSettings {
    /// How often a delivery is attempted before it is put aside.
    pub(crate) attempts: u32,
}

/// The API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSettings {
    /// The stage.
    pub(crate) stage: String,
    /// The pages that may call: one origin, or `*` for all.
    pub(crate) allowed_origin: String,
    /// Requests per second before the API answers 429.
    pub(crate) rate_limit: u32,
    /// Requests at once before the API answers 429.
    pub(crate) burst_limit: u32,
    /// Whether whole requests and answers are logged, tokens included.
    #[serde(default)]
    pub(crate) data_trace: bool,
    /// Whether the authorizer lets everybody pass; only where an emulator stands in for AWS.
    #[serde(default)]
    pub(crate) bypass_authorizer: bool,
    /// A domain name of one's own, for TLS 1.2 and later.
    #[serde(default)]
    pub(crate) domain: Option<DomainSettings>,
}

/// A domain name of one's own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DomainSettings {
    /// The name, such as `api.example.com`.
    pub(crate) name: String,
    /// The Route 53 zone that it is in.
    pub(crate) zone: String,
}

/// Logs, alarms and audit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationSettings {
    /// Days that logs are kept, as CloudWatch Logs offers them.
    pub(crate) log_days: u32,
    /// E-mail addresses that hear of alarms; each must confirm its subscription once.
    pub(crate) alert_emails: Vec<String>,
    /// Whether a trail keeps who did what in the account.
    pub(crate) audit_trail: bool,
}

impl Settings {
    /// Reads the settings of all environments.
    ///
    /// # Errors
    /// Fails at the first place of a file that does not fit these types.
    pub(crate) fn all() -> Result<Vec<Self>, SettingsError> {
        Ok(vec![
            settings::parse("stacks/src/systems/scheduler/local.toml", include_str!("local.toml"))?,
            settings::parse("stacks/src/systems/scheduler/dev.toml", include_str!("dev.toml"))?,
            settings::parse("stacks/src/systems/scheduler/staging.toml", include_str!("staging.toml"))?,
            settings::parse("stacks/src/systems/scheduler/production.toml", include_str!("production.toml"))?,
        ])
    }

    /// The file that the settings are from.
    #[must_use]
    pub(crate) fn file(&self) -> String {
        format!("stacks/src/systems/scheduler/{}.toml", self.environment)
    }

    /// What the names of all stacks and resources of this environment begin with: `scheduler-dev`.
    #[must_use]
    pub(crate) fn prefix(&self) -> String {
        format!("scheduler-{}", self.environment)
    }

    /// The name of something in this environment: `scheduler-dev-api`.
    #[must_use]
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix())
    }

    /// The name of the policy that bounds the environment's roles.
    #[must_use]
    pub(crate) fn boundary(&self) -> String {
        format!("boundary-{}", self.prefix())
    }

    /// The namespace of the metrics that functions emit.
    #[must_use]
    pub(crate) fn metric_namespace(&self) -> String {
        format!("Scheduler/{}", self.environment)
    }

    /// What the names of secrets begin with: `/scheduler/dev/`.
    #[must_use]
    pub(crate) fn secret_path(&self) -> String {
        format!("/scheduler/{}/", self.environment)
    }
}
