//! The queue stack: deliveries that wait, those that were put aside, and the worker that makes them.

use formwork::{Output, Stack};
use formwork_modules::boundary::bound_roles;
use formwork_modules::queue::{self, QueueConfig, QueueConsumerConfig, queue_consumer};

use super::Project;
use super::database::DatabaseOutputs;
use super::functions::{Function, size};
use super::names::LIVE;
use super::settings::Settings;

/// How many executions a queue can be limited to (AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event
/// source mappings").
const LEAST_AT_ONCE: u32 = 2;
const MOST_AT_ONCE: u32 = 1000;

/// What other stacks use of this one.
pub(crate) struct QueueOutputs {
    /// The queue's URL.
    pub(super) url: Output<String>,
    /// The queue's ARN.
    pub(super) arn: Output<String>,
    /// The queue's name, as its metrics name it.
    pub(super) name: Output<String>,
    /// The name of the dead-letter queue.
    pub(super) dead_letters: Option<Output<String>>,
}

pub(crate) fn queue(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    database: &DatabaseOutputs,
) -> QueueOutputs {
    let timeout = size(settings, "worker").timeout_seconds;
    let config = QueueConfig::new(settings.name("deliveries"))
        .hidden_for_function_of(timeout)
        .dead_letters_after(settings.queue.attempts);
    let parts = queue::queue(stack, "deliveries", config);
    let worker = Function::with_database(stack, project, settings, database, "worker")
        .configured(|config| config.policy(parts.receive_policy()))
        .add(stack);
    if let Some(live) = worker.aliases.get(LIVE) {
        let consumer = QueueConsumerConfig::new(&parts, live, timeout);
        let consumer = match size(settings, "worker").reserved_concurrency {
            // What is taken off the queue and throttled comes back as an attempt that failed.
            Some(executions) => consumer.most_at_once(executions.clamp(LEAST_AT_ONCE, MOST_AT_ONCE)),
            None => consumer,
        };
        queue_consumer(stack, "worker", consumer);
    }
    if settings.emulator.is_none() {
        bound_roles(stack, project.boundary_arn(settings));
    }
    QueueOutputs {
        url: stack.output("queue_url", parts.queue.url()),
        arn: stack.output("queue_arn", parts.queue.arn()),
        name: stack.output("queue_name", parts.queue.name()),
        dead_letters: parts.dead_letters.map(|queue| stack.output("dead_letter_queue_name", queue.name())),
    }
}
