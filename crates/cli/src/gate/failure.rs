//! What follows from a gate that has not passed: an issue, and people who are told.

use std::time::Duration;

use formwork_release::gate::{ReleaseFailure, record_failure};
use formwork_release::github::Repository;
use formwork_release::notify::{Channels, Notice, notify};

use crate::gate::connection::connect;
use crate::print;

/// How long telling people may take; the gate itself is over by then.
const LIMIT: Duration = Duration::from_secs(60);

/// What to do if the gate does not pass. It never moves an alias: that only `release` does.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "If the gate does not pass")]
pub(crate) struct FailureArgs {
    /// Open an issue for this release, or add to the one that it has
    #[arg(long, value_name = "ID")]
    release: Option<String>,
    /// The repository of the issue [default: that of the job, else that of the gate]
    #[arg(long, value_name = "OWNER/NAME", requires = "release")]
    issue_repository: Option<Repository>,
    /// Publish to this SNS topic, by its ARN
    #[arg(long, value_name = "ARN")]
    sns: Option<String>,
}

impl FailureArgs {
    /// Tells that a gate has not passed. The Slack webhook is in SLACK_WEBHOOK_URL and the file of the job's summary
    /// in GITHUB_STEP_SUMMARY, if there are any.
    ///
    /// What cannot be told is a warning: the gate has failed in any case.
    pub(crate) async fn tell(&self, gate: &str, repository: &Repository, text: &str, url: Option<&str>) {
        let mut notice = Notice {
            title: match &self.release {
                Some(release) => format!("{gate} stopped release {release}"),
                None => format!("{gate} did not pass"),
            },
            text: text.to_owned(),
            url: url.map(ToOwned::to_owned),
        };
        if let Some(release) = &self.release {
            let of_job = std::env::var("GITHUB_REPOSITORY").ok().and_then(|text| text.parse().ok());
            let target = self.issue_repository.clone().or(of_job).unwrap_or_else(|| repository.clone());
            let on_wait = |text: &str| print::note(text);
            let failure = ReleaseFailure {
                release: release.clone(),
                title: notice.title.clone(),
                text: notice.markdown(),
            };
            let told = match connect(&target, LIMIT, &on_wait) {
                Ok(github) => record_failure(&github, &failure).await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match told {
                Ok(issue) => {
                    print::note(&format!(
                        "{} {}",
                        if issue.is_new { "opened" } else { "added to" },
                        issue.url
                    ));
                    notice.url.get_or_insert(issue.url);
                }
                Err(error) => print::warning(&format!("no issue was opened: {error}")),
            }
        }
        let channels = Channels::of_environment(|name| std::env::var(name).ok(), self.sns.clone());
        for failure in notify(&channels, &notice).await {
            print::warning(&failure.to_string());
        }
    }
}
