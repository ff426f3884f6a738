//! Dry runs: reads are real, writes are only said, and what follows sees them as done.

use std::time::Duration;

use crate::cloud::{
    Alias, Cloud, Configuration, Failure, Provisioned, Readiness, Reality, Route, TrafficQuery,
};
use crate::judge::Minute;
use crate::release::Package;

/// The number of a version that would be published.
const NEW_VERSION: &str = "(new)";

/// A cloud that is written to, or only read.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal<C> {
    /// The cloud.
    pub cloud: C,
    /// Whether writes reach it.
    pub reality: Reality,
}

impl<C: Cloud> Cloud for Rehearsal<C> {
    async fn alias(&self, function: &str, alias: &str) -> Result<Alias, Failure> {
        self.cloud.alias(function, alias).await
    }

    async fn update_alias(&self, read: &Alias, route: &Route, description: &str) -> Result<Alias, Failure> {
        match self.reality {
            Reality::Real => self.cloud.update_alias(read, route, description).await,
            Reality::Rehearsed => {
                Ok(Alias { route: route.clone(), description: description.to_owned(), ..read.clone() })
            }
        }
    }

    async fn aliases(&self, function: &str) -> Result<Vec<Alias>, Failure> {
        self.cloud.aliases(function).await
    }

    async fn versions(&self, function: &str) -> Result<Vec<Configuration>, Failure> {
        self.cloud.versions(function).await
    }

    async fn configuration(&self, function: &str, version: Option<&str>) -> Result<Configuration, Failure> {
        if version != Some(NEW_VERSION) {
            return self.cloud.configuration(function, version).await;
        }
        let latest = self.cloud.configuration(function, None).await?;
        Ok(Configuration { version: NEW_VERSION.to_owned(), ..latest })
    }

    async fn update_code(
        &self,
        function: &str,
        revision_id: &str,
        package: &Package,
    ) -> Result<Configuration, Failure> {
        if self.reality == Reality::Real {
            return self.cloud.update_code(function, revision_id, package).await;
        }
        let latest = self.cloud.configuration(function, None).await?;
        let code_sha256 = package.sha256().to_owned();
        Ok(Configuration { code_sha256, readiness: Readiness::Ready, ..latest })
    }

    async fn publish(
        &self,
        function: &str,
        code_sha256: &str,
        description: &str,
    ) -> Result<Configuration, Failure> {
        if self.reality == Reality::Real {
            return self.cloud.publish(function, code_sha256, description).await;
        }
        let latest = self.cloud.configuration(function, None).await?;
        Ok(Configuration {
            version: NEW_VERSION.to_owned(),
            code_sha256: code_sha256.to_owned(),
            description: description.to_owned(),
            readiness: Readiness::Ready,
            ..latest
        })
    }

    async fn provisioned(&self, function: &str, alias: &str) -> Result<Option<Provisioned>, Failure> {
        self.cloud.provisioned(function, alias).await
    }

    async fn traffic(&self, query: &TrafficQuery) -> Result<Vec<Minute>, Failure> {
        self.cloud.traffic(query).await
    }

    async fn ringing(&self, alarms: &[String]) -> Result<Vec<String>, Failure> {
        self.cloud.ringing(alarms).await
    }

    fn now(&self) -> u64 {
        self.cloud.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.cloud.sleep(duration).await;
    }

    fn reality(&self) -> Reality {
        self.reality
    }
}
