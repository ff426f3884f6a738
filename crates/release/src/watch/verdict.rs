//! What is said of a version that is watched, and what becomes of it.

use std::borrow::Borrow;

use crate::aws::AwsError;
use crate::engine::ReleaseError;

/// What is said of a version that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The limits were kept to; how well.
    Pass(String),
    /// A limit was passed; which, with the numbers.
    Breach(String),
    /// Too little is known; what there is.
    Inconclusive(String),
}

/// Why one of the sources says nothing.
#[derive(Debug)]
pub(crate) struct Silence {
    pub(crate) reason: String,
    /// Whether it may say something later.
    pub(crate) may_pass: bool,
}

impl Silence {
    pub(crate) fn of(failure: &AwsError) -> Self {
        Self { may_pass: failure.is_passing(), reason: format!("CloudWatch does not answer: {failure}") }
    }
}

/// The breach that alarms which ring are, if any does.
pub(crate) fn alarm_breach(ringing: &[impl Borrow<str>]) -> Option<String> {
    (!ringing.is_empty()).then(|| format!("alarm {} rings", ringing.join(" and ")))
}

/// Refuses to move anything where something is wrong already: that is no fault of the new version. A version that nobody
/// called yet has no numbers; where they stay away, that is found while it is watched.
pub(crate) fn check_before(
    service: &str,
    ringing: &[impl Borrow<str>],
    numbers: Result<Verdict, Silence>,
) -> Result<(), ReleaseError> {
    let breach = match (alarm_breach(ringing), numbers) {
        (Some(breach), _) | (None, Ok(Verdict::Breach(breach))) => breach,
        (None, Ok(_) | Err(_)) => return Ok(()),
    };
    Err(ReleaseError::refused(
        service,
        format!("{breach} already, and nothing was moved"),
        "what it is about is no fault of the new version: see to it first",
    ))
}
