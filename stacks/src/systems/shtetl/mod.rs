//! Shtetl: three Go services on Lambda behind one REST API, with PostgreSQL and a cache, and a web site.
//!
//! `docs/systems/shtetl.md` says where each point of its story is met.

mod bootstrap;
mod environment;
mod github;
mod names;
mod project;
pub(crate) mod settings;
#[cfg(any(test, feature = "pipelines"))]
mod workflows;

use formwork::App;

pub(crate) use project::Project;
pub(crate) use settings::Settings;
#[cfg(any(test, feature = "pipelines"))]
pub(crate) use workflows::workflows;

/// Adds Shtetl's stacks.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn build(app: &mut App) -> formwork::Result {
    let project = Project::read()?;
    let environments = Settings::all()?;
    let bootstrap = bootstrap::bootstrap(app.stack("shtetl-bootstrap"), &project, &environments);
    github::github(app.stack("shtetl-github"), &project, &environments, &bootstrap);
    for settings in &environments {
        let stack = app.stack(&settings.stack_name());
        environment::environment(stack, &project, settings)?;
    }
    Ok(())
}
