//! The repository: protected branches, environments with their approvers, and what its workflows read.

use std::collections::BTreeMap;

use formwork::Stack;
use formwork_modules::repository::repository;

use super::Project;
use super::bootstrap::BootstrapOutputs;
use super::environment::EnvironmentOutputs;
use super::settings::Settings;
use crate::shared::platform::{keep_state, prepare_github};

/// The repository's variable with the role that pushes images.
pub(crate) const BUILD_ROLE: &str = "BUILD_ROLE_ARN";

/// The environments' variable with the role that applies the stack.
pub(crate) const DEPLOY_ROLE: &str = "DEPLOY_ROLE_ARN";

/// The environments' variable with the role that releases.
pub(crate) const RELEASE_ROLE: &str = "RELEASE_ROLE_ARN";

pub(crate) fn github(
    stack: &mut Stack,
    project: &Project,
    environments: &[Settings],
    bootstrap: &BootstrapOutputs,
    outputs: &BTreeMap<&str, EnvironmentOutputs>,
) {
    prepare_github(stack, &project.github.owner);
    keep_state(stack, &project.state());
    let branches = environments.iter().map(|settings| settings.deployment.branch.as_str());
    let mut config =
        project.github.protected(branches).variable(BUILD_ROLE, stack.read(&bootstrap.build_role));
    for settings in environments {
        let mut environment = settings.deployment.reviewed(stack, &settings.environment, &settings.region);
        if let Some(roles) = bootstrap.roles.get(&settings.environment) {
            environment = environment
                .variable(DEPLOY_ROLE, stack.read(&roles.deploy))
                .variable(RELEASE_ROLE, stack.read(&roles.release));
        }
        if let Some(outputs) = outputs.get(settings.environment.as_str()) {
            environment = environment
                // The frontend is built with it.
                .variable("API_URL", stack.read(&outputs.api_url));
        }
        config = config.environment(environment);
    }
    repository(stack, "repository", config);
}
