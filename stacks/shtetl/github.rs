//! The repositories: protected branches, environments, and what their workflows read.

use formwork::Stack;
use formwork_modules::repository::{BranchProtection, Config, Environment, repository};

use super::Project;
use super::bootstrap::{BootstrapOutputs, EnvironmentRoles};
use super::project::RepositorySettings;
use super::settings::Settings;
use crate::platform::prepare_github;

/// The branches that people work towards; both take reviewed pull requests only.
const BRANCHES: [&str; 2] = ["main", "dev"];

pub(crate) fn github(
    stack: &mut Stack,
    project: &Project,
    environments: &[Settings],
    bootstrap: &BootstrapOutputs,
) {
    prepare_github(stack, &project.github.owner);
    let key = format!("{}/terraform.tfstate", stack.name());
    project.state().keep_state_of(stack, &key);
    let infrastructure = &project.github.infrastructure;
    add(
        stack,
        "infrastructure",
        infrastructure,
        environments,
        |stack, settings, environment| match bootstrap.roles.get(&settings.environment) {
            Some(EnvironmentRoles { deploy, .. }) => {
                environment.variable("AWS_ROLE_ARN", stack.import(deploy))
            }
            None => environment,
        },
    );
    let services = &project.github.services;
    add(stack, "services", services, environments, |stack, settings, environment| {
        let environment = settings.api.domains.iter().fold(environment, |environment, (alias, domain)| {
            let variable = match *alias == settings.functions.candidate_alias {
                true => "CANDIDATE_URL",
                false => "API_URL",
            };
            environment.variable(variable, format!("https://{domain}"))
        });
        match bootstrap.roles.get(&settings.environment) {
            Some(EnvironmentRoles { release, .. }) => {
                environment.variable("AWS_ROLE_ARN", stack.import(release))
            }
            None => environment,
        }
    });
}

/// Adds a repository that is there already: its settings stay its owners', its branches and environments are ours.
fn add(
    stack: &mut Stack,
    name: &str,
    settings: &RepositorySettings,
    environments: &[Settings],
    variables: impl Fn(&mut Stack, &Settings, Environment) -> Environment,
) {
    let mut config = Config::existing(&settings.name);
    for branch in BRANCHES {
        config = config.protect(BranchProtection::new(branch).reviews(1).checks(settings.checks.clone()));
    }
    for environment in environments {
        let branch = if environment.environment == "dev" { "dev" } else { "main" };
        let resource = Environment::new(&environment.environment)
            .branch(branch)
            .variable("AWS_REGION", &environment.region);
        config = config.environment(variables(stack, environment, resource));
    }
    repository(stack, name, config);
}
