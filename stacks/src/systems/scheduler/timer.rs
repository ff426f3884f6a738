//! The scheduler stack: a rule of EventBridge, and the function that finds events that are due.

use formwork::Stack;
use formwork_modules::boundary::bound_roles;
use formwork_modules::queue::send_policy;
use formwork_modules::schedule::{ScheduleConfig, schedule};

use super::Project;
use super::database::DatabaseOutputs;
use super::functions::Function;
use super::names::LIVE;
use super::queue::QueueOutputs;
use super::settings::Settings;

/// A look for due events that could not be started is worth no second try after the next one.
const RETRY_SECONDS: u32 = 60;

pub(crate) fn timer(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
    database: &DatabaseOutputs,
    queue: &QueueOutputs,
) {
    let queue_url = stack.read(&queue.url);
    let queue_arn = stack.read(&queue.arn);
    let function = Function::with_database(stack, project, settings, database, "scheduler")
        .configured(|config| config.environment("QUEUE_URL", queue_url).policy(send_policy(queue_arn)))
        .add(stack);
    if let Some(live) = function.aliases.get(LIVE) {
        let config = ScheduleConfig::at(settings.name("due-events"), &settings.schedule.expression, live)
            .description("Looks for events that are due")
            .retries(1, RETRY_SECONDS);
        schedule(stack, "due_events", config);
    }
    if settings.emulator.is_none() {
        bound_roles(stack, project.boundary_arn(settings));
    }
}
