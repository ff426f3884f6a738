//! One issue per release that a gate has stopped.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use crate::github::{GitHub, GitHubError};
use crate::web::percent_encode;

/// The label by which the issues are listed. GitHub's search finds new ones too late; lists of issues do not.
pub const LABEL: &str = "release-failure";

/// What stopped a release.
#[derive(Clone, Debug)]
pub struct ReleaseFailure {
    /// The release's id: one issue for each.
    pub release: String,
    /// The title of a new issue.
    pub title: String,
    /// What happened, as Markdown.
    pub text: String,
}

/// The issue of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The number.
    pub number: u64,
    /// The page for people.
    pub url: String,
    /// Whether it is new.
    pub is_new: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Listed {
    number: u64,
    html_url: String,
    state: String,
    #[serde(default)]
    body: Option<String>,
    /// Lists of issues have pull requests in them.
    #[serde(default)]
    pull_request: Option<serde_json::Value>,
}

/// Opens the issue of a release, or adds to it, and reopens it if it was closed.
///
/// Two that do this at once may each open one: whoever opened the later one sees that afterwards, closes it, and adds
/// to the first.
///
/// # Errors
/// Fails if GitHub refuses, or if it is not known whether an issue was opened.
pub async fn record_failure(github: &GitHub<'_>, failure: &ReleaseFailure) -> Result<Issue, GitHubError> {
    if let Some(issue) = find(github, failure).await? {
        return add(github, &issue, failure).await;
    }
    let body = json!({
        "title": failure.title,
        "body": format!("{}\n\n{}", failure.text, marker(&failure.release)),
        "labels": [LABEL],
    });
    let opened: Listed = match github.write(Method::POST, "/issues", &body).await {
        Ok(answer) => serde_json::from_value(answer).map_err(|error| GitHubError::Decode {
            request: "POST /issues".to_owned(),
            reason: error.to_string(),
        })?,
        Err(lost) if lost.is_lost() => {
            // It may be there without our knowing, and a second one must not be: it is looked for, and not sent again.
            sleep(Duration::from_secs(2)).await;
            let issue = find(github, failure).await?.ok_or(lost)?;
            return Ok(Issue { number: issue.number, url: issue.html_url, is_new: true });
        }
        Err(error) => return Err(error),
    };
    match find(github, failure).await? {
        Some(first) if first.number < opened.number => {
            let closed = json!({ "state": "closed", "state_reason": "not_planned" });
            github.write(Method::PATCH, &format!("/issues/{}", opened.number), &closed).await?;
            add(github, &first, failure).await
        }
        _ => Ok(Issue { number: opened.number, url: opened.html_url, is_new: true }),
    }
}

/// The oldest issue of the release.
async fn find(github: &GitHub<'_>, failure: &ReleaseFailure) -> Result<Option<Listed>, GitHubError> {
    let marker = marker(&failure.release);
    let is_ours = |issue: &Listed| {
        issue.pull_request.is_none() && issue.body.as_deref().is_some_and(|body| body.contains(&marker))
    };
    let path = format!("/issues?labels={LABEL}&state=all&sort=created&direction=desc&per_page=100");
    let issues: Vec<Listed> = github.read_all(&path, None, |_| false).await?;
    Ok(issues.into_iter().filter(is_ours).min_by_key(|issue| issue.number))
}

async fn add(github: &GitHub<'_>, issue: &Listed, failure: &ReleaseFailure) -> Result<Issue, GitHubError> {
    let path = format!("/issues/{}", issue.number);
    if issue.state != "open" {
        github.write(Method::PATCH, &path, &json!({ "state": "open" })).await?;
    }
    let comment =
        github.write(Method::POST, &format!("{path}/comments"), &json!({ "body": failure.text })).await;
    match comment {
        // A comment that may be missing is no reason to fail: the issue is there, and tells the release.
        Err(error) if !error.is_lost() => Err(error),
        _ => Ok(Issue { number: issue.number, url: issue.html_url.clone(), is_new: false }),
    }
}

/// What the issue is recognized by; it does not show.
fn marker(release: &str) -> String {
    // `--` and `>` would end the comment.
    let release = percent_encode(release).replace("--", "-%2D");
    format!("<!-- formwork-release: {release} -->")
}

#[cfg(test)]
mod tests {
    use crate::gate::issue::marker;

    #[test]
    fn no_release_ends_the_comment() {
        assert_eq!(marker("orders-1f2e"), "<!-- formwork-release: orders-1f2e -->");
        assert_eq!(marker("o--> <b>"), "<!-- formwork-release: o-%2D%3E%20%3Cb%3E -->");
    }
}
