//! What a service is in AWS.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::{Mistake, Name};

/// What a service is in AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// A function on AWS Lambda.
    Lambda(Lambda),
    /// A service on Amazon ECS.
    Ecs(Ecs),
    /// A service on AWS App Runner.
    AppRunner(AppRunner),
    /// Files in a bucket behind CloudFront.
    StaticSite(StaticSite),
}

/// A function whose stable alias takes requests, and whose candidate alias is tested before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lambda {
    /// The function's name.
    pub function: Name,
    /// The alias that takes requests. Nothing but releases moves it.
    pub stable_alias: String,
    /// The alias that a new version is tested through.
    pub candidate_alias: String,
}

impl Lambda {
    /// A function by its name, with the names of its two aliases.
    pub fn new(
        function: impl Into<Name>,
        stable_alias: impl Into<String>,
        candidate_alias: impl Into<String>,
    ) -> Self {
        Self {
            function: function.into(),
            stable_alias: stable_alias.into(),
            candidate_alias: candidate_alias.into(),
        }
    }
}

/// A service that runs containers. A release is a new task definition with another image for one container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ecs {
    /// The cluster's name or ARN.
    pub cluster: Name,
    /// The service's name.
    pub service: Name,
    /// The container whose image a release replaces.
    pub container: String,
    /// A task that runs to its end before the service gets the new task definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<MigrationTask>,
    /// The ARN of the target group whose health counts, if a load balancer is in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_group: Option<Name>,
}

/// A one-off task, such as migrations of a database. It must end with exit code 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationTask {
    /// The family of its task definition; absent: the service's own, with the new image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_definition: Option<Name>,
    /// What the container runs in place of its own command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Seconds after which the task is stopped and counts as failed.
    pub timeout_seconds: u64,
}

impl Ecs {
    /// A service of a cluster, and the container whose image releases replace.
    pub fn new(cluster: impl Into<Name>, service: impl Into<Name>, container: impl Into<String>) -> Self {
        Self {
            cluster: cluster.into(),
            service: service.into(),
            container: container.into(),
            migration: None,
            target_group: None,
        }
    }

    /// Runs a task before the service changes.
    #[must_use]
    pub fn migration(mut self, task: MigrationTask) -> Self {
        self.migration = Some(task);
        self
    }

    /// Waits for the targets of a target group, by its ARN, to be healthy.
    #[must_use]
    pub fn target_group(mut self, arn: impl Into<Name>) -> Self {
        self.target_group = Some(arn.into());
        self
    }
}

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

/// Files in a bucket behind a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StaticSite {
    /// The bucket's name.
    pub bucket: Name,
    /// The distribution's id, to have it forget what changed.
    pub distribution: Name,
}

impl StaticSite {
    /// A bucket by its name, and a distribution by its id.
    pub fn new(bucket: impl Into<Name>, distribution_id: impl Into<Name>) -> Self {
        Self { bucket: bucket.into(), distribution: distribution_id.into() }
    }
}

impl Target {
    /// What AWS calls this kind of service.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Lambda(_) => "a Lambda function",
            Self::Ecs(_) => "an ECS service",
            Self::AppRunner(_) => "an App Runner service",
            Self::StaticSite(_) => "a static site",
        }
    }

    /// The names in it, with what they are of.
    #[must_use]
    pub fn names(&self) -> Vec<(&'static str, &Name)> {
        match self {
            Self::Lambda(lambda) => vec![("function", &lambda.function)],
            Self::Ecs(ecs) => {
                let mut names = vec![("cluster", &ecs.cluster), ("service", &ecs.service)];
                names.extend(ecs.target_group.iter().map(|group| ("target group", group)));
                let task = ecs.migration.as_ref().and_then(|task| task.task_definition.as_ref());
                names.extend(task.map(|task| ("task definition", task)));
                names
            }
            Self::AppRunner(service) => vec![("service", &service.service)],
            Self::StaticSite(site) => vec![("bucket", &site.bucket), ("distribution", &site.distribution)],
        }
    }

    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        for (what, name) in self.names() {
            if name.is_empty() {
                let message = format!("the {what} of {} has no name", self.kind());
                mistakes.push(Mistake::new(message, "give its name, or `Name::output` of a stack's output"));
            }
        }
        if let Self::Lambda(Lambda { stable_alias, candidate_alias, .. }) = self
            && stable_alias == candidate_alias
        {
            let message = format!("`{stable_alias}` cannot be both the stable and the candidate alias");
            mistakes.push(Mistake::new(message, "a candidate is tested before the stable alias moves"));
        }
        mistakes
    }
}

impl From<Lambda> for Target {
    fn from(target: Lambda) -> Self {
        Self::Lambda(target)
    }
}

impl From<Ecs> for Target {
    fn from(target: Ecs) -> Self {
        Self::Ecs(target)
    }
}

impl From<AppRunner> for Target {
    fn from(target: AppRunner) -> Self {
        Self::AppRunner(target)
    }
}

impl From<StaticSite> for Target {
    fn from(target: StaticSite) -> Self {
        Self::StaticSite(target)
    }
}
