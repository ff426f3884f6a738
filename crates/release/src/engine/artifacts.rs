//! What is released: packages, images, what containers get, and the commit that they were made from.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::engine::{Older, Served};

/// What a release is made from, as it was given. Each target takes what is for its services.
#[derive(Clone, Debug)]
pub struct Artifacts {
    /// Images, as `URI`, or as `SERVICE=URI` where there are several services.
    pub images: Vec<String>,
    /// Packages, as a file, a folder or `s3://BUCKET/KEY`, with `SERVICE=` or `STACK/SERVICE=` before it where there are
    /// several services.
    pub packages: Vec<String>,
    /// The commit that they were made from.
    pub commit: Commit,
    /// What containers get beside what their definitions have.
    pub injection: Injection,
    /// What becomes of a commit that is older than the one that serves.
    pub older: Older,
    /// What serves where they must come from, if they must be the same.
    pub origin: Option<Vec<Served>>,
}

impl Artifacts {
    /// The image for a service: its own, or the only one.
    #[must_use]
    pub fn image(&self, service: &str) -> Option<&str> {
        of_service(&self.images, service)
    }

    /// The package for a service: its own, or the only one.
    #[must_use]
    pub fn package(&self, service: &str) -> Option<&str> {
        of_service(&self.packages, service)
    }
}

fn of_service<'a>(given: &'a [String], service: &str) -> Option<&'a str> {
    let own = given.iter().find_map(|text| text.strip_prefix(service)?.strip_prefix('='));
    own.or_else(|| given.first().filter(|_| given.len() == 1).map(String::as_str))
}

/// A commit, as git names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    /// How many digits it is named by at least: fewer are the beginning of too many.
    pub(crate) const SHORTEST: usize = 7;

    /// Reads 7 to 64 hexadecimal digits. Anything else is not a commit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hexadecimal && (Self::SHORTEST..=64).contains(&text.len()))
            .then(|| Self(text.to_ascii_lowercase()))
    }

    /// The digits, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first 12 digits of a commit, as it is shown to people.
#[must_use]
pub fn short_commit(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// Values that a container gets at deployment, so that no state of Terraform has them.
#[derive(Clone, Default)]
pub struct Injection {
    /// Variables by name. They are readable by whoever may describe the task definition.
    pub environment: BTreeMap<String, String>,
    /// ARNs of secrets or parameters by the name of the variable.
    pub secrets: BTreeMap<String, String>,
}

impl fmt::Debug for Injection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.environment.keys().collect::<Vec<_>>();
        formatter
            .debug_struct("Injection")
            .field("environment", &names)
            .field("secrets", &self.secrets)
            .finish()
    }
}

/// The id of a release: the same artifacts gives the same one, so that a second start finds what the first has made.
pub(crate) fn release_id(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part.as_bytes());
    }
    hexadecimal(&digest.finalize()[..6])
}

/// The bytes of a digest as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_hexadecimal() {
        assert_eq!(Commit::parse("4F2A9C1").unwrap().as_str(), "4f2a9c1");
        for text in ["", "4f2a9c", "main", "4f2a9c1 ", &"0".repeat(65)] {
            assert_eq!(Commit::parse(text), None, "{text}");
        }
    }
}
