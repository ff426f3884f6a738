//! What differs between Shtetl's environments: one TOML file each, read through these types.

use std::collections::BTreeMap;

use formwork::release::Shifting;
use formwork::settings::{self, SettingsError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::shared::database::DatabaseSettings;
use crate::shared::network::NetworkSettings;

/// The settings of one environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The environment's name; it is part of every resource's name.
    pub(crate) environment: String,
    /// The AWS region.
    pub(crate) region: String,
    /// Whether the pipeline of the services applies the stack too, before it releases.
    #[serde(default)]
    pub(crate) applied_by_services: bool,
    /// The network.
    pub(crate) network: NetworkSettings,
    /// The PostgreSQL database.
    pub(crate) database: DatabaseSettings,
    /// The cache.
    pub(crate) cache: CacheSettings,
    /// The Lambda services, by name.
    pub(crate) services: BTreeMap<String, ServiceSettings>,
    /// What all Lambda functions have in common.
    pub(crate) functions: FunctionSettings,
    /// How requests move to a new version of a function.
    #[serde(default)]
    pub(crate) shifting: Shifting,
    /// The API in front of the services.
    pub(crate) api: ApiSettings,
    /// Who hears of alarms.
    pub(crate) alerts: AlertSettings,
}

/// The cache.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CacheSettings {
    /// The engine: `valkey` or `redis`.
    pub(crate) engine: String,
    /// The engine's version, such as 8.2.
    pub(crate) version: String,
    /// The node type, such as cache.t4g.micro.
    pub(crate) node_type: String,
    /// How many nodes hold the data; with two or more, one takes over when another fails.
    pub(crate) nodes: u32,
}

/// One Lambda service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSettings {
    /// The port of the service's HTTP server outside Lambda; passed on as PORT.
    pub(crate) port: u16,
}

/// What all Lambda functions have in common.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionSettings {
    /// Memory in MB, 128 to 10240.
    pub(crate) memory_mb: u32,
    /// Seconds until a call is given up.
    pub(crate) timeout_seconds: u32,
    /// Days that logs are kept, as CloudWatch Logs offers them.
    pub(crate) log_days: u32,
    /// The alias that every new version is published under, to be tested.
    pub(crate) candidate_alias: String,
    /// The aliases that releases move once a version has proved itself.
    pub(crate) stable_aliases: Vec<String>,
}

/// The API in front of the services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSettings {
    /// The Route 53 zone that the domain names are in.
    pub(crate) zone: String,
    /// The domain name that serves each alias.
    pub(crate) domains: BTreeMap<String, String>,
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
            settings::parse("stacks/src/systems/shtetl/dev.toml", include_str!("dev.toml"))?,
            settings::parse("stacks/src/systems/shtetl/staging.toml", include_str!("staging.toml"))?,
            settings::parse("stacks/src/systems/shtetl/prod.toml", include_str!("prod.toml"))?,
        ])
    }

    /// The file that the settings are from.
    #[must_use]
    pub(crate) fn file(&self) -> String {
        format!("stacks/src/systems/shtetl/{}.toml", self.environment)
    }

    /// The name of the environment's stack.
    #[must_use]
    pub(crate) fn stack_name(&self) -> String {
        self.prefix()
    }

    /// What the names of all resources of this environment begin with: `shtetl-dev`.
    #[must_use]
    pub(crate) fn prefix(&self) -> String {
        format!("shtetl-{}", self.environment)
    }

    /// The name of something in this environment: `shtetl-dev-zmanim`.
    #[must_use]
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix())
    }
}
