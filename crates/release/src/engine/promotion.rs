//! What a promotion, a rollback and a resumption are to do.

use crate::engine::Commit;

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

/// Whether times count in which nothing is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freezes {
    /// They do.
    Kept,
    /// Somebody answers for it.
    Ignored,
}

/// Reads what names a release: its id, 12 hexadecimal digits and perhaps the number of the attempt; or at least 7 digits of
/// its commit.
#[must_use]
pub fn parse_wanted(text: &str) -> Option<String> {
    let (name, attempt) = text.split_once('-').unwrap_or((text, "1"));
    let is_number = !attempt.is_empty() && attempt.bytes().all(|byte| byte.is_ascii_digit());
    // An id is written with the digits that a commit has, too.
    (Commit::parse(name).is_some() && is_number).then(|| text.to_ascii_lowercase())
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

#[cfg(test)]
mod tests {
    use super::parse_wanted;

    #[test]
    fn a_release_is_named_by_its_id_or_its_commit() {
        for text in ["0123456789ab", "0123456789ab-2", "4F2A9C1", &"0".repeat(64)] {
            assert_eq!(parse_wanted(text), Some(text.to_lowercase()));
        }
        for text in ["", "0", "012345", "main", "0123456789ab-", "0123456789ab-x", &"0".repeat(65)] {
            assert_eq!(parse_wanted(text), None, "{text}");
        }
    }
}
