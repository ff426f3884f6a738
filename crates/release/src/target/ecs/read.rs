//! Reads a service and its task definitions from ECS.

use aws_sdk_ecs::types::{
    Deployment, DeploymentRolloutState, Service, SortOrder, Tag, TaskDefinition, TaskDefinitionField,
    TaskDefinitionStatus,
};

use crate::aws::{failed, missing};
use crate::engine::{Context, Known, ReleaseError, is_same};
use crate::target::ecs::service::{COMMIT, EcsService, RELEASE, short};

/// How many revisions back a candidate, or a change of settings, is looked for.
const REVISIONS: i32 = 10;

/// A service as it is.
pub(super) struct Serving {
    pub(super) service: Service,
    /// The ARN of the revision that it is to run.
    pub(super) task_definition: String,
}

/// A revision of a task definition.
pub(super) struct Revision {
    pub(super) arn: String,
    pub(super) family: String,
    pub(super) definition: TaskDefinition,
    tags: Vec<Tag>,
}

impl Revision {
    pub(super) fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key.as_deref() == Some(key))?.value.as_deref()
    }

    pub(super) fn short(&self) -> &str {
        short(&self.arn)
    }

    pub(super) fn is_active(&self) -> bool {
        self.definition.status.as_ref().is_none_or(|status| *status == TaskDefinitionStatus::Active)
    }
}

impl Serving {
    /// The deployment that brings what the service is to run.
    pub(super) fn primary(&self) -> Option<&Deployment> {
        self.service.deployments().iter().find(|it| it.status.as_deref() == Some("PRIMARY"))
    }

    /// Why the service is not all of what it is to be; nothing if it is.
    pub(super) fn unfinished(&self) -> Option<String> {
        let primary = self.primary()?;
        let revision = short(primary.task_definition.as_deref().unwrap_or_default());
        match primary.rollout_state {
            Some(DeploymentRolloutState::Completed) => None,
            Some(DeploymentRolloutState::Failed) => Some(format!("that of {revision} failed")),
            // Deployments of other controllers, and old ones, have no state.
            None if self.service.deployments().len() == 1
                && primary.running_count >= primary.desired_count =>
            {
                None
            }
            _ => Some(format!(
                "{revision} has {} of {} tasks running",
                primary.running_count, primary.desired_count
            )),
        }
    }

    /// When the deployment began that brings what the service is to run, in seconds since 1970.
    pub(super) fn since(&self) -> Option<u64> {
        u64::try_from(self.primary()?.created_at?.secs()).ok()
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.unfinished().into_iter().collect();
        let breaker = self.service.deployment_configuration.as_ref();
        if breaker.and_then(|it| it.deployment_circuit_breaker.as_ref()).is_none_or(|it| !it.enable) {
            warnings.push(
                "the service has no deployment circuit breaker: a failing deployment ends only by the limit of `promote`"
                    .to_owned(),
            );
        }
        warnings
    }
}

impl EcsService {
    pub(super) async fn serving(&self, context: &Context<'_>) -> Result<Serving, ReleaseError> {
        let subject = format!("{}/{}", self.cluster, self.service);
        let service = context
            .retry_for(&self.name, || async {
                let call = self
                    .client
                    .describe_services()
                    .cluster(&self.cluster)
                    .services(&self.service)
                    .send()
                    .await;
                let answer = call.map_err(failed("ecs", "DescribeServices", &subject))?;
                let mut services = answer.services.unwrap_or_default();
                services.retain(|it| it.status.as_deref() != Some("INACTIVE"));
                services
                    .pop()
                    .ok_or_else(|| missing("DescribeServices", &subject, "active service of this name"))
            })
            .await?;
        let task_definition = service.task_definition.clone().unwrap_or_default();
        Ok(Serving { service, task_definition })
    }

    pub(super) async fn revision(&self, context: &Context<'_>, name: &str) -> Result<Revision, ReleaseError> {
        context
            .retry_for(&self.name, || async {
                let call = self.client.describe_task_definition().task_definition(name);
                let call = call.include(TaskDefinitionField::Tags).send().await;
                let answer = call.map_err(failed("ecs", "DescribeTaskDefinition", name))?;
                let definition = answer
                    .task_definition
                    .ok_or_else(|| missing("DescribeTaskDefinition", name, "task definition"))?;
                Ok(Revision {
                    arn: definition.task_definition_arn.clone().unwrap_or_default(),
                    family: definition.family.clone().unwrap_or_default(),
                    definition,
                    tags: answer.tags.unwrap_or_default(),
                })
            })
            .await
    }

    /// The newest active revision that a release has made.
    pub(super) async fn newest(
        &self,
        context: &Context<'_>,
        family: &str,
    ) -> Result<Option<Revision>, ReleaseError> {
        for arn in self.revisions(context, family).await? {
            let revision = self.revision(context, &arn).await?;
            if revision.family == family && revision.tag(RELEASE).is_some() {
                return Ok(Some(revision));
            }
        }
        Ok(None)
    }

    /// The newest active revision after the one that serves that no release has made: somebody has changed settings.
    pub(super) async fn changed_settings(
        &self,
        context: &Context<'_>,
        present: &Revision,
    ) -> Result<Option<Revision>, ReleaseError> {
        let arns = self.revisions(context, &present.family).await?;
        for arn in arns.iter().take_while(|arn| **arn != present.arn) {
            let revision = self.revision(context, arn).await?;
            // What serves may be deregistered, and so in no list.
            let is_newer = revision.definition.revision > present.definition.revision;
            if is_newer && revision.family == present.family && revision.tag(RELEASE).is_none() {
                return Ok(Some(revision));
            }
        }
        Ok(None)
    }

    /// Whether a revision before the one that serves was made from a commit.
    pub(super) async fn was_before(
        &self,
        context: &Context<'_>,
        present: &Revision,
        commit: &str,
    ) -> Result<Known, ReleaseError> {
        for arn in self.revisions(context, &present.family).await? {
            let revision = self.revision(context, &arn).await?;
            let is_older = revision.definition.revision < present.definition.revision;
            if is_older && revision.tag(COMMIT).is_some_and(|it| is_same(it, commit)) {
                return Ok(Known::Before);
            }
        }
        Ok(Known::Nothing)
    }

    /// The ARNs of the active revisions of a family, newest first. The filter is the whole name of a family (ECS API
    /// Reference, "ListTaskDefinitions").
    async fn revisions(&self, context: &Context<'_>, family: &str) -> Result<Vec<String>, ReleaseError> {
        context
            .retry_for(&self.name, || async {
                let call = self
                    .client
                    .list_task_definitions()
                    .family_prefix(family)
                    .status(TaskDefinitionStatus::Active)
                    .sort(SortOrder::Desc)
                    .max_results(REVISIONS)
                    .send()
                    .await
                    .map_err(failed("ecs", "ListTaskDefinitions", family))?;
                Ok(call.task_definition_arns.unwrap_or_default())
            })
            .await
    }
}
