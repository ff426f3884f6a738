//! What a promotion, a rollback and a resumption are to do.

/// What a promotion is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The release, by its name or commit, if it must be this one.
    pub wanted: Option<String>,
    /// Which candidates may be promoted.
    pub candidates: Candidates,
    /// Whether the step that the release is at waits for a verdict.
    pub current_step: CurrentStep,
}

/// Which candidates may be promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// Only those that `release verify` passed.
    Verified,
    /// Any that was started: somebody answers for it.
    AsStarted,
}

/// Whether the step that a release is at waits for a verdict. The next ones always do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentStep {
    /// It does.
    Analyzed,
    /// A person has judged it.
    TakenAsPassed,
}

/// What is to serve again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// What served before the release.
    Previous,
    /// What is named: a version, a task definition, an image, a release of a site.
    Named(String),
}

impl Destination {
    /// The name, if one was given.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Previous => None,
            Self::Named(name) => Some(name),
        }
    }
}

/// Which way a release that was cut off goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards the new version.
    Forward(CurrentStep),
    /// To what served before.
    Back,
}
