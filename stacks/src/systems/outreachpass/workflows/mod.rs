//! OutreachPass's workflows: validation of pull requests, deployments of backend, worker and frontend, and the
//! infrastructure's plan and apply.

mod deployment;
mod frontend;
mod functions;
mod infrastructure;
mod notify;
mod part;
mod rollback;
mod validation;

use formwork::workflows::{Command, Repository, Step, actions};

use super::{Project, Settings};
use crate::shared::workflows::{DeployTarget, elsewhere, infrastructure as checks};
use deployment::{API_SMOKE, FRONTEND_SMOKE, SAMPLE_EVENT};
use part::Part;

const MAIN: &str = "main";

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn workflows() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let deployment = |part| deployment::deployment(&project, &environments, part);
    let repository = elsewhere("outreachpass", &project.github.owner, &project.github.repository)
        .workflow(validation::validation())
        .workflow(checks("outreachpass", &project.github.repository, [MAIN]))
        .workflow(deployment(Part::Backend))
        .workflow(deployment(Part::Worker))
        .workflow(deployment(Part::Frontend))
        .workflow(rollback::rollback(&environments))
        .workflow(infrastructure::plan(&environments))
        .workflow(infrastructure::apply(&project, &environments))
        .file(API_SMOKE, include_str!("../../../../../smoke/outreachpass.toml"))
        .file(FRONTEND_SMOKE, include_str!("../../../../../smoke/outreachpass-frontend.toml"))
        .file(SAMPLE_EVENT, include_str!("../../../../../smoke/outreachpass-worker.json"));
    Ok(vec![repository])
}

/// Python and Poetry for the project in a folder. Since Poetry 2.0 `poetry export` is a plugin.
fn python(folder: &str) -> [Step; 3] {
    let poetry = ["install", "poetry==2.2.1", "poetry-plugin-export==1.9.0"];
    // Not the environments beside them, which would keep what the lock file no longer has.
    let caches = ["~/.cache/pip", "~/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache"];
    [
        Step::uses("Install Python", actions::SETUP_PYTHON).with("python-version", "3.13"),
        Step::cache(&format!("{folder}-packages"), &caches, &format!("{folder}/poetry.lock")),
        Step::run("Install Poetry", Command::new("pip").arguments(poetry)),
    ]
}

fn target<'a>(settings: &'a Settings, stack: &'a str, role: &'a str, variable: &'a str) -> DeployTarget<'a> {
    DeployTarget {
        environment: &settings.environment,
        stack,
        region: &settings.region,
        role,
        role_variable: variable,
    }
}
