//! What a verb did to a service.

use serde::Serialize;

use crate::permissions::Verb;

/// What was done to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the stack calls it.
    pub service: String,
    /// What was done.
    pub done: Done,
    /// How it is now, in a sentence that names the service.
    pub message: String,
    /// Whether anything had to be done.
    pub changed: bool,
    /// The verb that comes next, if it is not plain.
    pub next: Option<Verb>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// There is a candidate.
    Started,
    /// The candidate passed.
    Verified,
    /// The candidate serves.
    Promoted,
    /// What served before serves again.
    RolledBack,
    /// What was cut off went on.
    Resumed,
    /// A rollback that was cut off is finished.
    Finished,
    /// A person decides whether it goes on.
    Waiting,
}

/// One thing that was asked of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was asked.
    pub name: String,
    /// What was wrong; nothing if it passed.
    pub failure: Option<String>,
}

/// What was found out about a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// What is true if everything passed.
    pub outcome: Outcome,
    /// What was asked of it.
    pub checks: Vec<Check>,
}

impl Outcome {
    /// Something was done: `what` is a sentence without its subject, such as `orders:8 serves`.
    pub(crate) fn changed(service: &str, done: Done, what: impl std::fmt::Display) -> Self {
        Self {
            service: service.to_owned(),
            done,
            message: format!("{service}: {what}"),
            changed: true,
            next: None,
        }
    }

    /// Nothing had to be done.
    pub(crate) fn unchanged(service: &str, done: Done, what: impl std::fmt::Display) -> Self {
        Self { changed: false, ..Self::changed(service, done, what) }
    }
}

impl Done {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Verified => "Verified",
            Self::Promoted => "Promoted",
            Self::RolledBack => "Rolled back",
            Self::Resumed => "Resumed",
            Self::Finished => "Finished",
            Self::Waiting => "Waiting",
        }
    }
}

impl Verification {
    /// Nothing was asked.
    pub(crate) const fn unasked(outcome: Outcome) -> Self {
        Self { outcome, checks: Vec::new() }
    }

    /// Whether everything passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.failure.is_none())
    }

    /// The first check that did not pass, with what was wrong.
    #[must_use]
    pub fn first_failure(&self) -> Option<String> {
        self.checks.iter().find_map(Check::failure)
    }
}

impl Check {
    /// What was wrong, with what was asked.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.failure.as_ref().map(|failure| format!("{}: {failure}", self.name))
    }
}
