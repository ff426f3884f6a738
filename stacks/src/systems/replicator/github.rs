//! The repository: the protected branch, and environments of which the last asks somebody to agree.

use formwork::Stack;
use formwork_modules::repository::repository;

use super::Project;
use super::bootstrap::Roles;
use super::settings::{Settings, StateKind};
use crate::shared::platform::prepare_github;

/// The variable of an environment with the role that its pipeline assumes.
pub(crate) const ROLE: &str = "AWS_ROLE_ARN";

/// The variable of the repository with the role that plans an environment.
pub(crate) fn plan_role_variable(settings: &Settings) -> String {
    format!("PLAN_ROLE_ARN_{}", settings.environment.to_uppercase())
}

pub(crate) fn github(stack: &mut Stack, project: &Project, environments: &[Settings], roles: &Roles) {
    prepare_github(stack, &project.github.owner);
    if environments.iter().any(|settings| settings.state == StateKind::Remote) {
        project.state().keep_state_of(stack, "replicator-github/terraform.tfstate");
    }
    let mut config = project.github.protected(["main"]);
    for settings in environments {
        let mut environment = settings.deployment.environment(&settings.environment, &project.region);
        if let Some(roles) = roles.get(&settings.environment) {
            environment = environment.variable(ROLE, stack.read(&roles.deploy));
            if let Some(plan) = &roles.plan {
                config = config.variable(&plan_role_variable(settings), stack.read(plan));
            }
        }
        config = config.environment(environment);
    }
    repository(stack, "replicator", config);
}
