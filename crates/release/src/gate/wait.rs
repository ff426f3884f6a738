//! Waits for a result that somebody else reports.

use std::collections::BTreeMap;
use std::time::Duration;

use formwork_core::Hint;
use tokio::time::{Instant, sleep_until};

use crate::duration::show_duration;
use crate::gate::report::{commit_statuses, newest_deployment, newest_deployment_status};
use crate::gate::{State, StatusTarget};
use crate::github::{GitHub, GitHubError};

const HINT: &str = "`gate report` writes one; `--limit` gives it more time";

/// A result that was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedStatus {
    /// The commit or deployment, for people.
    pub what: String,
    /// The state.
    pub state: State,
    /// What was said about it.
    pub description: String,
    /// The page for people.
    pub url: Option<String>,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// GitHub did not say.
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    /// It takes too long.
    #[error("{}{}", self.summary(), Hint::new(HINT))]
    Late {
        /// What is missing.
        what: String,
        /// How long was waited.
        limit: Duration,
    },
}

impl WaitError {
    /// What went wrong, without what to do about it.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::GitHub(error) => error.summary(),
            Self::Late { what, limit } => format!("no result of {what} within {}", show_duration(*limit)),
        }
    }
}

/// Waits until each target has a result. The first that is not a success ends the waiting.
///
/// # Errors
/// Fails if GitHub refuses, or a result is late. A bad result is no error.
pub async fn wait(
    github: &GitHub<'_>,
    targets: &[StatusTarget],
    interval: Duration,
    on_change: &mut dyn FnMut(&ReportedStatus),
) -> Result<Vec<ReportedStatus>, WaitError> {
    let begun = Instant::now();
    let mut told: BTreeMap<String, ReportedStatus> = BTreeMap::new();
    loop {
        let mut results = Vec::new();
        for target in targets {
            let Some(result) = read(github, target).await? else { continue };
            if told.get(&result.what) != Some(&result) {
                on_change(&result);
                told.insert(result.what.clone(), result.clone());
            }
            if result.state != State::Pending {
                results.push(result);
            }
        }
        if results.len() == targets.len() || results.iter().any(|result| result.state != State::Success) {
            return Ok(results);
        }
        if Instant::now() + interval >= github.deadline() {
            let missing =
                targets.iter().map(describe).filter(|what| !results.iter().any(|it| it.what == *what));
            let what = missing.collect::<Vec<_>>().join(" and ");
            let limit = Duration::from_secs(begun.elapsed().as_secs().max(1));
            return Err(WaitError::Late { what, limit });
        }
        sleep_until(Instant::now() + interval).await;
    }
}

async fn read(github: &GitHub<'_>, target: &StatusTarget) -> Result<Option<ReportedStatus>, GitHubError> {
    let status = match target {
        StatusTarget::Commit { sha, context } => {
            let statuses = commit_statuses(github, sha).await?;
            statuses.into_iter().find(|status| status.context.as_deref() == Some(context))
        }
        StatusTarget::Deployment { id } => newest_deployment_status(github, *id).await?,
        StatusTarget::Environment { sha, environment } => {
            match newest_deployment(github, sha, environment).await? {
                Some(id) => newest_deployment_status(github, id).await?,
                None => None,
            }
        }
    };
    Ok(status.map(|status| ReportedStatus {
        what: describe(target),
        // A word that is not known yet decides nothing.
        state: State::parse(&status.state).unwrap_or(State::Pending),
        description: status.description.unwrap_or_default(),
        url: status.target_url.filter(|url| !url.is_empty()),
    }))
}

fn describe(target: &StatusTarget) -> String {
    match target {
        StatusTarget::Commit { sha, context } => format!("status `{context}` of {sha}"),
        StatusTarget::Deployment { id } => format!("deployment {id}"),
        StatusTarget::Environment { sha, environment } => format!("the deployment of {sha} to {environment}"),
    }
}
