//! The repository: protected branches, and environments of which production asks somebody to agree.

use formwork::Stack;
use formwork_modules::repository::repository;

use super::Project;
use super::bootstrap::{EnvironmentRoles, Roles};
use super::settings::Settings;
use crate::shared::platform::{keep_state, prepare_github};

/// The environments' variable with the role that applies the stacks.
pub(crate) const ROLE: &str = "AWS_ROLE_ARN";

/// The environments' variable with the role that releases the functions.
pub(crate) const RELEASE_ROLE: &str = "AWS_RELEASE_ROLE_ARN";

pub(crate) fn github(stack: &mut Stack, project: &Project, environments: &[&Settings], roles: &Roles) {
    prepare_github(stack, &project.github.owner);
    keep_state(stack, &project.state());
    let mut config = project.github.protected(["main", "develop"]);
    for settings in environments {
        let Some(deployment) = &settings.deployment else { continue };
        let mut environment = deployment.environment(&settings.environment, &project.region);
        if let Some(EnvironmentRoles { deploy, release }) = roles.get(&settings.environment) {
            environment =
                environment.variable(ROLE, stack.read(deploy)).variable(RELEASE_ROLE, stack.read(release));
        }
        config = config.environment(environment);
    }
    repository(stack, "scheduler", config);
}
