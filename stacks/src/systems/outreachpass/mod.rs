//! OutreachPass: a backend and a worker on Lambda, a frontend in a container, a PostgreSQL database.
//!
//! `docs/systems/outreachpass.md` says where each point of its document is met.

mod alarms;
mod bootstrap;
mod context;
mod environment;
mod frontend;
mod github;
mod names;
mod project;
pub(crate) mod settings;
#[cfg(any(test, feature = "pipelines"))]
mod workflows;

use std::collections::BTreeMap;

use formwork::App;

pub(crate) use project::Project;
pub(crate) use settings::Settings;
#[cfg(any(test, feature = "pipelines"))]
pub(crate) use workflows::workflows;

/// Adds OutreachPass's stacks.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    add(app, &Project::read()?, &Settings::all()?)
}

/// Adds the stacks for these settings.
pub(crate) fn add(app: &mut App, project: &Project, environments: &[Settings]) -> formwork::Result {
    let bootstrap = bootstrap::bootstrap(app.stack("outreachpass-bootstrap"), project, environments);
    let mut outputs = BTreeMap::new();
    for settings in environments {
        let stack = app.stack(&settings.prefix());
        let output = environment::environment(stack, project, settings, &bootstrap)?;
        outputs.insert(settings.environment.as_str(), output);
    }
    github::github(app.stack("outreachpass-github"), project, environments, &bootstrap, &outputs);
    Ok(())
}
