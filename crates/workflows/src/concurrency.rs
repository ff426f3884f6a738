//! `concurrency`: which runs wait for each other.

use serde::Serialize;

use crate::{Expression, Text};

/// Runs of one group go one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concurrency {
    pub(crate) group: Text,
    pub(crate) cancel_in_progress: Cancel,
}

/// Whether a newer run cancels the one in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Cancel {
    Constant(bool),
    When(Text),
}

impl Concurrency {
    /// Waits for a run of the group that is in progress.
    #[must_use]
    pub fn waiting(group: impl Into<Text>) -> Self {
        Self { group: group.into(), cancel_in_progress: Cancel::Constant(false) }
    }

    /// Cancels a run of the group that is in progress.
    #[must_use]
    pub fn replacing(group: impl Into<Text>) -> Self {
        Self { group: group.into(), cancel_in_progress: Cancel::Constant(true) }
    }

    /// One group for each workflow and branch, where a new commit of a pull request replaces the one before, and others
    /// wait.
    #[must_use]
    pub fn by_branch() -> Self {
        Self::by_branch_of(Expression::github("workflow"))
    }

    /// The same under a name of its own, for a workflow that is called: to it `github.workflow` is its caller.
    #[must_use]
    pub fn by_branch_of(name: impl Into<Text>) -> Self {
        let group = name.into().then("-").then(Expression::github("ref"));
        Self { group, cancel_in_progress: Cancel::When(Expression::on_event("pull_request").into()) }
    }

    pub(crate) fn cancels(&self) -> bool {
        self.cancel_in_progress == Cancel::Constant(true)
    }
}
