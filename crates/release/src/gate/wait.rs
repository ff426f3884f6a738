//! Waits for a result that somebody else reports.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::duration::show_duration;
use crate::gate::report::{Status, commit_statuses, newest_deployment};
use crate::gate::{ReportPlace, State};
use crate::github::{GitHub, GitHubError};

/// A result that was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The place, for people.
    pub what: String,
    /// How it stands.
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
    #[error("no result of {what} within {}\n  hint: `gate report` writes one; `--limit` gives it more time", show_duration(*limit))]
    Late {
        /// What is missing.
        what: String,
        /// How long was waited.
        limit: Duration,
    },
}

/// Waits until each place has a result. The first that is not a success ends the waiting.
///
/// # Errors
/// Fails if GitHub refuses, or a result is late. A bad result is no error.
pub async fn wait(
    github: &GitHub<'_>,
    places: &[ReportPlace],
    interval: Duration,
    on_change: &mut dyn FnMut(&Awaited),
) -> Result<Vec<Awaited>, WaitError> {
    let begun = Instant::now();
    let mut told: BTreeMap<String, Awaited> = BTreeMap::new();
    loop {
        let mut results = Vec::new();
        for place in places {
            let Some(result) = look(github, place).await? else { continue };
            if told.get(&result.what) != Some(&result) {
                on_change(&result);
                told.insert(result.what.clone(), result.clone());
            }
            if result.state != State::Pending {
                results.push(result);
            }
        }
        if results.len() == places.len() || results.iter().any(|result| result.state != State::Success) {
            return Ok(results);
        }
        if Instant::now() + interval >= github.deadline() {
            let missing =
                places.iter().map(describe).filter(|what| !results.iter().any(|it| it.what == *what));
            let what = missing.collect::<Vec<_>>().join(" and ");
            let limit = Duration::from_secs(begun.elapsed().as_secs().max(1));
            return Err(WaitError::Late { what, limit });
        }
        sleep_until(Instant::now() + interval).await;
    }
}

async fn look(github: &GitHub<'_>, place: &ReportPlace) -> Result<Option<Awaited>, GitHubError> {
    let status = match place {
        ReportPlace::Commit { sha, context } => {
            let statuses = commit_statuses(github, sha).await?;
            statuses.into_iter().find(|status| status.context.as_deref() == Some(context))
        }
        ReportPlace::Deployment { id } => newest_status(github, *id).await?,
        ReportPlace::Environment { sha, environment } => {
            match newest_deployment(github, sha, environment).await? {
                Some(id) => newest_status(github, id).await?,
                None => None,
            }
        }
    };
    Ok(status.map(|status| Awaited {
        what: describe(place),
        // A word that is not known yet decides nothing.
        state: State::of_word(&status.state).unwrap_or(State::Pending),
        description: status.description.unwrap_or_default(),
        url: status.target_url.filter(|url| !url.is_empty()),
    }))
}

async fn newest_status(github: &GitHub<'_>, deployment: u64) -> Result<Option<Status>, GitHubError> {
    let path = format!("/deployments/{deployment}/statuses?per_page=1");
    Ok(github.read::<Vec<Status>>(&path).await?.into_iter().next())
}

fn describe(place: &ReportPlace) -> String {
    match place {
        ReportPlace::Commit { sha, context } => format!("status `{context}` of {sha}"),
        ReportPlace::Deployment { id } => format!("deployment {id}"),
        ReportPlace::Environment { sha, environment } => format!("the deployment of {sha} to {environment}"),
    }
}
