//! A service with its names in full, and what releases write into the tags of its revisions.

use std::time::Duration;

use aws_sdk_ecs::Client;

use crate::description::Name;
use crate::engine::ReleaseError;
use crate::target::Opening;
use crate::target::ecs::Ecs;

pub(super) const RELEASE: &str = "formwork:release";
pub(super) const COMMIT: &str = "formwork:commit";
pub(super) const BEFORE: &str = "formwork:before";
pub(super) const VERIFIED: &str = "formwork:verified";
/// On a revision that served: the one that was to serve again in its place.
pub(super) const TAKEN_BACK: &str = "formwork:taken-back-to";

/// A service with its names in full.
#[derive(Debug)]
pub(super) struct EcsService {
    pub(super) client: Client,
    pub(super) balancers: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) name: String,
    pub(super) cluster: String,
    pub(super) service: String,
    pub(super) container: String,
    pub(super) target_group: Option<String>,
    pub(super) migration: Option<Migration>,
}

/// A task that must end well before the service changes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Migration {
    pub(super) task_definition: Option<String>,
    pub(super) command: Vec<String>,
    pub(super) timeout: Duration,
}

impl EcsService {
    pub(super) fn open(ecs: &Ecs, opening: &Opening<'_>) -> Result<Self, String> {
        let optional = |name: &Option<Name>| name.as_ref().map(|name| opening.resolve(name)).transpose();
        let migration = match &ecs.migration {
            Some(task) => Some(Migration {
                task_definition: optional(&task.task_definition)?,
                command: task.command.clone(),
                timeout: Duration::from_secs(task.timeout_seconds),
            }),
            None => None,
        };
        let config = &opening.connection.config;
        Ok(Self {
            client: Client::new(config),
            balancers: aws_sdk_elasticloadbalancingv2::Client::new(config),
            name: opening.service.name.clone(),
            cluster: opening.resolve(&ecs.cluster)?,
            service: opening.resolve(&ecs.service)?,
            container: ecs.container.clone(),
            target_group: optional(&ecs.target_group)?,
            migration,
        })
    }

    pub(super) fn refused(&self, message: &str, hint: &str) -> ReleaseError {
        ReleaseError::refused(&self.name, message, hint)
    }
}

/// `orders:7` of an ARN.
pub(super) fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
