//! OutreachPass's workflows: validation of pull requests, deployments of backend, worker and frontend, and the
//! infrastructure's plan and apply.

mod deployment;
mod infrastructure;
mod validation;

use formwork::workflows::{Command, Repository, Step, actions};

use super::{Project, Settings};
use crate::pipelines::{Place, elsewhere};
use deployment::Part;

const MAIN: &str = "main";

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn pipelines() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let function = |part| deployment::function_deployment(&project, &environments, part);
    let repository = elsewhere("outreachpass", &project.github.owner, &project.github.repository)
        .workflow(validation::validation())
        .workflow(function(Part::Backend))
        .workflow(function(Part::Worker))
        .workflow(deployment::frontend(&project, &environments))
        .workflow(infrastructure::plan(&environments))
        .workflow(infrastructure::apply(&environments));
    Ok(vec![repository])
}

fn python() -> [Step; 2] {
    [
        Step::uses("Install Python", actions::SETUP_PYTHON).with("python-version", "3.13"),
        Step::run("Install Poetry", Command::new("pip").arguments(["install", "poetry==2.2.1"])),
    ]
}

fn place<'a>(settings: &'a Settings, stack: &'a str, role: &'a str, variable: &'a str) -> Place<'a> {
    Place {
        environment: &settings.environment,
        stack,
        region: &settings.region,
        role,
        role_variable: variable,
    }
}
