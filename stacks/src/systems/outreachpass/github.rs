//! The repository: `main` is protected, environments have their approvers, and workflows read what they need.

use std::collections::{BTreeMap, BTreeSet};

use formwork::Stack;
use formwork_modules::repository::repository;

use super::Project;
use super::bootstrap::BootstrapOutputs;
use super::environment::EnvironmentOutputs;
use super::settings::Settings;
use crate::shared::platform::{keep_state, prepare_github};

/// The repository's variable with the role that builds.
pub(crate) const BUILD_ROLE: &str = "BUILD_ROLE_ARN";

/// The repository's variable with the role that tells how deployments ended.
pub(crate) const NOTIFY_ROLE: &str = "NOTIFY_ROLE_ARN";

/// The repository's variable with the address of an environment's API, by which the frontend is built:
/// `NEXT_PUBLIC_API_URL_DEV`.
pub(crate) fn api_url_variable(settings: &Settings) -> String {
    format!("NEXT_PUBLIC_API_URL_{}", settings.environment.to_uppercase())
}

/// The repository's variable with the role that plans an environment's stack: a job for a pull request is in no
/// environment, or somebody would have to agree to it.
pub(crate) fn plan_role_variable(settings: &Settings) -> String {
    format!("PLAN_ROLE_ARN_{}", settings.environment.to_uppercase())
}

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
    let branches: BTreeSet<&str> =
        environments.iter().map(|settings| settings.deployment.branch.as_str()).collect();
    // In place of the document's secrets: none of these is one.
    let mut config = project
        .github
        .protected(branches)
        .variable("ARTIFACT_BUCKET_NAME", project.artifacts.bucket.as_str())
        .variable("AWS_ACCOUNT_ID", project.account_id.as_str())
        .variable("AWS_REGION", project.region.as_str())
        .variable(BUILD_ROLE, stack.read(&bootstrap.build_role))
        .variable(NOTIFY_ROLE, stack.read(&bootstrap.notify_role))
        .variable("IMAGE_URL", stack.read(&bootstrap.image_url))
        .variable("TERRAFORM_STATE_BUCKET", project.state_bucket.as_str());
    for settings in environments {
        config = config.variable(&api_url_variable(settings), format!("https://{}", settings.domains.api));
        let mut environment = settings.deployment.reviewed(stack, &settings.environment, &settings.region);
        if let Some(roles) = bootstrap.roles.get(&settings.environment) {
            config = config.variable(&plan_role_variable(settings), stack.read(&roles.plan));
            environment = environment
                .variable(DEPLOY_ROLE, stack.read(&roles.deploy))
                .variable(RELEASE_ROLE, stack.read(&roles.release));
        }
        if let Some(outputs) = outputs.get(settings.environment.as_str()) {
            environment = environment
                .variable("CANDIDATE_URL", stack.read(&outputs.candidate_url))
                .variable("FRONTEND_SERVICE", stack.read(&outputs.frontend_service));
        }
        config = config.environment(environment);
    }
    repository(stack, "repository", config);
}
