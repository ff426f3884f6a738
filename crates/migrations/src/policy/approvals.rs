//! `approvals.toml`: who approved which content of which migration, and how long a CONTRACT waits.

use serde::Deserialize;

use crate::timestamp::Timestamp;

/// Approvals of a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    /// Hours between the deployment of an EXPAND and its CONTRACT. 24 to 48 are usual.
    pub wait_hours: Option<u32>,
    /// The label of a pull request that stands for an approval of everything in it. None: a label approves nothing.
    pub label: Option<String>,
    /// The approvals.
    #[serde(default, rename = "approval")]
    pub approvals: Vec<Approval>,
}

/// An approval of one file's content.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The migration's path, or the end of it.
    pub file: String,
    /// SHA-256 of the content that was approved.
    pub sha256: String,
    /// Who approved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The version whose EXPAND this migration ends, if it is not the one before it.
    pub expand: Option<u64>,
}

/// Hours of waiting where a project sets none.
const WAIT_HOURS: u32 = 24;

impl Approvals {
    /// Approvals of a file, whatever its content was.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Approval> {
        self.approvals.iter().filter(move |approval| ends_with_path(path, &approval.file))
    }

    /// The hours that a CONTRACT waits.
    #[must_use]
    pub fn wait(&self) -> u32 {
        self.wait_hours.unwrap_or(WAIT_HOURS)
    }
}

/// Whether a path is, or ends in, another one.
pub(crate) fn ends_with_path(path: &str, end: &str) -> bool {
    path == end || path.strip_suffix(end).is_some_and(|front| front.ends_with('/'))
}
