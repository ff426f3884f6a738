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
    /// The releases that have served, oldest first, each once: the last [`KEPT`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) served: Vec<String>,
    /// Whether the files of `serving` are being put in place.
    pub(super) phase: Phase,
    /// Who did the last thing.
    pub(super) by: String,
    /// When, in seconds since 1970.
    #[serde(default)]
    pub(super) at: u64,
}

/// How many releases that have served are remembered.
const KEPT: usize = 50;

impl Pointer {
    /// Notes that what is to serve does so for the first time, if it does.
    pub(super) fn remember(&mut self) {
        if !self.served.contains(&self.serving) {
            self.served.push(self.serving.clone());
        }
        let forgotten = self.served.len().saturating_sub(KEPT);
        self.served.drain(..forgotten);
    }

    /// Whether a release served first before the one that serves did.
    pub(super) fn was_before(&self, release: &str) -> bool {
        let position = |wanted: &str| self.served.iter().position(|it| it == wanted);
        position(release).zip(position(&self.serving)).is_some_and(|(it, serving)| it < serving)
    }
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
