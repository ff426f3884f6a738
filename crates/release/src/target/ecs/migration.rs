//! The migration task, which must succeed before a service changes.

use aws_sdk_ecs::types::{ContainerOverride, DesiredStatus, Task, TaskOverride};
use serde_json::json;

use crate::aws::{AwsError, AwsErrorKind, failed, missing};
use crate::duration::show_duration;
use crate::engine::{Action, Context, ReleaseError};
use crate::target::ecs::read::{Revision, Serving};
use crate::target::ecs::service::{EcsService, Migration, RELEASE, short};

impl EcsService {
    /// Runs the migration task, or finds the one that runs for the same release, and waits for its exit code.
    pub(super) async fn migrate(
        &self,
        context: &Context<'_>,
        serving: &Serving,
        candidate: &Revision,
        migration: &Migration,
    ) -> Result<(), ReleaseError> {
        let release = candidate.tag(RELEASE).unwrap_or_default();
        let definition = migration.task_definition.as_deref().unwrap_or(&candidate.arn);
        let started_by = format!("release-{release}");
        let action = |task: &str| Action {
            release,
            service: &self.name,
            action: "RunTask",
            subject: short(definition).to_owned(),
            before: json!(null),
            after: json!({ "command": migration.command, "task": task }),
        };
        if context.is_dry_run() {
            context.write_done(&action(""));
            return Ok(());
        }
        let task = match self.running(context, &started_by).await? {
            Some(task) => task,
            None => match self.run(serving, migration, definition, &started_by).await {
                Ok(task) => task,
                // Not sent again: two migrations at once are worse than one whose start is not known.
                Err(failure) if failure.kind == AwsErrorKind::Unknown => {
                    let found = self.running(context, &started_by).await?;
                    found.ok_or_else(|| ReleaseError::failed(&self.name)(failure))?
                }
                Err(failure) => return Err(ReleaseError::failed(&self.name)(failure)),
            },
        };
        context.journal.note(&format!("{}: migration task {}", self.name, short(&task)));
        let result = self.outcome(context, &task, migration, definition).await;
        match &result {
            Ok(()) => context.write_done(&action(&task)),
            Err(error) => context.write(&action(&task), &error.to_string()),
        }
        result
    }

    async fn running(&self, context: &Context<'_>, started_by: &str) -> Result<Option<String>, ReleaseError> {
        context
            .retry_for(&self.name, || async {
                let call = self.client.list_tasks().cluster(&self.cluster).started_by(started_by);
                let call = call.desired_status(DesiredStatus::Running).send().await;
                let tasks = call.map_err(failed("ecs", "ListTasks", &self.cluster))?.task_arns;
                Ok(tasks.unwrap_or_default().pop())
            })
            .await
    }

    async fn run(
        &self,
        serving: &Serving,
        migration: &Migration,
        definition: &str,
        started_by: &str,
    ) -> Result<String, AwsError> {
        let service = &serving.service;
        let mut call = self
            .client
            .run_task()
            .cluster(&self.cluster)
            .task_definition(definition)
            .started_by(started_by)
            .count(1)
            .set_network_configuration(service.network_configuration.clone())
            .set_platform_version(service.platform_version.clone());
        // Where the service runs, its task runs too. ECS takes one of the two.
        call = match service.capacity_provider_strategy() {
            [] => call.set_launch_type(service.launch_type.clone()),
            strategy => call.set_capacity_provider_strategy(Some(strategy.to_vec())),
        };
        if !migration.command.is_empty() {
            let container = ContainerOverride::builder()
                .name(&self.container)
                .set_command(Some(migration.command.clone()))
                .build();
            call = call.overrides(TaskOverride::builder().container_overrides(container).build());
        }
        let answer = call.send().await.map_err(failed("ecs", "RunTask", definition))?;
        if let Some(arn) = answer.tasks().first().and_then(|task| task.task_arn.clone()) {
            return Ok(arn);
        }
        let reasons: Vec<&str> = answer.failures().iter().filter_map(|it| it.reason.as_deref()).collect();
        Err(AwsError {
            operation: "RunTask",
            subject: definition.to_owned(),
            kind: AwsErrorKind::Refused,
            message: format!("no task was placed: {}", reasons.join("; ")),
        })
    }

    async fn outcome(
        &self,
        context: &Context<'_>,
        arn: &str,
        migration: &Migration,
        definition: &str,
    ) -> Result<(), ReleaseError> {
        let deadline = context.deadline_after(migration.timeout);
        loop {
            let task = self.task(context, arn).await?;
            if task.last_status.as_deref() == Some("STOPPED") {
                return self.conclude(&task, definition);
            }
            if !context.wait(deadline).await {
                let reason = "the release waited long enough";
                let stopped = context
                    .retry_for(&self.name, || async {
                        let call = self
                            .client
                            .stop_task()
                            .cluster(&self.cluster)
                            .task(arn)
                            .reason(reason)
                            .send()
                            .await;
                        call.map(|_| ()).map_err(failed("ecs", "StopTask", arn))
                    })
                    .await;
                let note = stopped.err().map(|error| format!(", and it could not be stopped: {error}"));
                return Err(self.refused(
                    &format!(
                        "the migration task {} has not ended within {}{}",
                        short(arn),
                        show_duration(migration.timeout),
                        note.unwrap_or_default()
                    ),
                    "its log says how far it came; nothing that serves was changed",
                ));
            }
        }
    }

    async fn task(&self, context: &Context<'_>, arn: &str) -> Result<Task, ReleaseError> {
        context
            .retry_for(&self.name, || async {
                let call = self.client.describe_tasks().cluster(&self.cluster).tasks(arn).send().await;
                let answer = call.map_err(failed("ecs", "DescribeTasks", arn))?;
                let task = answer.tasks.unwrap_or_default().pop();
                task.ok_or_else(|| missing("DescribeTasks", arn, "task"))
            })
            .await
    }

    fn conclude(&self, task: &Task, definition: &str) -> Result<(), ReleaseError> {
        let containers = task.containers();
        let ours = containers.iter().find(|it| it.name.as_deref() == Some(&self.container));
        // A definition of its own may call its container otherwise.
        let Some(container) = ours.or(containers.first()) else {
            return Err(
                self.refused(&format!("the task of {} had no container", short(definition)), "look at ECS")
            );
        };
        if container.exit_code == Some(0) {
            return Ok(());
        }
        let ended = match container.exit_code {
            Some(code) => format!("ended with {code}"),
            None => "never ran".to_owned(),
        };
        let reasons = [&container.reason, &task.stopped_reason].into_iter().flatten().cloned();
        let reasons: Vec<String> = reasons.collect();
        let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
        Err(self.refused(
            &format!("the migration task {ended}{reasons}"),
            "its log says why; nothing that serves was changed",
        ))
    }
}
