//! The replicator of PostgreSQL databases: an API that takes jobs, and workers on EC2 that do them.
//!
//! `docs/systems/replicator.md` says where each point of its document is met.

mod bootstrap;
mod environment;
mod github;
mod project;
pub(crate) mod settings;
mod workers;
#[cfg(any(test, feature = "pipelines"))]
mod workflows;

use formwork::App;

pub(crate) use project::Project;
pub(crate) use settings::Settings;
use settings::StateKind;
#[cfg(any(test, feature = "pipelines"))]
pub(crate) use workflows::workflows;

/// Adds the replicator's stacks.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    add(app, &Project::read()?, &Settings::all()?);
    Ok(())
}

/// Adds the stacks for these settings. Without remote state there is nothing that all environments depend on: roles of
/// pipelines are for those whose state a pipeline can reach.
pub(crate) fn add(app: &mut App, project: &Project, environments: &[Settings]) {
    let remote: Vec<&Settings> =
        environments.iter().filter(|settings| settings.state == StateKind::Remote).collect();
    let roles = if remote.is_empty() {
        Default::default()
    } else {
        bootstrap::bootstrap(app.stack("replicator-bootstrap"), project, &remote)
    };
    github::github(app.stack("replicator-github"), project, environments, &roles);
    for settings in environments {
        environment::environment(app.stack(&settings.prefix()), project, settings);
    }
}
