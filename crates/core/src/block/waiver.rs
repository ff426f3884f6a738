//! Exceptions from rules, which blocks carry.

use crate::Source;

/// An exception from a [`Rule`]. It is never written to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The rule's name.
    pub rule: Box<str>,
    /// Why the rule does not apply, for the reader of the source.
    pub reason: Box<str>,
    /// The line that waives.
    pub source: Source,
}

impl Waiver {
    pub(crate) fn new(rule: &str, reason: &str, source: Source) -> Self {
        Self { rule: rule.into(), reason: reason.into(), source }
    }
}
