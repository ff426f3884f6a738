//! What a release of functions needs of Lambda and CloudWatch, call by call, without retries: those belong to who knows
//! what a call means.
//!
//! [`Aws`](super::Aws) is the real thing. Simulations implement [`LambdaApi`] too, so that the same releases run on them.

use crate::aws::AwsError;
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::analysis::Minute;
use crate::target::lambda::package::Package;

/// A function or one of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The version, or `$LATEST`.
    pub version: String,
    /// SHA-256 of the package, in base64 as AWS gives it.
    pub code_sha256: String,
    /// The description; a version's holds what it was published for.
    pub description: String,
    /// What a later change must name to be about this.
    pub revision_id: String,
    /// Whether it can be used and changed.
    pub readiness: Readiness,
    /// When it was last changed, as AWS writes it.
    pub modified: String,
}

/// Whether a function can be used and changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Active, and no update runs.
    Ready,
    /// Being made, or being updated.
    Pending,
    /// The update failed, or the version cannot be used, and why.
    Failed(String),
}

/// Concurrency that is provisioned for an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioned {
    /// All of it is there.
    Ready,
    /// AWS is moving it, and shows weights of its own in the meantime.
    InProgress,
    /// It could not be provisioned.
    Failed,
}

/// Whose calls are counted, and from when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficQuery {
    /// The function.
    pub function: String,
    /// The alias that the calls come through.
    pub alias: String,
    /// The version, where the alias has weights: without them Lambda does not file calls by version.
    pub version: Option<String>,
    /// Name and stage of the REST API in front.
    pub api: Option<(String, String)>,
    /// The first minute, in seconds since 1970.
    pub from: u64,
    /// The end of the last minute, in seconds since 1970.
    pub until: u64,
}

/// Moves of aliases, uploads, metrics. Each call is one request.
#[expect(
    async_fn_in_trait,
    reason = "releases run on the thread that waits for them, so that futures need not be Send"
)]
pub trait LambdaApi {
    /// An alias as it is.
    async fn alias(&self, function: &str, alias: &str) -> Result<Alias, AwsError>;

    /// Points an alias somewhere else, if its revision is still the one that was read.
    async fn update_alias(&self, read: &Alias, route: &Route, description: &str) -> Result<Alias, AwsError>;

    /// All aliases of a function.
    async fn aliases(&self, function: &str) -> Result<Vec<Alias>, AwsError>;

    /// All published versions of a function, oldest first, without `$LATEST`.
    async fn versions(&self, function: &str) -> Result<Vec<Configuration>, AwsError>;

    /// The function as it was last uploaded, or one version.
    async fn configuration(&self, function: &str, version: Option<&str>) -> Result<Configuration, AwsError>;

    /// Uploads a package, if the revision is still the one that was read.
    async fn update_code(
        &self,
        function: &str,
        revision_id: &str,
        package: &Package,
    ) -> Result<Configuration, AwsError>;

    /// Publishes what was uploaded last, if that is the package of this SHA-256.
    async fn publish(
        &self,
        function: &str,
        code_sha256: &str,
        description: &str,
    ) -> Result<Configuration, AwsError>;

    /// The concurrency that is provisioned for an alias, if any.
    async fn provisioned(&self, function: &str, alias: &str) -> Result<Option<Provisioned>, AwsError>;

    /// The calls of each minute, oldest first. Minutes without any data may be absent.
    async fn traffic(&self, query: &TrafficQuery) -> Result<Vec<Minute>, AwsError>;

    /// Those of the alarms that ring.
    async fn ringing(&self, alarms: &[String]) -> Result<Vec<String>, AwsError>;
}
