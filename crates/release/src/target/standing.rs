//! What is true of a service, and what was done to it.

use serde::Serialize;

/// What is true of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// What the stack calls it.
    pub service: String,
    /// What it is, such as `an ECS service`.
    pub kind: &'static str,
    /// In a word or two: `serving`, `deploying`, `failed`, `prepared`.
    pub state: String,
    /// What serves: a task definition, an image, a release of the site.
    pub serving: String,
    /// The commit of it, if a release noted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The release that brought what serves, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What would be promoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// The release that made the candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_origin: Option<Origin>,
    /// Whether `verify` has passed it.
    pub verified: bool,
    /// What served before, and would again after a rollback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is unfinished or odd.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Where a revision, an image or files come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The release's id.
    pub release: String,
    /// The commit that it was made from.
    pub commit: String,
}

impl Origin {
    /// An origin of which both parts are known.
    pub(super) fn of(release: Option<&str>, commit: Option<&str>) -> Option<Self> {
        let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        Some(Self { release: filled(release)?, commit: filled(commit)? })
    }
}

/// What was done to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// What the stack calls it.
    pub service: String,
    /// In a sentence without its subject, such as `orders:8 serves`.
    pub what: String,
    /// Whether anything had to be done.
    pub changed: bool,
}
