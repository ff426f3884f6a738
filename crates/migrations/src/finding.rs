//! What is wrong with a migration, and how bad that is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::statement::Span;

/// What a migration means for the releases that run while it is applied. A later class is a worse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Class {
    /// Old code keeps working, and no lock is held for long.
    Expand,
    /// Reading it does not tell; a person has to.
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

/// Something that a person should know about a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// What it makes of the file. `EXPAND` for advice, which does not fail the check.
    pub class: Class,
    /// The words at fault.
    pub span: Span,
    /// What the statement does.
    pub message: String,
    /// Which lock, who waits, what breaks.
    pub why: String,
    /// The safe way, with SQL where SQL is the answer.
    pub fix: String,
}
