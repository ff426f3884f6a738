//! Services on AWS App Runner: a candidate is an image, noted in the service's tags.

mod permissions;
#[cfg(feature = "clients")]
mod service;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::Name;
#[cfg(feature = "clients")]
use crate::target::Opening;
use crate::target::{Describe, Kind, SmokeTests, TargetDescription};

pub(super) static KIND: Kind = Kind {
    name: "an App Runner service",
    permissions: permissions::permissions,
    statement: |action| action.starts_with("apprunner:").then_some("Target::app_runner_release()"),
    smoke_tests: SmokeTests::OnceItServes,
    has_weights: false,
    #[cfg(feature = "clients")]
    open_group: None,
};

/// A service on App Runner, which deploys an image by itself and goes back if its health checks fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppRunner {
    /// The service's ARN.
    pub service: Name,
}

impl AppRunner {
    /// A service by its ARN.
    pub fn new(service_arn: impl Into<Name>) -> Self {
        Self { service: service_arn.into() }
    }
}

impl Describe for AppRunner {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn names(&self) -> Vec<(&'static str, &Name)> {
        vec![("service", &self.service)]
    }

    #[cfg(feature = "clients")]
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn crate::engine::Target>, String> {
        Ok(Box::new(service::AppRunnerService::open(self, opening)?))
    }
}

impl From<AppRunner> for TargetDescription {
    fn from(target: AppRunner) -> Self {
        Self::AppRunner(target)
    }
}
