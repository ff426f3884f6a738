//! What differs between cat-house's environments: one TOML file each, read through these types.

use std::collections::BTreeMap;

use formwork::Hint;
use formwork::settings::{self, SettingsError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shared::network::NetworkSettings;
use crate::shared::placeholders::File;
use crate::shared::platform::DeploymentSettings;

/// The settings files of the system, by path and text.
#[cfg_attr(test, allow(dead_code, reason = "tests of the systems build them without a command line"))]
pub(crate) const FILES: [File; 3] = [
    ("stacks/src/systems/cat_house/project.toml", include_str!("project.toml")),
    ("stacks/src/systems/cat_house/staging.toml", include_str!("staging.toml")),
    ("stacks/src/systems/cat_house/production.toml", include_str!("production.toml")),
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
    /// The load balancer in front of the services.
    pub(crate) balancer: BalancerSettings,
    /// What all tasks have in common.
    pub(crate) tasks: TaskSettings,
    /// What the database gives.
    pub(crate) database: DatabaseSettings,
    /// The services, by name.
    pub(crate) services: BTreeMap<String, ServiceSettings>,
    /// What brings the database up to date.
    pub(crate) migration: MigrationSettings,
}

/// The load balancer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BalancerSettings {
    /// Whether the load balancer refuses to be deleted.
    pub(crate) deletion_protection: bool,
    /// A domain name of its own, and HTTPS; without it, HTTP under the name that AWS gives.
    #[serde(default)]
    pub(crate) https: Option<HttpsSettings>,
}

/// A domain name with a certificate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpsSettings {
    /// The domain name.
    pub(crate) domain: String,
    /// The Route 53 zone that it is in.
    pub(crate) zone: String,
    /// The zone's id. Deployments may change records of this zone and no other.
    pub(crate) zone_id: String,
}

/// What all tasks have in common.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskSettings {
    /// CPU units; 1024 are one vCPU.
    pub(crate) cpu: u32,
    /// Memory in MiB, as it goes with the CPU units on Fargate.
    pub(crate) memory_mib: u32,
    /// How many tasks of each service run.
    pub(crate) count: u32,
    /// Days that logs are kept, as CloudWatch Logs offers them.
    pub(crate) log_days: u32,
    /// The tag of the images of the first revision; releases choose the others.
    pub(crate) first_tag: String,
}

/// What the database gives.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseSettings {
    /// How many connections the tasks of all services have together.
    pub(crate) connections: u32,
}

/// One service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSettings {
    /// The port that it listens on.
    pub(crate) port: u16,
    /// The environment variables that it gets from Secrets Manager.
    pub(crate) secrets: Vec<String>,
}

/// What brings the database up to date.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MigrationSettings {
    /// The service whose image has the migrations.
    pub(crate) service: String,
    /// The command that runs them.
    pub(crate) command: Vec<String>,
    /// Seconds after which they are stopped and have failed.
    pub(crate) timeout_seconds: u64,
}

impl Settings {
    /// Reads the settings of all environments.
    ///
    /// # Errors
    /// Fails at the first place of a file that does not fit these types, if the migrations are those of a service that
    /// there is not, or if there are more tasks than connections.
    pub(crate) fn all() -> formwork::Result<Vec<Self>> {
        let all: [Result<Self, SettingsError>; 2] = [
            settings::parse("stacks/src/systems/cat_house/staging.toml", include_str!("staging.toml")),
            settings::parse("stacks/src/systems/cat_house/production.toml", include_str!("production.toml")),
        ];
        let all = all.into_iter().collect::<Result<Vec<Self>, SettingsError>>()?;
        all.iter().try_for_each(Self::check)?;
        Ok(all)
    }

    pub(crate) fn check(&self) -> formwork::Result {
        if self.pool_size() == 0 {
            anyhow::bail!(
                "stacks/src/systems/cat_house/{}.toml: {} tasks share {} connections{}",
                self.environment,
                self.task_count(),
                self.database.connections,
                Hint::new("raise `database.connections` or lower `tasks.count`")
            );
        }
        let service = &self.migration.service;
        if self.services.contains_key(service) {
            return Ok(());
        }
        let names = self.services.keys().map(String::as_str);
        let known = Vec::from_iter(self.services.keys().cloned()).join(", ");
        let hint = Hint::nearest(service, names).or(format!("there are {known}"));
        anyhow::bail!(
            "stacks/src/systems/cat_house/{}.toml: the migrations are those of `{service}`, which is no service{hint}",
            self.environment
        )
    }

    /// The name of the environment's stack, and what the names of all its resources begin with: `cat-house-staging`.
    #[must_use]
    pub(crate) fn prefix(&self) -> String {
        format!("cat-house-{}", self.environment)
    }

    /// The name of something in this environment: `cat-house-staging-auth`.
    #[must_use]
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix())
    }

    /// Where the environment's secrets are: `/cat-house/staging/`.
    #[must_use]
    pub(crate) fn secret_path(&self) -> String {
        format!("/cat-house/{}/", self.environment)
    }

    /// How many tasks run, of all services.
    fn task_count(&self) -> u32 {
        self.tasks.count.saturating_mul(u32::try_from(self.services.len()).unwrap_or(u32::MAX))
    }

    /// How many connections one task may keep, so that all of them together have no more than there are.
    #[must_use]
    pub(crate) fn pool_size(&self) -> u32 {
        self.database.connections / self.task_count().max(1)
    }

    /// The secrets that any service gets, each once.
    #[must_use]
    pub(crate) fn secrets(&self) -> std::collections::BTreeSet<&str> {
        self.services.values().flat_map(|service| service.secrets.iter().map(String::as_str)).collect()
    }
}
