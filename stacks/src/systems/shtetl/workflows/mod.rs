//! Shtetl's workflows: of the services' repository, which tests, migrates and releases, and of the main repository,
//! which holds the infrastructure and the tests across services.
//!
//! Every name of an environment, role, stack, function or domain is the value that the stacks are made with.

mod infrastructure;
mod integration;
mod migrations;
mod services;

use formwork::workflows::{Expression, Job, Repository, Step};

use super::{Project, Settings};
use crate::shared::workflows::{PROGRAM, program};

/// The folder that the services' pipeline checks the main repository out into.
const MAIN_CHECKOUT: &str = "main";

/// The environment that the story deploys to; the others follow in a later story.
const DEPLOYED: &str = "dev";

/// The branch whose commits are deployed there.
pub(super) const DEV: &str = "dev";

/// The branch that is built and tested only.
pub(super) const MAIN: &str = "main";

/// The secret of both repositories with a token for the main one: it reads it, dispatches events to it, and proposes
/// commits of the submodule.
const MAIN_REPOSITORY_TOKEN: &str = "MAIN_REPO_TOKEN";

/// The smoke tests of the services' repository.
const SMOKE: &str = "smoke/services.toml";

/// The event that tells the main repository of a candidate.
const SERVICE_DEPLOYED: &str = "service-deployed";

/// The workflows of both repositories.
///
/// # Errors
/// Fails if a settings file does not fit its types, or there is no environment to deploy to.
pub(crate) fn workflows() -> formwork::Result<Vec<Repository>> {
    let project = Project::read()?;
    let environments = Settings::all()?;
    let Some(settings) = environments.into_iter().find(|settings| settings.environment == DEPLOYED) else {
        anyhow::bail!("stacks/src/systems/shtetl: there are no settings of the environment `{DEPLOYED}`");
    };
    let system = System { project, settings };
    let github = &system.project.github;
    let services = crate::shared::workflows::elsewhere("shtetl", &github.owner, &github.services.name)
        .workflow(services::ci_cd(&system))
        .workflow(migrations::safety_check(&system))
        .file(".github/pull_request_template.md", include_str!("pull_request_template.md"))
        .file(SMOKE, include_str!("../../../../../smoke/services.toml"));
    let services = beginning(services, &system);
    let main = crate::shared::workflows::elsewhere("shtetl", &github.owner, &github.infrastructure.name)
        .workflow(infrastructure::infrastructure(&system))
        .workflow(integration::integration_test(&system));
    Ok(vec![services, main])
}

/// What the checks of the first pull request ask for, as files to begin with: whoever has them already keeps their own.
fn beginning(services: Repository, system: &System) -> Repository {
    let services = services
        .file("releases.toml", include_str!("beginning/releases.toml"))
        .file("ownership.toml", include_str!("beginning/ownership.toml"))
        .file("approvals.toml", include_str!("beginning/approvals.toml"))
        .file("db/migrations/000001_init_core_schema.up.sql", include_str!("beginning/core.up.sql"))
        .file("db/migrations/000001_init_core_schema.down.sql", include_str!("beginning/core.down.sql"))
        .file("docs/deployment-runbook.md", include_str!("beginning/deployment-runbook.md"));
    // A folder without migrations is refused, as one that was named by mistake would be.
    system.settings.services.keys().fold(services, |services, service| {
        let path = format!("{service}/migrations/000001_init_{service}_schema");
        services
            .file(
                &format!("{path}.up.sql"),
                &format!("-- Tables that no other service reads.\nCREATE SCHEMA {service};\n"),
            )
            .file(&format!("{path}.down.sql"), &format!("DROP SCHEMA {service};\n"))
    })
}

/// What the workflows are made of.
struct System {
    project: Project,
    settings: Settings,
}

impl System {
    /// The job that builds the program from the services' repository: it is in a folder of the main repository.
    fn build_program(&self) -> Job {
        let main = self.main_repository();
        let token = Expression::secret(MAIN_REPOSITORY_TOKEN);
        let tool = program().in_folder(&format!("{MAIN_CHECKOUT}/{PROGRAM}"));
        tool.job_from(Step::checkout_other(&main, DEV, MAIN_CHECKOUT, token))
    }

    fn main_repository(&self) -> String {
        format!("{}/{}", self.project.github.owner, self.project.github.infrastructure.name)
    }

    /// The domain name of an alias, such as the candidate's.
    fn url(&self, alias: &str) -> String {
        let domain = self.settings.api.domains.get(alias).map(String::as_str);
        format!("https://{}", domain.unwrap_or_default())
    }

    fn candidate_url(&self) -> String {
        self.url(&self.settings.functions.candidate_alias)
    }

    fn stable_url(&self) -> String {
        self.url(&self.settings.environment)
    }
}
