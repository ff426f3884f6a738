//! What a bucket keeps of a site's releases: the files of each, and which one serves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::target::site::files::File;

/// Where releases are kept, beside the files that are served.
pub(super) const PREFIX: &str = ".formwork/";
/// The object that says which release serves.
pub(super) const POINTER: &str = ".formwork/current.json";

/// The files of one release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) release: String,
    pub(super) commit: String,
    pub(super) files: BTreeMap<String, File>,
}

/// Which release serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pointer {
    /// The release that serves, or is about to. Empty where no release ever served.
    pub(super) serving: String,
    /// The one that served before.
    pub(super) before: String,
    /// The one that may be promoted.
    pub(super) candidate: String,
    /// Whether the candidate is verified.
    #[serde(default)]
    pub(super) verified: bool,
    /// The release that was rolled back, if that was the last that was done. Without it the same command again
    /// would go forward.
    #[serde(default, rename = "taken_back", skip_serializing_if = "String::is_empty")]
    pub(super) rolled_back: String,
    /// Whether the files of `serving` are being put in place.
    pub(super) phase: Phase,
    /// Who did the last thing.
    pub(super) by: String,
}

/// Whether the files are in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    #[default]
    Serving,
    Moving,
}

/// A pointer as it was read, and what a change must name to be about it.
pub(super) struct Read {
    pub(super) pointer: Pointer,
    /// Absent where there is no pointer yet.
    pub(super) etag: Option<String>,
}

/// Where a file of a release is kept.
pub(super) fn kept(release: &str, path: &str) -> String {
    format!("{PREFIX}releases/{release}/files/{path}")
}

/// Where the list of a release's files is kept.
pub(super) fn manifest_key(release: &str) -> String {
    format!("{PREFIX}releases/{release}/manifest.json")
}
