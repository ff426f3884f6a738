//! What a release writes into the description of an alias.

use serde::{Deserialize, Serialize};

use crate::engine::Phase;

/// The longest description that Lambda takes, in characters (Lambda API Reference, `UpdateAlias`).
pub const MAXIMUM_DESCRIPTION: usize = 256;

/// The format of records.
const FORMAT: u32 = 1;

/// What was done last to an alias: by which release, how far, from where to where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The format, 1. It also tells a record from a description that a person wrote.
    formwork: u32,
    /// The release.
    pub release: String,
    /// How far it is.
    pub phase: Phase,
    /// The version that served before, and that a rollback goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The version that the release brings, or for a rollback the one that it goes back to.
    pub to: String,
    /// The commit that the version was made from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commit: String,
    /// When it was done, in seconds since 1970.
    pub at: u64,
    /// Who did it.
    pub by: String,
}

impl Record {
    /// A record of something done now.
    #[must_use]
    pub fn new(release: &str, phase: Phase, to: &str, at: u64, by: &str) -> Self {
        Self {
            formwork: FORMAT,
            release: release.to_owned(),
            phase,
            from: None,
            to: to.to_owned(),
            commit: String::new(),
            at,
            by: by.to_owned(),
        }
    }

    /// The version that served before.
    #[must_use]
    pub fn from(mut self, version: &str) -> Self {
        self.from = Some(version.to_owned());
        self
    }

    /// The commit of the new version.
    #[must_use]
    pub fn commit(mut self, commit: &str) -> Self {
        commit.clone_into(&mut self.commit);
        self
    }

    /// Reads a description. A person's own is not a record.
    #[must_use]
    pub fn read(description: &str) -> Option<Self> {
        serde_json::from_str::<Self>(description).ok().filter(|record| record.formwork == FORMAT)
    }

    /// The description: at most [`MAXIMUM_DESCRIPTION`] characters. Of a long name of who releases the end is left out.
    #[must_use]
    pub fn text(&self) -> String {
        let mut record = self.clone();
        loop {
            let text = serde_json::to_string(&record).unwrap_or_default();
            if text.chars().count() <= MAXIMUM_DESCRIPTION || record.by.pop().is_none() {
                return text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_always_fits_into_a_description() {
        let commit = "0".repeat(64);
        let long = "é\"".repeat(300);
        let record = Record::new("0123456789ab-999", Phase::RolledBack, "9999999999", u64::MAX, &long)
            .from("9999999999")
            .commit(&commit);
        let text = record.text();
        assert!(text.chars().count() <= MAXIMUM_DESCRIPTION, "{}", text.len());
        let read = Record::read(&text).unwrap();
        assert!(long.starts_with(&read.by));
        assert_eq!((read.phase, read.commit), (Phase::RolledBack, commit));
    }

    #[test]
    fn what_a_person_wrote_is_no_record() {
        for text in ["", "Moved by releases", "{}", "{\"formwork\":2}", "[1]"] {
            assert_eq!(Record::read(text), None, "{text}");
        }
    }
}
