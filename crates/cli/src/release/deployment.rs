//! Whether GitHub is told of a release, and where.

use std::time::Duration;

use formwork_release::cloud::Cloud;
use formwork_release::deployment::{Announcement, Fact, announce, facts};
use formwork_release::github::Repository;
use formwork_release::release::{Deployer, Service, Stop};
use formwork_release::target::{Operator, Standing, TargetService};

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

/// What a verb did to services that are no functions, for what is to be told of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// A candidate was to be made.
    Start,
    /// A candidate was to be verified.
    Verification,
    /// A candidate was to serve.
    Promotion,
    /// What served before was to serve again.
    Rollback,
    /// What was cut off was to be finished.
    Resumption,
}

impl DeploymentArgs {
    /// The environment and the repository, if GitHub is to be told.
    ///
    /// # Errors
    /// An environment without a repository is wrong usage.
    pub(crate) fn place(&self) -> Result<Option<Place>, UsageError> {
        let Some(environment) = self.github_environment.clone() else { return Ok(None) };
        let of_job = || std::env::var("GITHUB_REPOSITORY").ok().and_then(|text| text.parse().ok());
        let repository = self.github_repository.clone().or_else(of_job).ok_or_else(|| {
            UsageError(
                "`--github-environment` needs a repository\n  hint: give it with `--github-repository OWNER/NAME`, or set GITHUB_REPOSITORY"
                    .to_owned(),
            )
        })?;
        Ok(Some(Place { environment, repository }))
    }
}

/// An environment of a repository.
pub(crate) struct Place {
    environment: String,
    repository: Repository,
}

impl Place {
    /// Tells what is true of functions. What cannot be told is a warning: the release is what it is.
    pub(crate) async fn tell_of_functions<C: Cloud>(
        &self,
        deployer: &Deployer<'_, C>,
        services: &[Service],
        failure: Option<&str>,
    ) {
        let told = match facts(deployer, services).await {
            Ok(facts) => self.tell(&facts, failure, &deployer.by).await,
            Err(stop) => Err(stop.to_string()),
        };
        warn(told);
    }

    /// Tells what is true of services that are no functions, of which it is known what was true before.
    pub(crate) async fn tell_of_targets(
        &self,
        operator: &Operator<'_>,
        services: &[&TargetService],
        before: &[Standing],
        told: Told,
        failure: Option<&str>,
    ) {
        let told = match standings(operator, services).await {
            Ok(after) => {
                let facts: Vec<Fact> = before
                    .iter()
                    .zip(&after)
                    .filter_map(|(before, after)| match told {
                        // Without a candidate of its own, what is found is of a release before.
                        Told::Start if failure.is_some() => None,
                        Told::Start | Told::Verification => Fact::of_candidate(after),
                        Told::Promotion if failure.is_some() => Fact::of_candidate(after),
                        Told::Promotion | Told::Resumption => Fact::of_serving(after),
                        Told::Rollback => Fact::of_taken_back(before, after),
                    })
                    .collect();
                self.tell(&facts, failure, &operator.by).await
            }
            Err(stop) => Err(stop.to_string()),
        };
        warn(told);
    }

    async fn tell(&self, facts: &[Fact], failure: Option<&str>, by: &str) -> Result<(), String> {
        if facts.is_empty() {
            return Ok(());
        }
        let pause = |text: &str| print::note(text);
        let github = connect(&self.repository, LIMIT, &pause).map_err(|error| error.to_string())?;
        let url = own_run();
        let environment = &self.environment;
        let announcement = Announcement { environment, facts, failure, by, url: url.as_deref() };
        announce(&github, &announcement).await.map_err(|error| error.to_string())?;
        print::note(&format!("told {}: environment {environment}", self.repository));
        Ok(())
    }
}

/// What is true of services that are no functions.
pub(crate) async fn standings(
    operator: &Operator<'_>,
    services: &[&TargetService],
) -> Result<Vec<Standing>, Stop> {
    let mut standings = Vec::new();
    for service in services {
        standings.push(service.status(operator).await?);
    }
    Ok(standings)
}

/// Why a release did not come to its end, if that is what stopped it. A refusal has changed nothing, and may be about
/// another release; a release that pauses is under way.
pub(crate) fn failure_of(stop: &Stop) -> Option<String> {
    match stop {
        Stop::Refused { .. } | Stop::Interfered { .. } | Stop::Paused { .. } => None,
        Stop::Failed { .. } | Stop::Breached { .. } | Stop::TakenBack { .. } | Stop::Stuck { .. } => {
            Some(stop.to_string())
        }
    }
}

fn warn(told: Result<(), String>) {
    if let Err(error) = told {
        print::warning(&format!("GitHub was not told: {error}"));
    }
}
