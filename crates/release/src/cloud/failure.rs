//! How a call of AWS fails, and what may be concluded from it.

use std::fmt::{Display, Formatter};

use crate::cloud::Denied;

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The call, such as `UpdateAlias`.
    pub operation: &'static str,
    /// What it was about, such as `shop-orders:live`.
    pub subject: String,
    /// What may be concluded.
    pub kind: FailureKind,
    /// What AWS said.
    pub message: String,
}

/// What may be concluded from a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// There were too many requests, and this one was not carried out.
    Throttled,
    /// Something else is being changed there, and this was not carried out.
    Busy,
    /// The revision was another one than that which was read: this call, or another one before it, came through.
    Stale,
    /// Nothing is known: no answer, or one of 5xx. The call may have been carried out, or may be later.
    Unknown,
    /// There is no such thing.
    Missing,
    /// It is not permitted.
    Denied(Box<Denied>),
    /// AWS does not accept what was asked.
    Refused,
}

impl Failure {
    /// Whether the same call may be made again without a look at what it did: reads, and what AWS did not carry out.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self.kind, FailureKind::Throttled | FailureKind::Busy | FailureKind::Unknown)
    }

    /// Whether it is certain that the call was not carried out.
    #[must_use]
    pub const fn was_not_carried_out(&self) -> bool {
        !matches!(self.kind, FailureKind::Unknown | FailureKind::Stale)
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { operation, subject, message, .. } = self;
        let what = match &self.kind {
            FailureKind::Throttled => "too many requests",
            FailureKind::Busy => "another change is under way",
            FailureKind::Stale => "it was changed since it was read",
            FailureKind::Unknown => "no usable answer",
            FailureKind::Missing => "there is no such thing",
            FailureKind::Denied(denied) => return write!(formatter, "{operation} of {subject}: {denied}"),
            FailureKind::Refused => "not accepted",
        };
        write!(formatter, "{operation} of {subject}: {what}: {message}")
    }
}

impl std::error::Error for Failure {}
