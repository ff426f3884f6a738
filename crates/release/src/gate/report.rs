//! Writes the result of a gate as a status of a commit or deployment, which others wait for.

use std::time::Duration;

use formwork_core::Hint;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::github::{GitHub, GitHubError};
use crate::web::percent_encode;

/// The most characters that GitHub takes of a status's description.
pub(crate) const DESCRIPTION: usize = 140;

const UNKNOWN_HINT: &str = "the same command again does no harm";

/// What to write.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where.
    pub target: StatusTarget,
    /// The state.
    pub state: State,
    /// A sentence about it; what is beyond 140 characters is cut off.
    pub description: String,
    /// The page for people.
    pub url: Option<String>,
}

/// Where a result is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusTarget {
    /// A status of a commit.
    Commit {
        /// The commit's SHA, whole.
        sha: String,
        /// The name of the status.
        context: String,
    },
    /// A status of a deployment.
    Deployment {
        /// The deployment's id.
        id: u64,
    },
    /// A status of the newest deployment of a commit to an environment, which is made if there is none.
    Environment {
        /// The commit's SHA, whole.
        sha: String,
        /// The environment's name.
        environment: String,
    },
}

/// The state of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not decided yet.
    Pending,
    /// Passed.
    Success,
    /// Not passed.
    Failure,
    /// Nobody knows: it was cancelled, or broke.
    Error,
}

/// Why a result could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// GitHub did not do what was asked.
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    /// It is not known, and does not show, whether it was written.
    #[error("it is not known whether the result was written: {0}{hint}", hint = Hint::new(UNKNOWN_HINT))]
    Unknown(#[source] GitHubError),
    /// GitHub did not make a deployment.
    #[error("GitHub made no deployment of {sha}: {message}")]
    NoDeployment {
        /// The commit.
        sha: String,
        /// What GitHub says.
        message: String,
    },
}

impl State {
    /// GitHub's word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }

    /// The state that a word of GitHub stands for: of a commit's status, of a deployment's, or of a job.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "pending" | "queued" | "in_progress" => Self::Pending,
            "success" => Self::Success,
            "failure" => Self::Failure,
            // A deployment that another one has taken the place of proves nothing any more.
            "error" | "cancelled" | "skipped" | "inactive" => Self::Error,
            _ => return None,
        })
    }
}

/// A status, of a commit or of a deployment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Status {
    pub(crate) state: String,
    #[serde(default)]
    pub(super) context: Option<String>,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) target_url: Option<String>,
}

impl Status {
    /// Whether it is what was to be written.
    pub(crate) fn says(&self, body: &Value) -> bool {
        Some(self.state.as_str()) == body["state"].as_str()
            && self.description.as_deref() == body["description"].as_str()
    }
}

#[derive(Deserialize)]
pub(super) struct Deployment {
    pub(super) id: u64,
}

/// Writes a result.
///
/// # Errors
/// Fails if GitHub refuses, or if it can't be found out whether it was written.
pub async fn report(github: &GitHub<'_>, report: &Report) -> Result<(), ReportError> {
    let description: String = report.description.chars().take(DESCRIPTION).collect();
    let mut body = json!({ "state": report.state.name(), "description": description });
    let path = match &report.target {
        StatusTarget::Commit { sha, context } => {
            body["context"] = json!(context);
            if let Some(url) = &report.url {
                body["target_url"] = json!(url);
            }
            format!("/statuses/{sha}")
        }
        StatusTarget::Deployment { id } => deployment_path(*id, report, &mut body),
        StatusTarget::Environment { sha, environment } => {
            let id = match newest_deployment(github, sha, environment).await? {
                Some(id) => id,
                None => {
                    // No merge, and no other statuses that must be there: this tells of what happens elsewhere.
                    let body = json!({
                        "ref": sha, "environment": environment, "auto_merge": false, "required_contexts": [],
                        "description": "Reported by a gate",
                    });
                    let find = async || newest_deployment(github, sha, environment).await;
                    create_deployment(github, &body, find).await?
                }
            };
            deployment_path(id, report, &mut body)
        }
    };
    let newest = async || match &report.target {
        StatusTarget::Commit { sha, context } => {
            let statuses: Vec<Status> = commit_statuses(github, sha).await?;
            Ok(statuses.into_iter().find(|status| status.context.as_deref() == Some(context)))
        }
        _ => newest_status(github, &path).await,
    };
    write_status(github, &path, &body, newest).await
}

fn deployment_path(id: u64, report: &Report, body: &mut Value) -> String {
    if let Some(url) = &report.url {
        body["log_url"] = json!(url);
    }
    format!("/deployments/{id}/statuses")
}

/// Writes a status. If the reply is lost, it is read what became of it, and the status is written again only where it
/// shows that it was not.
pub(crate) async fn write_status(
    github: &GitHub<'_>,
    path: &str,
    body: &Value,
    newest: impl AsyncFn() -> Result<Option<Status>, GitHubError>,
) -> Result<(), ReportError> {
    let lost = match github.write(Method::POST, path, body).await {
        Ok(_) => return Ok(()),
        Err(error) if error.is_lost() => error,
        Err(error) => return Err(error.into()),
    };
    sleep(Duration::from_secs(1)).await;
    if newest().await?.is_some_and(|status| status.says(body)) {
        return Ok(());
    }
    // The same status twice is the same as once: the newest counts.
    github
        .write(Method::POST, path, body)
        .await
        .map(|_| ())
        .map_err(|error| if error.is_lost() { ReportError::Unknown(lost) } else { error.into() })
}

/// The newest status of a deployment; a path such as `/deployments/5/statuses`.
pub(crate) async fn newest_status(github: &GitHub<'_>, path: &str) -> Result<Option<Status>, GitHubError> {
    Ok(github.read::<Vec<Status>>(&format!("{path}?per_page=1")).await?.into_iter().next())
}

/// The newest status of a deployment by its id.
pub(super) async fn newest_deployment_status(
    github: &GitHub<'_>,
    deployment: u64,
) -> Result<Option<Status>, GitHubError> {
    newest_status(github, &format!("/deployments/{deployment}/statuses")).await
}

/// The statuses of a commit, newest first.
pub(super) async fn commit_statuses(github: &GitHub<'_>, sha: &str) -> Result<Vec<Status>, GitHubError> {
    github.read_all(&format!("/commits/{sha}/statuses?per_page=100"), None, |_| false).await
}

pub(super) async fn newest_deployment(
    github: &GitHub<'_>,
    sha: &str,
    environment: &str,
) -> Result<Option<u64>, GitHubError> {
    let environment = percent_encode(environment);
    let path = format!("/deployments?sha={sha}&environment={environment}&per_page=1");
    let found: Vec<Deployment> = github.read(&path).await?;
    Ok(found.first().map(|deployment| deployment.id))
}

/// Makes a deployment, once: if the reply is lost, it is looked for and not made again.
pub(crate) async fn create_deployment(
    github: &GitHub<'_>,
    body: &Value,
    find: impl AsyncFn() -> Result<Option<u64>, GitHubError>,
) -> Result<u64, ReportError> {
    let answer = match github.write(Method::POST, "/deployments", body).await {
        Err(error) if error.is_lost() => {
            sleep(Duration::from_secs(1)).await;
            return find().await?.ok_or(ReportError::Unknown(error));
        }
        answer => answer?,
    };
    answer["id"].as_u64().ok_or_else(|| ReportError::NoDeployment {
        sha: body["ref"].as_str().unwrap_or_default().to_owned(),
        message: answer["message"].as_str().unwrap_or("no reason given").to_owned(),
    })
}
