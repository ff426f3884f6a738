//! The state of a finding: whether it fails the check.

use std::fmt;

use serde::Serialize;

use crate::timestamp::Timestamp;

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FindingState {
    /// It fails the check.
    Open,
    /// It is advice.
    Advice,
    /// A waiver lets it stay.
    Waived {
        /// Why.
        reason: String,
        /// Until when.
        until: Timestamp,
    },
    /// Somebody approved it.
    Approved {
        /// Who, or the label.
        by: String,
    },
}

impl fmt::Display for FindingState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => formatter.write_str("open"),
            Self::Advice => formatter.write_str("advice"),
            Self::Waived { reason, until } => write!(formatter, "waived until {until}: {reason}"),
            Self::Approved { by } => write!(formatter, "approved by {by}"),
        }
    }
}
