//! Cat-house: four Python services on ECS Fargate behind one load balancer, and a frontend of files on CloudFront.
//!
//! `docs/systems/cat-house.md` says where each point of its story is met.

mod bootstrap;
mod environment;
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

/// Adds cat-house's stacks.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    add(app, &Project::read()?, &Settings::all()?);
    Ok(())
}

/// Adds the stacks for these settings.
pub(crate) fn add(app: &mut App, project: &Project, environments: &[Settings]) {
    let bootstrap = bootstrap::bootstrap(app.stack("cat-house-bootstrap"), project, environments);
    let mut outputs = BTreeMap::new();
    for settings in environments {
        let stack = app.stack(&settings.prefix());
        outputs.insert(
            settings.environment.as_str(),
            environment::environment(stack, project, settings, &bootstrap),
        );
    }
    github::github(app.stack("cat-house-github"), project, environments, &bootstrap, &outputs);
}
