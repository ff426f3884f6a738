//! Version constraints in Terraform's syntax, such as `>= 5.100.0, < 7.0.0`.
//!
//! The rules are those of <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::{Version, VersionError};

/// What versions of a provider are acceptable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Constraint {
    /// All must hold.
    comparators: Vec<Comparator>,
}

/// A text that is not a version constraint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConstraintError {
    /// There is nothing, or nothing between two commas.
    #[error("version constraint `{constraint}` has an empty part")]
    Empty {
        /// The whole constraint.
        constraint: String,
    },
    /// It begins with something that is neither an operator nor a version.
    #[error(
        "version constraint `{constraint}` has the unknown operator `{operator}`: expected =, !=, >, >=, <, <= or ~>"
    )]
    Operator {
        /// The whole constraint.
        constraint: String,
        /// What stands where an operator is expected.
        operator: String,
    },
    /// What follows an operator is not a version.
    #[error("version constraint `{constraint}` has a part that is not a version")]
    Version {
        /// The whole constraint.
        constraint: String,
        /// What is wrong with the version.
        source: VersionError,
    },
}

impl Constraint {
    /// Makes the constraint that every release meets.
    pub fn any() -> Self {
        Self { comparators: Vec::new() }
    }

    /// Whether `version` meets the constraint.
    ///
    /// As in Terraform, a pre-release meets only a constraint that names it exactly: no range
    /// includes it.
    pub fn allows(&self, version: &Version) -> bool {
        if version.is_prerelease() {
            let is_named = |comparator: &Comparator| comparator.operator == Operator::Equal;
            return self.comparators.iter().any(is_named)
                && self.comparators.iter().all(|it| it.allows_prerelease(version));
        }
        self.comparators.iter().all(|it| it.allows_release(version))
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Self, ConstraintError> {
        let comparators =
            text.split(',').map(|part| Comparator::parse(part.trim(), text)).collect::<Result<_, _>>()?;
        Ok(Self { comparators })
    }
}

/// Writes the constraint in its normal form; one that any release meets is `>= 0`.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.comparators.is_empty() {
            return f.write_str(">= 0");
        }
        for (index, comparator) in self.comparators.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{comparator}")?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Comparator {
    operator: Operator,
    version: Version,
    /// How many numbers the version was written with, on which `~>` depends.
    segments: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Pessimistic,
}

impl Comparator {
    fn parse(part: &str, constraint: &str) -> Result<Self, ConstraintError> {
        let is_operator = |c: char| !(c.is_alphanumeric() || c.is_whitespace());
        let end = part.find(|c| !is_operator(c)).unwrap_or(part.len());
        let (operator, version) = part.split_at(end);
        let version = version.trim_start();
        if version.is_empty() {
            return Err(ConstraintError::Empty { constraint: constraint.into() });
        }
        let operator = Operator::parse(operator).ok_or_else(|| ConstraintError::Operator {
            constraint: constraint.into(),
            operator: operator.into(),
        })?;
        let (version, segments) = Version::parse_partial(version)
            .map_err(|source| ConstraintError::Version { constraint: constraint.into(), source })?;
        Ok(Self { operator, version, segments })
    }

    fn allows_release(&self, version: &Version) -> bool {
        let ordering = version.cmp(&self.version);
        match self.operator {
            Operator::Equal => ordering.is_eq(),
            Operator::NotEqual => ordering.is_ne(),
            Operator::Greater => ordering.is_gt(),
            Operator::GreaterOrEqual => ordering.is_ge(),
            Operator::Less => ordering.is_lt(),
            Operator::LessOrEqual => ordering.is_le(),
            Operator::Pessimistic => ordering.is_ge() && self.is_before_next(version),
        }
    }

    fn allows_prerelease(&self, version: &Version) -> bool {
        match self.operator {
            Operator::Equal => version.cmp(&self.version) == Ordering::Equal,
            Operator::NotEqual => version.cmp(&self.version) != Ordering::Equal,
            _ => false,
        }
    }

    /// Whether only what `~>` lets grow differs: the patch of `~> 5.1.0`, and also the minor
    /// version of `~> 5.1`. Terraform reads `~> 5` as `~> 5.0`.
    fn is_before_next(&self, version: &Version) -> bool {
        version.major == self.version.major && (self.segments < 3 || version.minor == self.version.minor)
    }
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" => Self::Equal,
            "!=" => Self::NotEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            "~>" => Self::Pessimistic,
            _ => return None,
        })
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = match self.operator {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Pessimistic => "~>",
        };
        let Version { major, minor, .. } = self.version;
        match self.segments {
            1 => write!(f, "{operator} {major}"),
            2 => write!(f, "{operator} {major}.{minor}"),
            _ => write!(f, "{operator} {}", self.version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(constraint: &str, version: &str) -> bool {
        let constraint: Constraint = constraint.parse().unwrap();
        constraint.allows(&version.parse().unwrap())
    }

    #[test]
    fn allows_as_terraform_does() {
        for (constraint, allowed, refused) in [
            (">= 5.100.0, < 7.0.0", &["5.100.0", "6.47.0"][..], &["5.99.9", "7.0.0"][..]),
            ("~> 5.1", &["5.1.0", "5.99.3"], &["5.0.9", "6.0.0", "4.9.9"]),
            ("~> 5.1.2", &["5.1.2", "5.1.9"], &["5.1.1", "5.2.0", "6.1.2"]),
            ("~> 5", &["5.0.0", "5.100.0"], &["4.9.0", "6.0.0"]),
            ("!= 1.2.3", &["1.2.2", "1.2.4"], &["1.2.3", "1.3.0-beta"]),
            ("= 1.0", &["1.0.0"], &["1.0.1"]),
            ("1.2.3", &["1.2.3"], &["1.2.4"]),
            (">1.0,<=2", &["1.0.1", "2.0.0"], &["1.0.0", "2.0.1"]),
            ("1.2.3-beta", &["1.2.3-beta"], &["1.2.3", "1.2.3-beta.1"]),
            (">= 1.0.0-beta", &["1.0.0", "2.0.0"], &["1.0.0-beta", "1.0.0-rc"]),
            ("~> 1.0.0-beta", &["1.0.0", "1.0.5"], &["1.0.0-rc", "1.1.0"]),
        ] {
            for version in allowed {
                assert!(allows(constraint, version), "{constraint} allows {version}");
            }
            for version in refused {
                assert!(!allows(constraint, version), "{constraint} refuses {version}");
            }
        }
        assert!(Constraint::any().allows(&Version::new(0, 0, 1)));
    }

    #[test]
    fn displays_its_normal_form() {
        for (text, normal) in [
            (">=5.100.0,<7.0.0", ">= 5.100.0, < 7.0.0"),
            (" ~>  5.1 ", "~> 5.1"),
            ("1", "= 1"),
            ("!=1.2.3-beta", "!= 1.2.3-beta"),
        ] {
            assert_eq!(text.parse::<Constraint>().unwrap().to_string(), normal);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("", "version constraint `` has an empty part"),
            (">= 1.0,", "version constraint `>= 1.0,` has an empty part"),
            (">=", "version constraint `>=` has an empty part"),
            (
                "^1.0",
                "version constraint `^1.0` has the unknown operator `^`: expected =, !=, >, >=, <, <= or ~>",
            ),
            ("5.*", "version constraint `5.*` has a part that is not a version"),
            ("v1.0", "version constraint `v1.0` has a part that is not a version"),
            (">= 1.0 < 2", "version constraint `>= 1.0 < 2` has a part that is not a version"),
        ] {
            assert_eq!(text.parse::<Constraint>().unwrap_err().to_string(), message);
        }
    }
}
