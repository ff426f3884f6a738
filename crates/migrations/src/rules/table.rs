//! Tables as a whole: names, storage, partitions.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, contract_because, review_because, unsafe_because};
use crate::statement::{ConstraintKind, TableAction};

const REWRITE: &str =
    "PostgreSQL copies the whole table under ACCESS EXCLUSIVE: reads and writes wait until it is done";

/// Checks a change of a table.
pub(super) fn change(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    if !linter.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::RenameTo(to) => linter.report(
            span, Subject::table(table),
            format!("renames `{table}` to `{to}`"),
            unsafe_because(
                RuleId::RenamingTable,
                "every query of a running release that names the old table fails at once",
                format!(
                    "rename it and put an updatable view in its place, in one file:\nALTER TABLE {table} RENAME TO {to};\nCREATE VIEW {table} AS SELECT * FROM {to};\n-- and have it reviewed: ON CONFLICT and row locks work on such a view, COPY and TRUNCATE do not"
                ),
            ),
        ),
        TableAction::SetSchema(to) => linter.report(
            span, Subject::table(table),
            format!("moves `{table}` to the schema `{to}`"),
            unsafe_because(
                RuleId::RenamingTable,
                "every query of a running release that finds the table in its old schema fails at once",
                "create a view in the old schema in the same file, and have it reviewed",
            ),
        ),
        TableAction::RenameConstraint { name, .. } => {
            let is_key = linter.schema.constraint(table, name).is_none_or(|live| {
                matches!(live.kind, ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. })
            });
            if is_key {
                linter.report(
                    span, Subject::constraint(table, name),
                    format!("renames the constraint `{name}`"),
                    unsafe_because(
                        RuleId::RenamingObject,
                        "`ON CONFLICT ON CONSTRAINT` of a running release names the old constraint and fails",
                        "leave the name, or release code that names the columns instead first",
                    ),
                );
            }
        }
        TableAction::SetLogged | TableAction::SetUnlogged => linter.report(
            span, Subject::table(table),
            format!("changes whether `{table}` is logged"),
            unsafe_because(RuleId::RewritingTable, REWRITE, "create a table of the right kind beside it, and move the rows in batches"),
        ),
        TableAction::SetTablespace | TableAction::SetAccessMethod => linter.report(
            span, Subject::table(table),
            format!("moves the storage of `{table}`"),
            unsafe_because(RuleId::RewritingTable, REWRITE, "create a table there beside it, and move the rows in batches"),
        ),
        TableAction::AttachPartition { partition, .. } if linter.schema.is_live(partition) => linter.report(
            span, Subject::table(partition),
            format!("attaches `{partition}`, which may have rows"),
            unsafe_because(
                RuleId::AttachingPartition,
                "PostgreSQL reads the whole partition under ACCESS EXCLUSIVE to check its bounds, and the default partition too",
                format!(
                    "ALTER TABLE {partition} ADD CONSTRAINT bounds CHECK (…) NOT VALID;\n-- next file\nALTER TABLE {partition} VALIDATE CONSTRAINT bounds;\n-- next file: ATTACH finds the check and reads nothing"
                ),
            ),
        ),
        TableAction::DetachPartition { partition, concurrently } => {
            if !concurrently {
                linter.report(
                    span, Subject::table(partition),
                    format!("detaches `{partition}`"),
                    unsafe_because(
                        RuleId::RequireConcurrentPartitionDetach,
                        "ACCESS EXCLUSIVE on the parent waits for every query that runs, and every later query waits behind it",
                        format!("-- a file with nothing else in it\nALTER TABLE {table} DETACH PARTITION {partition} CONCURRENTLY;"),
                    ),
                );
            }
            detach(linter, span, table);
        }
        TableAction::NoInherit => detach(linter, span, table),
        TableAction::DisableTrigger => linter.report(
            span, Subject::table(table),
            format!("switches off a trigger or rule of `{table}`"),
            contract_because(
                RuleId::BanDisableTrigger,
                "what the trigger does for a running release (a copy, a check, an audit row) no longer happens",
                "release code that does not rely on it first",
            ),
        ),
        TableAction::ReplicaIdentity => linter.report(
            span, Subject::table(table),
            format!("changes the replica identity of `{table}`"),
            review_because(
                RuleId::ChangingReplicaIdentity,
                "subscribers of logical replication find rows by it",
                "ask whoever owns the subscribers",
            ),
        ),
        _ => {}
    }
}

fn detach(linter: &mut Linter<'_>, span: Span, table: &Name) {
    linter.report(
        span,
        Subject::table(table),
        format!("rows vanish from `{table}`"),
        contract_because(
            RuleId::BanDetach,
            "a running release no longer finds the rows in the parent table",
            "do it when no release that runs reads these rows",
        ),
    );
}
