//! A dry run: reads are real, writes are only said, and what follows sees them as done.

use std::time::Duration;

use crate::cloud::{
    Alias, Cloud, Configuration, Failure, Provisioned, Readiness, Reality, Route, TrafficQuery,
};
use crate::judge::Minute;

/// The number of a version that would be published.
const NEW_VERSION: &str = "(new)";

/// A cloud that is only read.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal<C>(pub C);

impl<C: Cloud> Cloud for Rehearsal<C> {
    async fn alias(&self, function: &str, alias: &str) -> Result<Alias, Failure> {
        self.0.alias(function, alias).await
    }

    async fn update_alias(&self, read: &Alias, route: &Route, description: &str) -> Result<Alias, Failure> {
        Ok(Alias { route: route.clone(), description: description.to_owned(), ..read.clone() })
    }

    async fn aliases(&self, function: &str) -> Result<Vec<Alias>, Failure> {
        self.0.aliases(function).await
    }

    async fn versions(&self, function: &str) -> Result<Vec<Configuration>, Failure> {
        self.0.versions(function).await
    }

    async fn configuration(&self, function: &str, version: Option<&str>) -> Result<Configuration, Failure> {
        if version == Some(NEW_VERSION) {
            let latest = self.0.configuration(function, None).await?;
            return Ok(Configuration { version: NEW_VERSION.to_owned(), ..latest });
        }
        self.0.configuration(function, version).await
    }

    async fn update_code(
        &self,
        function: &str,
        revision_id: &str,
        package: &[u8],
    ) -> Result<Configuration, Failure> {
        let _ = revision_id;
        let latest = self.0.configuration(function, None).await?;
        let code_sha256 = crate::release::Package::new(package.to_vec()).sha256().to_owned();
        Ok(Configuration { code_sha256, readiness: Readiness::Ready, ..latest })
    }

    async fn publish(
        &self,
        function: &str,
        code_sha256: &str,
        description: &str,
    ) -> Result<Configuration, Failure> {
        let versions = self.0.versions(function).await?;
        // The same code again gives the newest version again.
        if let Some(newest) = versions.into_iter().next_back().filter(|it| it.code_sha256 == code_sha256) {
            return Ok(newest);
        }
        Ok(Configuration {
            version: NEW_VERSION.to_owned(),
            code_sha256: code_sha256.to_owned(),
            description: description.to_owned(),
            revision_id: String::new(),
            readiness: Readiness::Ready,
            modified: String::new(),
        })
    }

    async fn provisioned(&self, function: &str, alias: &str) -> Result<Option<Provisioned>, Failure> {
        self.0.provisioned(function, alias).await
    }

    async fn traffic(&self, query: &TrafficQuery) -> Result<Vec<Minute>, Failure> {
        self.0.traffic(query).await
    }

    async fn ringing(&self, alarms: &[String]) -> Result<Vec<String>, Failure> {
        self.0.ringing(alarms).await
    }

    fn now(&self) -> u64 {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }

    fn reality(&self) -> Reality {
        Reality::Rehearsed
    }
}
