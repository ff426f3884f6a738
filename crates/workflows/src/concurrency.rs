//! `concurrency`: which runs wait for each other.

use serde::Serialize;

use crate::{Expression, Text};

/// Runs of one group go one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concurrency {
    pub(crate) group: Text,
    pub(crate) cancel_in_progress: Cancel,
    /// Whether more than one run may wait. Otherwise a later run takes the place of the one that waits, which is lost
    /// (GitHub Docs, "Control the concurrency of workflows and jobs").
    pub(crate) queues: bool,
}

/// Whether a newer run cancels the one in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Cancel {
    Constant(bool),
    When(Text),
}

impl Concurrency {
    /// Waits for the runs of the group that are in progress or came before: none is lost.
    #[must_use]
    pub fn waiting(group: impl Into<Text>) -> Self {
        Self { group: group.into(), cancel_in_progress: Cancel::Constant(false), queues: true }
    }

    /// Waits for a run of the group that is in progress, in the place of one that waits already, which does not run.
    #[must_use]
    pub fn newest(group: impl Into<Text>) -> Self {
        Self { queues: false, ..Self::waiting(group) }
    }

    /// Cancels a run of the group that is in progress.
    #[must_use]
    pub fn replacing(group: impl Into<Text>) -> Self {
        Self { group: group.into(), cancel_in_progress: Cancel::Constant(true), queues: false }
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
        let cancel_in_progress = Cancel::When(Expression::on_event("pull_request").into());
        Self { group, cancel_in_progress, queues: false }
    }

    pub(crate) fn cancels(&self) -> bool {
        self.cancel_in_progress == Cancel::Constant(true)
    }
}
