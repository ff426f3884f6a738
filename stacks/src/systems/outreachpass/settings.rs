//! What differs between OutreachPass's environments: one TOML file each, read through these types.

use std::collections::BTreeMap;

use formwork::release::Shifting;
use formwork::settings::{self, SettingsError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shared::database::DatabaseSettings;
use crate::shared::network::NetworkSettings;
use crate::shared::placeholders::File;
use crate::shared::platform::DeploymentSettings;

/// The settings files of the system, by path and text.
#[cfg_attr(test, allow(dead_code, reason = "tests of the systems build them without a command line"))]
pub(crate) const FILES: [File; 3] = [
    ("stacks/src/systems/outreachpass/project.toml", include_str!("project.toml")),
    ("stacks/src/systems/outreachpass/dev.toml", include_str!("dev.toml")),
    ("stacks/src/systems/outreachpass/prod.toml", include_str!("prod.toml")),
];

/// The settings of one environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The environment's name; it is part of every resource's name.
    pub(crate) environment: String,
    /// The AWS region.
    pub(crate) region: String,
    /// Who deploys to the environment, and from where.
    pub(crate) deployment: DeploymentSettings,
    /// The network.
    pub(crate) network: NetworkSettings,
    /// The PostgreSQL database.
    pub(crate) database: DatabaseSettings,
    /// The names under which the system is called.
    pub(crate) domains: DomainSettings,
    /// What the functions have in common.
    pub(crate) functions: FunctionSettings,
    /// The worker.
    pub(crate) worker: WorkerSettings,
    /// The frontend.
    pub(crate) frontend: FrontendSettings,
    /// The API in front of the backend.
    pub(crate) api: ApiSettings,
    /// Who hears of alarms.
    pub(crate) alerts: AlertSettings,
    /// How calls move to a new version of a function.
    pub(crate) shifting: Shifting,
    /// What a new version is judged by while it is watched.
    #[serde(rename = "judging")]
    pub(crate) analysis: AnalysisSettings,
}

/// What a new version of a function is judged by while it is watched.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JudgingSettings")]
pub(crate) struct AnalysisSettings {
    /// Calls of the API without which there is no verdict.
    pub(crate) api_calls: u32,
    /// Calls of the worker without which there is no verdict.
    pub(crate) worker_calls: u32,
    /// Minutes after which a release without a verdict stops, for a person to decide.
    pub(crate) minutes: u32,
}

/// The names under which the system is called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DomainSettings {
    /// The Route 53 zone that they are in.
    pub(crate) zone: String,
    /// The zone's id; without it the role that deploys may change the records of every zone of the account.
    #[serde(default)]
    pub(crate) zone_id: Option<String>,
    /// That of the API.
    pub(crate) api: String,
    /// That of the frontend.
    pub(crate) frontend: String,
}

/// What the functions have in common.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionSettings {
    /// Memory in MB, 128 to 10240.
    pub(crate) memory_mb: u32,
    /// Seconds until a call of the API is given up.
    pub(crate) timeout_seconds: u32,
    /// Days that logs are kept, as CloudWatch Logs offers them.
    pub(crate) log_days: u32,
    /// The runtime of Lambda.
    pub(crate) runtime: String,
    /// What of the backend's package is called.
    pub(crate) api_handler: String,
    /// What of the worker's package is called.
    pub(crate) worker_handler: String,
    /// What of the backend's package runs migrations.
    pub(crate) migrate_handler: String,
    /// The version of the packages that the functions begin with; it must be in the bucket of artifacts by then.
    pub(crate) first_version: String,
}

/// The worker.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkerSettings {
    /// Seconds until its work is given up, up to 900.
    pub(crate) timeout_seconds: u32,
    /// What starts it, by name.
    pub(crate) rules: BTreeMap<String, RuleSettings>,
}

/// What starts the worker.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum RuleSettings {
    /// The time.
    Schedule {
        /// As in `rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC.
        schedule: String,
    },
    /// An event on the account's default bus.
    Event {
        /// Who sends it.
        source: String,
        /// What it is.
        detail_type: String,
    },
}

/// The frontend.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrontendSettings {
    /// The port that it listens on.
    pub(crate) port: u16,
    /// The path that answers 200 when it is healthy.
    pub(crate) health_path: String,
    /// CPU units; 1024 are one vCPU.
    pub(crate) cpu: u32,
    /// Memory in MiB, as it goes with the CPU units.
    pub(crate) memory_mib: u32,
    /// The tag of the image that it begins with; releases choose the others.
    pub(crate) first_tag: String,
    /// What runs it.
    pub(crate) platform: PlatformSettings,
}

/// What runs the frontend.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PlatformSettings {
    /// App Runner, in an account that used it before 2026-04-30.
    AppRunner {
        /// Instances that are kept warm, 1 to 25.
        least: u32,
        /// The most instances, 1 to 25.
        most: u32,
        /// Requests at once that one instance takes, 1 to 200.
        requests: u32,
    },
    /// ECS Fargate behind a load balancer.
    Fargate {
        /// How many tasks run.
        tasks: u32,
    },
}

/// The API in front of the backend.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSettings {
    /// Requests per second before the API answers 429.
    pub(crate) rate_limit: u32,
    /// Requests at once before the API answers 429.
    pub(crate) burst_limit: u32,
}

/// Who hears of alarms.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertSettings {
    /// E-mail addresses; each must confirm its subscription once.
    pub(crate) emails: Vec<String>,
}

impl Settings {
    /// Reads the settings of all environments.
    ///
    /// # Errors
    /// Fails at the first place of a file that does not fit these types.
    pub(crate) fn all() -> Result<Vec<Self>, SettingsError> {
        Ok(vec![
            settings::parse("stacks/src/systems/outreachpass/dev.toml", include_str!("dev.toml"))?,
            settings::parse("stacks/src/systems/outreachpass/prod.toml", include_str!("prod.toml"))?,
        ])
    }

    /// The file that the settings are from.
    #[must_use]
    pub(crate) fn file(&self) -> String {
        format!("stacks/src/systems/outreachpass/{}.toml", self.environment)
    }

    /// The name of the environment's stack, and what names of resources begin with: `outreachpass-dev`.
    #[must_use]
    pub(crate) fn prefix(&self) -> String {
        format!("outreachpass-{}", self.environment)
    }

    /// The name of something in this environment: `outreachpass-dev-frontend`.
    #[must_use]
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix())
    }

    /// The name of a function, in the document's form: `outreachpass-api-dev`.
    #[must_use]
    pub(crate) fn function(&self, what: &str) -> String {
        format!("outreachpass-{what}-{}", self.environment)
    }

    /// Where the environment's secrets are: `/outreachpass/dev/`.
    #[must_use]
    pub(crate) fn secret_path(&self) -> String {
        format!("/outreachpass/{}/", self.environment)
    }
}
