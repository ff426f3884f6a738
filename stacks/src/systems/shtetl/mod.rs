//! Shtetl: three Go services on Lambda behind one REST API, with PostgreSQL and a cache, and a web site.
//!
//! `docs/systems/shtetl.md` says where each point of its story is met.

mod bootstrap;
mod environment;
mod github;
#[cfg(any(test, feature = "pipelines"))]
mod pipelines;
mod project;
pub(crate) mod settings;

use formwork::{App, Stack, aws};

#[cfg(any(test, feature = "pipelines"))]
pub(crate) use pipelines::pipelines;
pub(crate) use project::Project;
pub(crate) use settings::Settings;

use crate::shared::platform::prepare_aws;

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

/// What the stacks that use AWS have in common.
fn prepare(stack: &mut Stack, project: &Project, region: &str, environment: &str) {
    prepare_aws(stack, "shtetl", environment, aws::Provider::new().region(region));
    let key = format!("{}/terraform.tfstate", stack.name());
    project.state().keep_state_of(stack, &key);
}
