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
    /// What would be promoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// Whether `verify` has passed it.
    pub verified: bool,
    /// What served before, and would again after a rollback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is unfinished or odd.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
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
