//! Runs of workflows, as GitHub tells of them.

use serde::Deserialize;

/// A run of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Run {
    /// The id.
    pub id: u64,
    /// The workflow's name.
    #[serde(default)]
    pub name: Option<String>,
    /// What the run is called: its `run-name`.
    #[serde(default)]
    pub display_title: Option<String>,
    /// `queued`, `in_progress`, `completed` and others.
    #[serde(default)]
    pub status: Option<String>,
    /// How it ended, if it has.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// The page for people.
    pub html_url: String,
}

/// A job of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Job {
    pub(super) name: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) conclusion: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Everything in it succeeded.
    Success,
    /// Anything else, in GitHub's word: `failure`, `cancelled`, `timed_out`, `skipped` and others. A gate that did not
    /// look has not passed.
    Other(String),
}

impl Run {
    /// How the run ended; nothing while it goes on.
    #[must_use]
    pub fn conclusion(&self) -> Option<Conclusion> {
        if self.status.as_deref() != Some("completed") {
            return None;
        }
        Some(match self.conclusion.as_deref() {
            Some("success") => Conclusion::Success,
            other => Conclusion::Other(other.unwrap_or("no conclusion").to_owned()),
        })
    }

    /// What the run is called.
    #[must_use]
    pub fn title(&self) -> &str {
        self.display_title.as_deref().or(self.name.as_deref()).unwrap_or("a run without a name")
    }
}
