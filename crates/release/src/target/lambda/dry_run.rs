//! Writes, which in a dry run are only logged: later steps see them as done.

use crate::aws::AwsError;
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::api::{Configuration, LambdaApi, Readiness};
use crate::target::lambda::function::Session;
use crate::target::lambda::package::Package;

/// The number of a version that would be published.
const NEW_VERSION: &str = "(new)";

impl<C: LambdaApi> Session<'_, C> {
    /// Points an alias somewhere else, if its revision is still the one that was read.
    pub(super) async fn update_alias(
        &self,
        read: &Alias,
        route: &Route,
        description: &str,
    ) -> Result<Alias, AwsError> {
        if !self.context.is_dry_run() {
            return self.api.update_alias(read, route, description).await;
        }
        Ok(Alias { route: route.clone(), description: description.to_owned(), ..read.clone() })
    }

    /// The function as it was last uploaded, or one version.
    pub(super) async fn configuration(
        &self,
        function: &str,
        version: Option<&str>,
    ) -> Result<Configuration, AwsError> {
        if version != Some(NEW_VERSION) {
            return self.api.configuration(function, version).await;
        }
        let latest = self.api.configuration(function, None).await?;
        Ok(Configuration { version: NEW_VERSION.to_owned(), ..latest })
    }

    /// Uploads a package, if the revision is still the one that was read.
    pub(super) async fn update_code(
        &self,
        function: &str,
        revision_id: &str,
        package: &Package,
    ) -> Result<Configuration, AwsError> {
        if !self.context.is_dry_run() {
            return self.api.update_code(function, revision_id, package).await;
        }
        let latest = self.api.configuration(function, None).await?;
        let code_sha256 = package.sha256().to_owned();
        Ok(Configuration { code_sha256, readiness: Readiness::Ready, ..latest })
    }

    /// Publishes what was uploaded last, if that is the package of this SHA-256.
    pub(super) async fn publish(
        &self,
        function: &str,
        code_sha256: &str,
        description: &str,
    ) -> Result<Configuration, AwsError> {
        if !self.context.is_dry_run() {
            return self.api.publish(function, code_sha256, description).await;
        }
        let latest = self.api.configuration(function, None).await?;
        Ok(Configuration {
            version: NEW_VERSION.to_owned(),
            code_sha256: code_sha256.to_owned(),
            description: description.to_owned(),
            readiness: Readiness::Ready,
            ..latest
        })
    }
}
