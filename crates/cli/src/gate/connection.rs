//! GitHub for a gate: which repository, with which credentials, and for how long.

use std::time::Duration;

use formwork_release::github::{Credentials, GitHub, GitHubError, OnWait, Repository};
use formwork_release::parse_duration;

use crate::UsageError;

/// The repository of a gate, and how long it may take.
#[derive(Debug, clap::Args)]
pub(crate) struct GateArgs {
    /// The repository
    #[arg(long, value_name = "OWNER/NAME", env = "GITHUB_REPOSITORY")]
    pub(crate) repository: Repository,
    /// How long to wait, for all of it
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    pub(crate) limit: Duration,
    /// How long to wait between two looks
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration)]
    pub(crate) interval: Duration,
}

impl GateArgs {
    /// GitHub for the repository, with credentials from the environment.
    ///
    /// # Errors
    /// Missing or wrong credentials are wrong usage.
    pub(crate) fn github<'a>(&self, on_wait: &'a OnWait<'a>) -> Result<GitHub<'a>, UsageError> {
        connect(&self.repository, self.limit, on_wait)
    }
}

/// GitHub for a repository, with credentials from the environment.
///
/// # Errors
/// Missing or wrong credentials are wrong usage.
pub(crate) fn connect<'a>(
    repository: &Repository,
    limit: Duration,
    on_wait: &'a OnWait<'a>,
) -> Result<GitHub<'a>, UsageError> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let connect = || -> Result<GitHub<'a>, GitHubError> {
        let credentials = Credentials::of_environment(variable)?;
        GitHub::new(repository.clone(), variable("GITHUB_API_URL").as_deref(), credentials, limit, on_wait)
    };
    connect().map_err(|error| UsageError(error.to_string()))
}

/// The page of the run that this job is part of.
pub(crate) fn own_run() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let server = variable("GITHUB_SERVER_URL")?;
    Some(format!("{server}/{}/actions/runs/{}", variable("GITHUB_REPOSITORY")?, variable("GITHUB_RUN_ID")?))
}
