//! What is wrong with a migration: by which rule, of what, and how bad that is.
//!
//! May import: `name`, `position`, `statement` (for [`ObjectKind`](crate::ObjectKind) and [`LockMode`]) and `timestamp`.

mod class;
mod rule_id;
mod state;
mod subject;

use serde::Serialize;

pub use class::Class;
pub use rule_id::RuleId;
pub use state::FindingState;
pub use subject::Subject;

use crate::name::Name;
use crate::position::Span;
use crate::statement::LockMode;

/// Something that a person should know about a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// What it is about.
    pub subject: Subject,
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
    /// The safe way as files of SQL, each applied by itself, where they lead to the same schema.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The lock that the statement takes on a table that was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<TableLock>,
    /// What an editor does to put `files` in the place of the statement, where the statement does nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_fix: Option<QuickFix>,
}

/// A lock on a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableLock {
    /// The mode.
    pub mode: LockMode,
    /// The table.
    pub table: Name,
}

/// A statement in another way: its words are replaced, and migrations behind this one do the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuickFix {
    /// The words of the statement, without its semicolon.
    pub span: Span,
    /// What stands there instead, without a semicolon at its end; nothing where the file has other statements.
    pub text: String,
    /// Migrations behind this one, each in a file of its own.
    pub new_files: Vec<String>,
}

impl Finding {
    /// A file that PostgreSQL or golang-migrate would not take.
    pub(crate) fn invalid(rule: RuleId, message: &str, why: &str, fix: &str) -> Self {
        Self {
            rule,
            subject: Subject::File,
            class: Class::Invalid,
            span: Span::default(),
            message: message.to_owned(),
            why: why.to_owned(),
            fix: fix.to_owned(),
            files: Vec::new(),
            lock: None,
            quick_fix: None,
        }
    }
}
