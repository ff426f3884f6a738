//! Cat-house's workflows: checks of backend and frontend, images, and a deployment each for staging and production.

mod checks;
mod deploy;
mod images;

use formwork::workflows::Repository;

use super::{Project, Settings};
use crate::shared::workflows::{elsewhere, infrastructure};

/// The folder of a service in the repository.
fn folder(service: &str) -> String {
    format!("cat-house-backend/{service}-service")
}

/// The frontend's folder.
const FRONTEND: &str = "cat-house-frontend";

/// The repository's smoke tests.
const SMOKE: &str = "smoke/cat-house.toml";

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types, or an environment of the story is not there.
pub(crate) fn workflows() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let find = |name: &str| {
        let found = environments.iter().find(|settings| settings.environment == name);
        found.ok_or_else(|| {
            anyhow::anyhow!("stacks/src/systems/cat_house: there are no settings of the environment `{name}`")
        })
    };
    let (staging, production) = (find("staging")?, find("production")?);
    let repository = elsewhere("cat-house", &project.github.owner, &project.github.repository)
        .workflow(checks::backend(staging, &environments))
        .workflow(checks::frontend(&environments))
        .workflow(infrastructure("cat-house", &project.github.repository, branches(&environments)))
        .workflow(images::images(&project, staging))
        .workflow(deploy::staging(&project, staging))
        .workflow(deploy::production(&project, production, staging))
        .file(SMOKE, include_str!("../../../../../smoke/cat-house.toml"));
    Ok(vec![repository])
}

/// The branches that are deployed from, which take pull requests.
fn branches(environments: &[Settings]) -> Vec<&str> {
    environments.iter().map(|settings| settings.deployment.branch.as_str()).collect()
}
