//! What the settings of a system say about its network.

use formwork_modules::network::{self, NetworkConfig};
use schemars::JsonSchema;
use serde::Deserialize;

/// The network.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkSettings {
    /// The IPv4 block of the VPC, /16 to /28.
    pub(crate) cidr: String,
    /// Availability zones; a database needs two.
    pub(crate) zones: Vec<String>,
    /// How private subnets reach the internet.
    pub(crate) nat: Nat,
}

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Nat {
    /// One NAT gateway: cheaper, and its failure is everybody's.
    Single,
    /// One NAT gateway per zone.
    PerZone,
}

impl NetworkSettings {
    /// The network of this name in a region, with flow logs kept for a number of days.
    #[must_use]
    pub(crate) fn config(&self, name: String, region: &str, log_days: u32) -> NetworkConfig {
        let nat = match self.nat {
            Nat::Single => network::Nat::Single,
            Nat::PerZone => network::Nat::PerZone,
        };
        NetworkConfig::new(name, &self.cidr, self.zones.clone())
            .region(region)
            .nat(nat)
            .flow_log_days(log_days)
    }
}
