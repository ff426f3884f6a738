//! What the comparison found.

use serde::Serialize;

/// What the comparison found.
#[derive(Debug, Default, Serialize)]
pub struct CompatReport {
    /// Queries that were compared.
    pub queries: usize,
    /// What breaks.
    pub breaks: Vec<BrokenQuery>,
    /// What breaks and is waived, with a reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<BrokenQuery>,
    /// What a person should look at: other values and rows, columns behind a `*`, connections that were open before.
    pub warnings: Vec<BrokenQuery>,
    /// Queries that fail before the new migrations already: the new schema can't be blamed, and nothing is proved.
    pub failing_before: Vec<BrokenQuery>,
    /// Migrations that do not apply.
    pub failed: Vec<FailedMigration>,
    /// The locks of each new migration.
    pub locks: Vec<LockReport>,
    /// Tables that could not be filled with rows, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfilled: Vec<UnfilledTable>,
}

impl CompatReport {
    /// Whether anything fails the check.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.breaks.is_empty()
            && self.failed.is_empty()
            && self.locks.iter().all(|locking| locking.findings.is_empty())
    }
}

/// A query of a release that a migration breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenQuery {
    /// The service.
    pub service: String,
    /// Its release.
    pub release: String,
    /// The query's name.
    pub query: String,
    /// The file that has it.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// 1: preparing it; 2: running it; 3: running it on a connection that had it prepared.
    pub level: u8,
    /// What is different.
    pub message: String,
    /// The migration that did it.
    pub migration: Option<String>,
    /// The line of the statement in it.
    pub migration_line: Option<usize>,
    /// The statement.
    pub statement: Option<String>,
    /// Why it may stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl BrokenQuery {
    /// Whether another migration made the same difference.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let same = |text: fn(&Self) -> &String| text(self) == text(other);
        same(|found| &found.service)
            && same(|found| &found.release)
            && same(|found| &found.query)
            && same(|found| &found.file)
            && same(|found| &found.message)
            && self.level == other.level
    }
}

/// A new migration that does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedMigration {
    /// The file.
    pub path: String,
    /// The line of the statement.
    pub line: usize,
    /// What PostgreSQL says.
    pub message: String,
}

/// A table for which no rows could be made up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnfilledTable {
    /// The table.
    pub table: String,
    /// What PostgreSQL says.
    pub message: String,
}

/// What a migration locks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LockReport {
    /// The migration.
    pub path: String,
    /// Milliseconds that it took.
    pub milliseconds: u64,
    /// Its locks on tables that existed.
    pub locks: Vec<HeldLock>,
    /// Milliseconds that an ordinary read or write took at most while it ran.
    pub longest_statement: u64,
    /// What is beyond the budget.
    pub findings: Vec<String>,
}

/// A lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldLock {
    /// The table.
    pub table: String,
    /// The mode, such as `AccessExclusiveLock`.
    pub mode: String,
    /// The line of the statement that took it.
    pub line: usize,
    /// Milliseconds from the begin of that statement to the end of the transaction.
    pub milliseconds: u64,
    /// The `lock_timeout` under which it was waited for, in milliseconds; 0 is for ever.
    pub lock_timeout: u64,
}
