//! The scheduler's workflows: checks, deployments with a gate before each environment, and two ways back.

mod checks;
mod deploy;
mod rollback;

use formwork::workflows::{Job, Reference, Repository, Step, Tool};

use super::names::MIGRATE;
use super::{Project, Settings};
use crate::shared::workflows::{DeployTarget, elsewhere, infrastructure, own_program};

const MAIN: &str = "main";
const DEVELOP: &str = "develop";

/// The workflow that deploys, whose runs keep the program for others.
const DEPLOY: &str = "deploy.yml";

/// Days for which a deployment keeps the program: a way back that has to build it first is none.
const PROGRAM_DAYS: u32 = 30;

/// An environment's stacks in the order in which they need each other.
const STACKS: [&str; 5] = ["database", "queue", "scheduler", "api", "monitoring"];

/// The functions, and which stack describes the release of each.
const SERVICES: [(&str, &str); 4] =
    [("authorizer", "api"), ("api", "api"), ("scheduler", "scheduler"), ("worker", "queue")];

/// The stack that describes the release of the function that migrates.
const MIGRATE_STACK: &str = "api";

/// The tests of what serves, which are part of the repository.
const SMOKE: &str = "smoke/scheduler.toml";

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn workflows() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let deployed: Vec<&Settings> =
        environments.iter().filter(|settings| settings.deployment.is_some()).collect();
    let repository = elsewhere("scheduler", &project.github.owner, &project.github.repository)
        .workflow(checks::ci())
        .workflow(infrastructure("scheduler", &project.github.repository, [MAIN, DEVELOP]))
        .workflow(deploy::deploy(&project, &deployed))
        .workflow(rollback::functions(&project, &deployed))
        .workflow(rollback::database(&project, &deployed))
        .file(SMOKE, include_str!("../../../../../smoke/scheduler.toml"));
    Ok(vec![repository])
}

/// The functions of an environment with the stack of each, as arguments of `release`.
fn services(settings: &Settings) -> Vec<String> {
    SERVICES.iter().map(|(service, stack)| format!("{}/{service}", settings.name(stack))).collect()
}

/// Says that a step names the releases of all functions.
fn naming_releases(step: Step, settings: &Settings) -> Step {
    SERVICES.iter().fold(step, |step, (service, stack)| step.refers(release_of(settings, stack, service)))
}

fn release_of(settings: &Settings, stack: &str, service: &str) -> Reference {
    Reference::Release { stack: settings.name(stack), service: service.to_owned() }
}

/// The function that migrates.
fn migrate(settings: &Settings) -> String {
    settings.name(MIGRATE)
}

/// A job of an environment as the role that releases its functions.
fn release_job(
    project: &Project,
    settings: &Settings,
    tool: &Tool,
    id: &str,
    name: &str,
    minutes: u32,
) -> Job {
    let (prefix, role) = (settings.prefix(), super::names::role_name("release", settings));
    target(project, settings, &prefix, &role, super::github::RELEASE_ROLE).job(tool, id, name, minutes)
}

/// The API as callers reach it, held to its tests.
fn test_what_serves(tool: &Tool, settings: &Settings) -> Step {
    let api = settings.name("api");
    let smoke = tool.call("smoke run").arguments([SMOKE, "--stack", &api]);
    Step::run("Test what serves", smoke).on_stack(&api)
}

fn target<'a>(
    project: &'a Project,
    settings: &'a Settings,
    stack: &'a str,
    role: &'a str,
    variable: &'a str,
) -> DeployTarget<'a> {
    DeployTarget {
        environment: &settings.environment,
        stack,
        region: &project.region,
        role,
        role_variable: variable,
    }
}

/// The program.
fn program() -> Tool {
    own_program()
}
