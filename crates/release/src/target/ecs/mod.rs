//! Services on Amazon ECS: a candidate is a revision of the task definition.

#[cfg(feature = "clients")]
mod migration;
mod permissions;
#[cfg(feature = "clients")]
mod read;
#[cfg(feature = "clients")]
mod rollout;
#[cfg(feature = "clients")]
mod service;
#[cfg(feature = "clients")]
mod verbs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::Name;
#[cfg(feature = "clients")]
use crate::target::Opening;
use crate::target::{Describe, Kind, SmokeTests, TargetDescription};

pub(super) static KIND: Kind = Kind {
    name: "an ECS service",
    permissions: permissions::permissions,
    statement: |action| {
        let service = action.split(':').next();
        matches!(service, Some("ecs" | "elasticloadbalancing" | "iam")).then_some("Target::ecs_release()")
    },
    smoke_tests: SmokeTests::OnceItServes,
    has_weights: false,
    #[cfg(feature = "clients")]
    open_group: None,
};

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

impl Describe for Ecs {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn names(&self) -> Vec<(&'static str, &Name)> {
        let mut names = vec![("cluster", &self.cluster), ("service", &self.service)];
        names.extend(self.target_group.iter().map(|group| ("target group", group)));
        let task = self.migration.as_ref().and_then(|task| task.task_definition.as_ref());
        names.extend(task.map(|task| ("task definition", task)));
        names
    }

    #[cfg(feature = "clients")]
    fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn crate::engine::Target>, String> {
        Ok(Box::new(service::EcsService::open(self, opening)?))
    }
}

impl From<Ecs> for TargetDescription {
    fn from(target: Ecs) -> Self {
        Self::Ecs(target)
    }
}
