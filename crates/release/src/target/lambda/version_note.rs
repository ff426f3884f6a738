//! What the description of a published version says: which release it was published for, and from which commit.

/// The description of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionNote {
    /// The release that published it first.
    pub(crate) release: String,
    /// The commit that it was made from.
    pub(crate) commit: String,
}

impl VersionNote {
    /// Reads a description such as `release 0123456789ab of commit 4f2a…`.
    pub(crate) fn read(description: &str) -> Option<Self> {
        let (release, commit) = description.strip_prefix("release ")?.split_once(" of commit ")?;
        Some(Self { release: release.to_owned(), commit: commit.to_owned() })
    }

    /// The description.
    pub(crate) fn text(&self) -> String {
        format!("release {} of commit {}", self.release, self.commit)
    }
}
