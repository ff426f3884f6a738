//! The repositories: protected branches, environments, and what their workflows read.

use formwork::{Stack, github};
use formwork_modules::repository::{BranchProtection, Environment, RepositoryConfig, repository};

use super::Project;
use super::bootstrap::{BootstrapOutputs, EnvironmentRoles};
use super::project::{CONTRACT, RepositorySettings};
use super::settings::Settings;
use crate::shared::platform::prepare_github;

/// The variable of an environment with the role that the repository's pipeline assumes there.
pub(crate) const ROLE: &str = "AWS_ROLE_ARN";

/// The variable with the role that applies the environment's stack, where the services' pipeline does that.
pub(crate) const DEPLOY_ROLE: &str = "AWS_DEPLOY_ROLE_ARN";

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
    add(stack, "infrastructure", infrastructure, environments, None, |stack, settings, environment| {
        match bootstrap.roles.get(&settings.environment) {
            Some(EnvironmentRoles { deploy, .. }) => environment.variable(ROLE, stack.read(deploy)),
            None => environment,
        }
    });
    let services = &project.github.services;
    let team = stack.add("migration_reviewers", github::data::Team::new(&project.github.migration_reviewers));
    let contract = Environment::new(CONTRACT).any_branch().reviewing_team(team.id().cast::<f64>());
    add(stack, "services", services, environments, Some(contract), |stack, settings, environment| {
        let environment = settings.api.domains.iter().fold(environment, |environment, (alias, domain)| {
            let variable =
                if *alias == settings.functions.candidate_alias { "CANDIDATE_URL" } else { "API_URL" };
            environment.variable(variable, format!("https://{domain}"))
        });
        match bootstrap.roles.get(&settings.environment) {
            Some(EnvironmentRoles { release, deploy }) => {
                let environment = environment.variable(ROLE, stack.read(release));
                if settings.applied_by_services {
                    environment.variable(DEPLOY_ROLE, stack.read(deploy))
                } else {
                    environment
                }
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
    further: Option<Environment>,
    variables: impl Fn(&mut Stack, &Settings, Environment) -> Environment,
) {
    let mut config = RepositoryConfig::existing(&settings.name);
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
    if let Some(environment) = further {
        config = config.environment(environment);
    }
    repository(stack, name, config);
}
