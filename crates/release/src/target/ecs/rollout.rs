//! Rolls a service out to another revision, and waits for the result.

use aws_sdk_ecs::types::DeploymentRolloutState;
use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;
use serde_json::json;

use crate::aws::failed;
use crate::duration::show_duration;
use crate::engine::{Action, Context, ReleaseError};
use crate::target::ecs::read::Serving;
use crate::target::ecs::service::{EcsService, short};

/// What came of a rollout.
enum Verdict {
    Completed,
    /// Why it failed, and whether ECS has gone back by itself.
    Failed {
        reason: String,
        ecs_goes_back: bool,
    },
    /// Somebody had the service run something else.
    Interfered(String),
    Late(String),
}

impl EcsService {
    /// Has the service run a revision, and goes back if it does not come up.
    pub(super) async fn roll_out(
        &self,
        context: &Context<'_>,
        release: &str,
        before: &str,
        after: &str,
    ) -> Result<(), ReleaseError> {
        self.update(context, release, before, after).await?;
        self.settle(context, release, before, after).await
    }

    /// Waits until a revision serves, and goes back if it does not come up.
    pub(super) async fn settle(
        &self,
        context: &Context<'_>,
        release: &str,
        before: &str,
        after: &str,
    ) -> Result<(), ReleaseError> {
        if context.is_dry_run() {
            return Ok(());
        }
        let mut verdict = self.rollout(context, after).await?;
        if matches!(verdict, Verdict::Completed)
            && let Err(reason) = self.healthy(context).await?
        {
            verdict = Verdict::Failed { reason, ecs_goes_back: false };
        }
        let (reason, ecs_goes_back) = match verdict {
            Verdict::Completed => return Ok(()),
            Verdict::Interfered(found) => {
                return Err(self.refused(
                    &format!(
                        "{} was to serve, but somebody had the service run {}",
                        short(after),
                        short(&found)
                    ),
                    "find out who did, and why; then `release start` again",
                ));
            }
            Verdict::Failed { reason, ecs_goes_back } => (reason, ecs_goes_back),
            Verdict::Late(reason) => (reason, false),
        };
        if before.is_empty() {
            return Err(self
                .refused(&reason, "it is not known what served before: name it, `release rollback --to …`"));
        }
        if !ecs_goes_back {
            self.update(context, release, after, before).await?;
        }
        let back = self.rollout(context, before).await?;
        match back {
            Verdict::Completed => Err(ReleaseError::Breached {
                service: self.name.clone(),
                reason: format!("{} did not come up: {reason}; {} serves", short(after), short(before)),
            }),
            Verdict::Failed { reason: other, .. } | Verdict::Late(other) | Verdict::Interfered(other) => {
                Err(self.refused(
                    &format!(
                        "{} did not come up: {reason}; and going back to {} has not ended well: {other}",
                        short(after),
                        short(before)
                    ),
                    "`release status` tells what runs; `release rollback` tries again",
                ))
            }
        }
    }

    /// Has the service run a revision, and waits for it, without going anywhere else if it does not come up.
    pub(super) async fn go_to(
        &self,
        context: &Context<'_>,
        before: &str,
        after: &str,
    ) -> Result<(), ReleaseError> {
        self.update(context, "", before, after).await?;
        if context.is_dry_run() {
            return Ok(());
        }
        match self.rollout(context, after).await? {
            Verdict::Completed => Ok(()),
            Verdict::Failed { reason, .. } | Verdict::Late(reason) => Err(self.refused(
                &format!("{} did not come up: {reason}", short(after)),
                "`release status` tells what runs",
            )),
            Verdict::Interfered(found) => Err(self.refused(
                &format!("somebody had the service run {} in the meantime", short(&found)),
                "find out who did, and why",
            )),
        }
    }

    async fn update(
        &self,
        context: &Context<'_>,
        release: &str,
        before: &str,
        after: &str,
    ) -> Result<(), ReleaseError> {
        let subject = format!("{}/{}", self.cluster, self.service);
        let action = Action {
            release,
            service: &self.name,
            action: "UpdateService",
            subject: subject.clone(),
            before: json!({ "task_definition": before }),
            after: json!({ "task_definition": after }),
        };
        // The same revision again is the same: sent twice it starts no second deployment.
        context
            .change(action, || async {
                let call = self.client.update_service().cluster(&self.cluster).service(&self.service);
                let call = call.task_definition(after).send().await;
                call.map(|_| ()).map_err(failed("ecs", "UpdateService", &subject))
            })
            .await?;
        Ok(())
    }

    /// Waits for the verdict of ECS on a revision.
    async fn rollout(&self, context: &Context<'_>, wanted: &str) -> Result<Verdict, ReleaseError> {
        let deadline = context.deadline();
        let mut told = String::new();
        loop {
            let serving = self.serving(context).await?;
            if let Some(verdict) = conclude(&serving, wanted) {
                return Ok(verdict);
            }
            let state = serving.unfinished().unwrap_or_default();
            if state != told {
                context.journal.note(&format!("{}: {state}", self.name));
                told = state;
            }
            if !context.wait(deadline).await {
                return Ok(Verdict::Late(format!(
                    "not within {}: {told}",
                    show_duration(context.timing.limit)
                )));
            }
        }
    }

    /// Waits until the targets of the target group are healthy: as many as the service is to have tasks.
    async fn healthy(&self, context: &Context<'_>) -> Result<Result<(), String>, ReleaseError> {
        let Some(group) = &self.target_group else { return Ok(Ok(())) };
        let deadline = context.deadline();
        loop {
            let targets = context
                .retry_for(&self.name, || async {
                    let call = self.balancers.describe_target_health().target_group_arn(group).send().await;
                    let answer =
                        call.map_err(failed("elasticloadbalancing", "DescribeTargetHealth", group))?;
                    Ok(answer.target_health_descriptions.unwrap_or_default())
                })
                .await?;
            let states: Vec<_> = targets.iter().filter_map(|it| it.target_health.as_ref()).collect();
            // Those of the old tasks leave in their own time.
            let counted = || states.iter().filter(|it| it.state != Some(TargetHealthStateEnum::Draining));
            let healthy = counted().filter(|it| it.state == Some(TargetHealthStateEnum::Healthy)).count();
            if healthy > 0 && healthy == counted().count() {
                return Ok(Ok(()));
            }
            if !context.wait(deadline).await {
                let reasons =
                    counted().filter_map(|it| it.description.clone()).collect::<Vec<_>>().join("; ");
                let all = counted().count();
                return Ok(Err(format!(
                    "{healthy} of {all} targets of the target group are healthy: {reasons}"
                )));
            }
        }
    }
}

/// What ECS says of a revision; nothing while it says nothing.
fn conclude(serving: &Serving, wanted: &str) -> Option<Verdict> {
    let deployments = serving.service.deployments();
    let of_wanted = deployments.iter().find(|it| it.task_definition.as_deref() == Some(wanted));
    let failed = of_wanted.filter(|it| it.rollout_state == Some(DeploymentRolloutState::Failed));
    if let Some(deployment) = failed {
        let reason =
            deployment.rollout_state_reason.clone().unwrap_or_else(|| "the deployment failed".to_owned());
        // The circuit breaker makes the old revision the primary deployment again.
        let ecs_goes_back = serving.primary().is_some_and(|it| it.task_definition.as_deref() != Some(wanted));
        return Some(Verdict::Failed { reason, ecs_goes_back });
    }
    let primary = serving.primary()?;
    if primary.task_definition.as_deref() != Some(wanted) {
        return Some(Verdict::Interfered(primary.task_definition.clone().unwrap_or_default()));
    }
    serving.unfinished().is_none().then_some(Verdict::Completed)
}
