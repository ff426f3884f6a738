//! Whether GitHub is told of a release, and where.

use std::time::Duration;

use formwork_core::Hint;
use formwork_release::deployment::{DeploymentUpdate, ServiceChange, update_deployments};
use formwork_release::engine::ReleaseError;
use formwork_release::github::Repository;

use crate::gate::connection::{connect, own_run};
use crate::{UsageError, print};

/// How long telling may take: the release itself is over, or stopped, by then.
const LIMIT: Duration = Duration::from_secs(60);

/// Where GitHub shows the release.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Deployments at GitHub")]
pub(crate) struct DeploymentArgs {
    /// Tell GitHub too: a deployment of the commit to this environment, with a status for each thing done
    #[arg(long, value_name = "NAME")]
    github_environment: Option<String>,
    /// The repository that has the commit [default: that of the job]
    #[arg(long, value_name = "OWNER/NAME", requires = "github_environment")]
    github_repository: Option<Repository>,
}

impl DeploymentArgs {
    /// The environment and the repository, if GitHub is to be told.
    ///
    /// # Errors
    /// An environment without a repository is wrong usage.
    pub(crate) fn environment(&self) -> Result<Option<GitHubEnvironment>, UsageError> {
        let Some(environment) = self.github_environment.clone() else { return Ok(None) };
        let of_job = || std::env::var("GITHUB_REPOSITORY").ok().and_then(|text| text.parse().ok());
        let repository = self.github_repository.clone().or_else(of_job).ok_or_else(|| {
            let hint = "give it with `--github-repository OWNER/NAME`, or set GITHUB_REPOSITORY";
            UsageError(format!("`--github-environment` needs a repository{}", Hint::new(hint)))
        })?;
        Ok(Some(GitHubEnvironment { environment, repository }))
    }
}

/// An environment of a repository.
pub(crate) struct GitHubEnvironment {
    environment: String,
    repository: Repository,
}

impl GitHubEnvironment {
    /// Tells what is true of releases. What cannot be told is a warning: the release is what it is.
    pub(crate) async fn tell(
        &self,
        changes: Result<Vec<ServiceChange>, ReleaseError>,
        failure: Option<&str>,
        by: &str,
    ) {
        let told = match changes {
            Ok(changes) => self.update(&changes, failure, by).await,
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = told {
            print::warning(&format!("GitHub was not told: {error}"));
        }
    }

    async fn update(&self, changes: &[ServiceChange], failure: Option<&str>, by: &str) -> Result<(), String> {
        if changes.is_empty() {
            return Ok(());
        }
        let pause = |text: &str| print::note(text);
        let github = connect(&self.repository, LIMIT, &pause).map_err(|error| error.to_string())?;
        let url = own_run();
        let environment = &self.environment;
        let update = DeploymentUpdate { environment, changes, failure, by, url: url.as_deref() };
        update_deployments(&github, &update).await.map_err(|error| error.to_string())?;
        print::note(&format!("told {}: environment {environment}", self.repository));
        Ok(())
    }
}
