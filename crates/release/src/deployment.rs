//! GitHub's deployments of releases: one for each release in an environment, whose statuses follow it.
//!
//! A status says what is true in AWS, read anew. So writing it again does no harm, and for a release that was cut off
//! before GitHub was told, whoever resumes it writes it. No release reads any of it.

use std::collections::BTreeMap;

use formwork_core::Hint;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::engine::{Serving, Status};
use crate::gate::{DESCRIPTION, ReportError, create_deployment, newest_status, write_status};
use crate::github::{GitHub, GitHubError};
use crate::web::percent_encode;

/// What the deployments of releases are known by, beside those that jobs make, which have the task `deploy`.
pub const TASK: &str = "release";

/// How many deployments back the one that served before is looked for.
const PREVIOUS_DEPLOYMENTS: usize = 30;

const COMMIT_HINT: &str = "give `release start --commit` all 40 digits";

/// How a release has changed one service, as AWS has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceChange {
    /// The service.
    pub service: String,
    /// The release's id.
    pub release: String,
    /// The commit that it was made from.
    pub commit: String,
    /// The state in words, such as `verified` or `shifting`.
    pub state: String,
    /// What served before: a version, a revision, an image.
    pub before: String,
    /// What serves now, or is to.
    pub after: String,
    /// How far it is.
    pub progress: Progress,
}

/// How far a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is not over.
    InProgress,
    /// The new version serves.
    Serving,
    /// What served before serves again.
    RolledBack,
}

/// What GitHub's deployments are to say of releases.
#[derive(Clone, Debug)]
pub struct DeploymentUpdate<'a> {
    /// The environment's name at GitHub.
    pub environment: &'a str,
    /// The services, of one or several releases.
    pub changes: &'a [ServiceChange],
    /// Why the command failed, if it did, without hints: those are for whoever sits at the command line.
    pub failure: Option<&'a str>,
    /// Who released.
    pub by: &'a str,
    /// The page for people.
    pub url: Option<&'a str>,
}

/// Why a deployment was not updated.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// GitHub finds deployments by whole SHAs only.
    #[error("commit `{commit}` of release {release} is not a whole SHA{}", Hint::new(COMMIT_HINT))]
    Commit {
        /// The release.
        release: String,
        /// Its commit.
        commit: String,
    },
    /// GitHub did not do what was asked.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl From<GitHubError> for DeploymentError {
    fn from(error: GitHubError) -> Self {
        Self::Report(error.into())
    }
}

impl ServiceChange {
    /// The change of a service that has a candidate; nothing if no release has made it.
    #[must_use]
    pub fn of_candidate(status: &Status) -> Option<Self> {
        let Serving::One(one) = &status.serving else { return None };
        let origin = one.candidate_origin.as_ref()?;
        let state = if one.verified { "verified" } else { "started" };
        Some(Self {
            service: status.service.clone(),
            release: origin.release.clone(),
            commit: origin.commit.clone(),
            state: state.to_owned(),
            before: one.serving.clone(),
            after: one.candidate.clone()?,
            progress: Progress::InProgress,
        })
    }

    /// The change of a service whose release serves; nothing if it was not a release that brought what serves.
    #[must_use]
    pub fn of_serving(status: &Status) -> Option<Self> {
        let Serving::One(one) = &status.serving else { return None };
        let origin = one.origin.as_ref()?;
        let is_there = status.state == "serving";
        Some(Self {
            service: status.service.clone(),
            release: origin.release.clone(),
            commit: origin.commit.clone(),
            state: if is_there { "promoted".to_owned() } else { status.state.clone() },
            before: one.before.clone().unwrap_or_default(),
            after: one.serving.clone(),
            progress: if is_there { Progress::Serving } else { Progress::InProgress },
        })
    }

    /// The change of a service whose release served and does not any more.
    #[must_use]
    pub fn of_rolled_back(before: &Status, after: &Status) -> Option<Self> {
        let (Serving::One(served), Serving::One(serves)) = (&before.serving, &after.serving) else {
            return None;
        };
        let change = Self::of_serving(before).filter(|_| served.serving != serves.serving)?;
        Some(Self {
            state: "rolled back".to_owned(),
            before: served.serving.clone(),
            after: serves.serving.clone(),
            progress: Progress::RolledBack,
            ..change
        })
    }
}

/// Updates the deployment of each release: makes it unless it is there, and adds a status unless the newest one
/// says the same. The deployment of the release that served before is marked inactive.
///
/// # Errors
/// Fails with the first release whose deployment could not be updated, after all others were.
pub async fn update_deployments(
    github: &GitHub<'_>,
    update: &DeploymentUpdate<'_>,
) -> Result<(), DeploymentError> {
    let mut releases: BTreeMap<&str, Vec<&ServiceChange>> = BTreeMap::new();
    for change in update.changes {
        releases.entry(&change.release).or_default().push(change);
    }
    let mut failed = None;
    for (release, changes) in releases {
        if let Err(error) = tell(github, update, release, &changes).await {
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

#[derive(Deserialize)]
struct ListedDeployment {
    id: u64,
    #[serde(default)]
    payload: Value,
}

impl ListedDeployment {
    /// What was sent along. GitHub gives it back as an object, or as text.
    fn payload(&self) -> Value {
        let text = self.payload.as_str().and_then(|text| serde_json::from_str(text).ok());
        text.unwrap_or_else(|| self.payload.clone())
    }

    fn is_of(&self, release: &str) -> bool {
        self.payload()["release"] == release
    }
}

async fn tell(
    github: &GitHub<'_>,
    update: &DeploymentUpdate<'_>,
    release: &str,
    changes: &[&ServiceChange],
) -> Result<(), DeploymentError> {
    let commit = changes.first().map(|change| change.commit.as_str()).unwrap_or_default();
    if !matches!(commit.len(), 40 | 64) {
        return Err(DeploymentError::Commit { release: release.to_owned(), commit: commit.to_owned() });
    }
    let query = format!("environment={}&task={TASK}", percent_encode(update.environment));
    let find = async || {
        let path = format!("/deployments?sha={commit}&{query}&per_page=100");
        let is_enough = |page: &[ListedDeployment]| page.iter().any(|it| it.is_of(release));
        let listed: Vec<ListedDeployment> = github.read_all(&path, None, is_enough).await?;
        Ok(listed.iter().find(|it| it.is_of(release)).map(|it| it.id))
    };
    let id = match find().await? {
        Some(id) => id,
        None => create_deployment(github, &deployment(update, release, commit, changes), find).await?,
    };
    let state = state_of(changes, update.failure);
    set_status(github, id, &status(update, release, state, &description(release, changes, update))).await?;
    if state == "success" {
        deactivate_previous(github, update, &query, id, release, changes).await?;
    }
    Ok(())
}

fn deployment(
    update: &DeploymentUpdate<'_>,
    release: &str,
    commit: &str,
    changes: &[&ServiceChange],
) -> Value {
    let services: BTreeMap<&str, Value> = changes
        .iter()
        .map(|change| (change.service.as_str(), json!({ "before": change.before, "after": change.after })))
        .collect();
    // No merge, and no statuses that must be there: this tells of what was decided elsewhere.
    json!({
        "ref": commit, "environment": update.environment, "task": TASK,
        "auto_merge": false, "required_contexts": [],
        "description": shortened(&format!("release {release} of {}", names(changes))),
        "payload": { "release": release, "by": update.by, "services": services },
    })
}

fn status(update: &DeploymentUpdate<'_>, release: &str, state: &str, description: &str) -> Value {
    // The environment has deployments of other services too, which go on serving.
    let mut body = json!({
        "state": state, "description": shortened(&format!("release {release}: {description}")), "auto_inactive": false,
    });
    if let Some(url) = update.url {
        body["log_url"] = json!(url);
    }
    body
}

/// Adds a status unless the newest one says the same.
async fn set_status(github: &GitHub<'_>, id: u64, body: &Value) -> Result<(), DeploymentError> {
    let path = format!("/deployments/{id}/statuses");
    if newest_status(github, &path).await?.is_some_and(|status| status.says(body)) {
        return Ok(());
    }
    Ok(write_status(github, &path, body, async || newest_status(github, &path).await).await?)
}

/// Marks the deployment of the release that served before as inactive.
async fn deactivate_previous(
    github: &GitHub<'_>,
    update: &DeploymentUpdate<'_>,
    query: &str,
    own: u64,
    release: &str,
    changes: &[&ServiceChange],
) -> Result<(), DeploymentError> {
    let listed: Vec<ListedDeployment> =
        github.read(&format!("/deployments?{query}&per_page={PREVIOUS_DEPLOYMENTS}")).await?;
    let has_service = |it: &&ListedDeployment| {
        let services = it.payload();
        changes.iter().any(|change| !services["services"][&change.service].is_null())
    };
    // An older deployment only: a newer one is of a release that came after this one.
    let Some(previous) = listed.iter().filter(|it| it.id < own).find(has_service) else { return Ok(()) };
    let newest = newest_status(github, &format!("/deployments/{}/statuses", previous.id)).await?;
    if newest.is_none_or(|status| status.state != "success") {
        return Ok(());
    }
    let id = previous.payload()["release"].as_str().unwrap_or_default().to_owned();
    let body = status(update, &id, "inactive", &format!("release {release} serves in its place"));
    set_status(github, previous.id, &body).await
}

/// GitHub's word for how the services of a release stand together.
fn state_of(changes: &[&ServiceChange], failure: Option<&str>) -> &'static str {
    let any = |progress: Progress| changes.iter().any(|change| change.progress == progress);
    let is_over = !any(Progress::InProgress) && !any(Progress::RolledBack);
    match failure {
        // What went wrong beside a release that serves is no fault of it.
        Some(_) if !is_over => "failure",
        _ if any(Progress::RolledBack) => "inactive",
        _ if is_over => "success",
        _ => "in_progress",
    }
}

fn description(release: &str, changes: &[&ServiceChange], update: &DeploymentUpdate<'_>) -> String {
    let moves: Vec<String> = changes
        .iter()
        .map(|change| {
            format!("{} {} from {} to {}", change.service, change.state, change.before, change.after)
        })
        .collect();
    match update.failure {
        Some(failure) if state_of(changes, update.failure) == "failure" => {
            // The release is named before.
            let said = failure.replace('\n', " ");
            format!("{}; {said}", moves.join(", ")).replace(&format!("release {release} "), "")
        }
        _ => moves.join(", "),
    }
}

fn names(changes: &[&ServiceChange]) -> String {
    changes.iter().map(|change| change.service.as_str()).collect::<Vec<_>>().join(" and ")
}

fn shortened(text: &str) -> String {
    text.chars().take(DESCRIPTION).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(service: &str, progress: Progress) -> ServiceChange {
        ServiceChange {
            service: service.to_owned(),
            release: "4f2a".to_owned(),
            commit: "0".repeat(40),
            state: "promoted".to_owned(),
            before: "1".to_owned(),
            after: "2".to_owned(),
            progress,
        }
    }

    #[test]
    fn services_of_a_release_stand_as_the_one_that_is_least_far() {
        let [in_progress, serves, back] = [Progress::InProgress, Progress::Serving, Progress::RolledBack]
            .map(|progress| change("orders", progress));
        let word = |changes: &[&ServiceChange], failure| state_of(changes, failure);
        assert_eq!(word(&[&serves, &serves], None), "success");
        assert_eq!(word(&[&serves, &in_progress], None), "in_progress");
        assert_eq!(word(&[&in_progress, &back], None), "inactive");
        assert_eq!(word(&[&back], Some("a breach")), "failure");
        assert_eq!(word(&[&in_progress], Some("a smoke test failed")), "failure");
        // A later command that failed says nothing against what serves.
        assert_eq!(word(&[&serves], Some("no candidate")), "success");
    }

    #[test]
    fn payloads_are_read_as_objects_and_as_text() {
        for payload in [json!({ "release": "4f2a" }), json!("{\"release\":\"4f2a\"}")] {
            let listed = ListedDeployment { id: 1, payload };
            assert!(listed.is_of("4f2a") && !listed.is_of("4f2"));
        }
        assert!(!ListedDeployment { id: 1, payload: json!("") }.is_of(""));
    }
}
