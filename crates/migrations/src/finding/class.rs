//! How bad a finding is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a migration means for the releases that run while it is applied. A later class is a worse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Class {
    /// Old code keeps working, and no lock is held for long.
    Expand,
    /// ParsedFile it does not tell; a person has to.
    Review,
    /// It removes or narrows something that old code may use.
    Contract,
    /// It locks or rewrites a live table, breaks old code at once, or fails half-way.
    Unsafe,
    /// PostgreSQL or golang-migrate would not take it.
    Invalid,
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Expand => "EXPAND",
            Self::Review => "REVIEW",
            Self::Contract => "CONTRACT",
            Self::Unsafe => "UNSAFE",
            Self::Invalid => "INVALID",
        })
    }
}
