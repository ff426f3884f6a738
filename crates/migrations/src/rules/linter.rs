//! What a rule sees and how it reports: the schema that a statement meets, and the findings so far.

use crate::directory::Direction;
use crate::finding::{Class, Finding, RuleId, Subject};
use crate::position::Span;
use crate::schema::Schema;

/// Why changes that write every row are unsafe.
pub(super) const REWRITES_TABLE: &str = "PostgreSQL writes every row and every index anew under ACCESS EXCLUSIVE: reads and writes of the table wait until it is done";

/// Collects the findings of a file.
pub(super) struct Linter<'a> {
    pub(super) schema: &'a mut Schema,
    pub(super) findings: Vec<Finding>,
    /// How many statements the file itself has.
    pub(super) top_level: usize,
    pub(super) direction: Direction,
}

/// A rule that a statement violates, and what that means.
pub(super) struct Violation {
    pub(super) rule: RuleId,
    pub(super) class: Class,
    pub(super) why: &'static str,
    pub(super) fix: String,
}

pub(super) fn unsafe_because(rule: RuleId, why: &'static str, fix: impl Into<String>) -> Violation {
    Violation { rule, class: Class::Unsafe, why, fix: fix.into() }
}

pub(super) fn contract_because(rule: RuleId, why: &'static str, fix: impl Into<String>) -> Violation {
    Violation { rule, class: Class::Contract, why, fix: fix.into() }
}

pub(super) fn review_because(rule: RuleId, why: &'static str, fix: impl Into<String>) -> Violation {
    Violation { rule, class: Class::Review, why, fix: fix.into() }
}

pub(super) fn advice_because(rule: RuleId, why: &'static str, fix: impl Into<String>) -> Violation {
    Violation { rule, class: Class::Expand, why, fix: fix.into() }
}

impl Linter<'_> {
    /// Reports a violation; what would read like a finding that is there already is not said twice.
    pub(super) fn report(
        &mut self,
        span: Span,
        subject: Subject,
        message: impl Into<String>,
        violation: Violation,
    ) {
        let Violation { rule, class, why, fix } = violation;
        let finding =
            Finding { rule, subject, class, span, message: message.into(), why: why.to_owned(), fix };
        let reads_like = |known: &Finding| {
            (known.rule, known.class, known.span, &known.message, &known.why, &known.fix)
                == (rule, class, span, &finding.message, &finding.why, &finding.fix)
        };
        if !self.findings.iter().any(reads_like) {
            self.findings.push(finding);
        }
    }
}
