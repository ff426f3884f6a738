//! The repository: `main` is protected, environments have their approvers, and workflows read what they need.

use std::collections::{BTreeMap, BTreeSet};

use formwork::Stack;
use formwork_modules::repository::repository;

use super::Project;
use super::bootstrap::BootstrapOutputs;
use super::environment::EnvironmentOutputs;
use super::settings::Settings;
use crate::platform::{keep_state, prepare_github};

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
        .variable("BUILD_ROLE_ARN", stack.import(&bootstrap.build_role))
        .variable("IMAGE_URL", stack.import(&bootstrap.image_url))
        .variable("TERRAFORM_STATE_BUCKET", project.state_bucket.as_str());
    for settings in environments {
        let mut environment = settings
            .deployment
            .reviewed(stack, &settings.environment, &settings.region)
            .variable("NEXT_PUBLIC_API_URL", format!("https://{}", settings.domains.api));
        if let Some(roles) = bootstrap.roles.get(&settings.environment) {
            environment = environment
                .variable("DEPLOY_ROLE_ARN", stack.import(&roles.deploy))
                .variable("RELEASE_ROLE_ARN", stack.import(&roles.release));
        }
        if let Some(outputs) = outputs.get(settings.environment.as_str()) {
            environment = environment
                .variable("CANDIDATE_URL", stack.import(&outputs.candidate_url))
                .variable("FRONTEND_SERVICE", stack.import(&outputs.frontend_service));
        }
        config = config.environment(environment);
    }
    repository(stack, "repository", config);
}
