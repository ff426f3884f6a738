//! Versions of providers, as semantic versioning has them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A provider's version. Orders by semantic versioning's precedence; build metadata is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// The major version.
    pub major: u64,
    /// The minor version.
    pub minor: u64,
    /// The patch version.
    pub patch: u64,
    prerelease: Box<str>,
}

/// A text that is not a version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionError {
    /// It does not have the three numbers of a version.
    #[error("`{text}` is not a version: expected three numbers, such as 1.2.3")]
    Segments {
        /// The text.
        text: String,
    },
    /// One of its numbers is not a number.
    #[error("`{text}` is not a version: `{segment}` is not a number")]
    Number {
        /// The text.
        text: String,
        /// The part that is not a number.
        segment: String,
    },
    /// It has the prefix of a tag.
    #[error("`{text}` is not a version: it begins with `v`")]
    Prefix {
        /// The text.
        text: String,
    },
    /// Its pre-release or build part is not made of letters, digits, hyphens and dots.
    #[error("`{text}` is not a version: `{part}` is not a pre-release or build identifier")]
    Identifier {
        /// The text.
        text: String,
        /// The part at fault.
        part: String,
    },
}

impl Version {
    /// Makes the release `major.minor.patch`.
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch, prerelease: Box::default() }
    }

    /// The pre-release part, such as `beta.1`; empty for a release.
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    /// Whether it has a pre-release part.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// Reads one to three numbers; those left out are zero. Also returns how many there were.
    pub(crate) fn parse_partial(text: &str) -> Result<(Self, usize), VersionError> {
        if text.starts_with(['v', 'V']) {
            return Err(VersionError::Prefix { text: text.into() });
        }
        let (rest, build) = split_part(text, '+');
        let (numbers, prerelease) = split_part(rest, '-');
        for part in [build, prerelease].into_iter().flatten() {
            if !is_identifier(part) {
                return Err(VersionError::Identifier { text: text.into(), part: part.into() });
            }
        }
        let mut segments = [0; 3];
        let mut count = 0;
        for segment in numbers.split('.') {
            let Some(slot) = segments.get_mut(count) else {
                return Err(VersionError::Segments { text: text.into() });
            };
            *slot = parse_number(segment)
                .ok_or_else(|| VersionError::Number { text: text.into(), segment: segment.into() })?;
            count += 1;
        }
        if prerelease.is_some() && count < 3 {
            return Err(VersionError::Segments { text: text.into() });
        }
        let [major, minor, patch] = segments;
        let prerelease = prerelease.unwrap_or_default().into();
        let version = Self { major, minor, patch, prerelease };
        Ok((version, count))
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        match Self::parse_partial(text)? {
            (version, 3) => Ok(version),
            _ => Err(VersionError::Segments { text: text.into() }),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if self.is_prerelease() {
            write!(f, "-{}", self.prerelease)?;
        }
        Ok(())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_prereleases(&self.prerelease, &other.prerelease))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn split_part(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn is_identifier(part: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    part.split('.').all(|identifier| !identifier.is_empty() && identifier.bytes().all(is_allowed))
}

/// Reads a number without a sign or leading zeros, which `u64::from_str` would let through.
fn parse_number(segment: &str) -> Option<u64> {
    let has_leading_zero = segment.len() > 1 && segment.starts_with('0');
    if has_leading_zero || !segment.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    segment.parse().ok()
}

/// Compares by <https://semver.org/#spec-item-11>: a release comes after its pre-releases.
fn compare_prereleases(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let mut others = right.split('.');
    for identifier in left.split('.') {
        let Some(other) = others.next() else {
            return Ordering::Greater;
        };
        let ordering = compare_identifiers(identifier, other);
        if ordering.is_ne() {
            return ordering;
        }
    }
    match others.next() {
        Some(_) => Ordering::Less,
        None => Ordering::Equal,
    }
}

fn compare_identifiers(left: &str, right: &str) -> Ordering {
    let is_numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_numeric(left), is_numeric(right)) {
        // Digits compare by length and then by value, so that no number is too large. Leading
        // zeros, which semantic versioning forbids, decide last so that order agrees with `Eq`.
        (true, true) => {
            let (left_digits, right_digits) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
            left_digits
                .len()
                .cmp(&right_digits.len())
                .then_with(|| left_digits.cmp(right_digits))
                .then_with(|| left.cmp(right))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn orders_by_precedence() {
        let ascending = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.2.0",
            "1.10.0",
            "2.0.0",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn displays_what_it_read() {
        for text in ["6.47.0", "0.0.1", "1.2.3-beta-2.x"] {
            assert_eq!(version(text).to_string(), text);
        }
        assert_eq!(version("1.2.3+build.5"), Version::new(1, 2, 3));
    }

    #[test]
    fn refuses_what_is_not_a_version() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "v1.2.3",
            "1.2.x",
            "1.+2.3",
            "01.2.3",
            "1.2.3-",
            "1.2.3-a..b",
            "1.2.3-ü",
            "99999999999999999999.0.0",
            " 1.2.3",
            "1..3",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
