//! The time-based event scheduler: an API that takes events, a function that finds those that are due, a queue of their
//! deliveries.
//!
//! `docs/systems/scheduler.md` says where each point of its document is met.

pub(crate) mod api;
mod bootstrap;
pub(crate) mod database;
mod emulator;
mod functions;
mod github;
mod monitoring;
pub(crate) mod names;
mod project;
mod queue;
pub(crate) mod settings;
mod timer;
#[cfg(any(test, feature = "pipelines"))]
mod workflows;

use formwork::{App, Stack, aws};

use crate::shared::platform::{keep_state, prepare_aws};

pub(crate) use project::Project;
pub(crate) use settings::Settings;
#[cfg(any(test, feature = "pipelines"))]
pub(crate) use workflows::workflows;

/// Adds the scheduler's stacks: five per environment, and the two that all environments depend on.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    let project = Project::read()?;
    let environments = Settings::all()?;
    let deployed: Vec<&Settings> =
        environments.iter().filter(|settings| settings.emulator.is_none()).collect();
    let roles = bootstrap::bootstrap(app.stack("scheduler-bootstrap"), &project, &deployed);
    github::github(app.stack("scheduler-github"), &project, &deployed, &roles);
    for settings in &environments {
        let database = database::database(stack(app, &project, settings, "database"), &project, settings)?;
        let queue = queue::queue(stack(app, &project, settings, "queue"), &project, settings, &database);
        timer::timer(stack(app, &project, settings, "scheduler"), &project, settings, &database, &queue);
        let api = api::api(stack(app, &project, settings, "api"), &project, settings, &database)?;
        let watched = monitoring::Watched { api: &api, database: &database, queue: &queue };
        monitoring::monitoring(stack(app, &project, settings, "monitoring"), &project, settings, &watched);
    }
    Ok(())
}

/// One of an environment's stacks, with what all of them have in common.
pub(crate) fn stack<'a>(
    app: &'a mut App,
    project: &Project,
    settings: &Settings,
    what: &str,
) -> &'a mut Stack {
    let name = settings.name(what);
    let stack = app.stack(&name);
    match &settings.emulator {
        // Its state is in a file: there is nobody to share it with.
        Some(emulator) => {
            let provider = aws::Provider::new().region(&project.region);
            let provider = emulator::redirect(provider, &emulator.endpoint);
            prepare_aws(stack, "scheduler", &settings.environment, provider);
        }
        None => {
            prepare_aws(stack, "scheduler", &settings.environment, project.provider());
            keep_state(stack, &project.state());
        }
    }
    stack
}
