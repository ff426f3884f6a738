//! Tables as a whole: names, storage, partitions.

use crate::name::Name;
use crate::rules::{Judge, contract_because, review_because, unsafe_because};
use crate::statement::{ConstraintKind, Span, TableAction};

const REWRITE: &str =
    "PostgreSQL copies the whole table under ACCESS EXCLUSIVE: reads and writes wait until it is done";

/// Judges a change of a table.
pub(super) fn change(judge: &mut Judge<'_>, span: Span, table: &Name, action: &TableAction) {
    if !judge.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::RenameTo(to) => judge.report(
            span,
            format!("renames `{table}` to `{to}`"),
            unsafe_because(
                "renaming-table",
                "every query of a running release that names the old table fails at once",
                format!(
                    "rename it and put an updatable view in its place, in one file:\nALTER TABLE {table} RENAME TO {to};\nCREATE VIEW {table} AS SELECT * FROM {to};\n-- and have it reviewed: ON CONFLICT and row locks work on such a view, COPY and TRUNCATE do not"
                ),
            ),
        ),
        TableAction::SetSchema(to) => judge.report(
            span,
            format!("moves `{table}` to the schema `{to}`"),
            unsafe_because(
                "renaming-table",
                "every query of a running release that finds the table in its old schema fails at once",
                "create a view in the old schema in the same file, and have it reviewed",
            ),
        ),
        TableAction::RenameConstraint { name, .. } => {
            let is_key = judge.schema.constraint(table, name).is_none_or(|live| {
                matches!(live.kind, ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. })
            });
            if is_key {
                judge.report(
                    span,
                    format!("renames the constraint `{name}`"),
                    unsafe_because(
                        "renaming-object",
                        "`ON CONFLICT ON CONSTRAINT` of a running release names the old constraint and fails",
                        "leave the name, or release code that names the columns instead first",
                    ),
                );
            }
        }
        TableAction::SetLogged | TableAction::SetUnlogged => judge.report(
            span,
            format!("changes whether `{table}` is logged"),
            unsafe_because("rewriting-table", REWRITE, "create a table of the right kind beside it, and move the rows in batches"),
        ),
        TableAction::SetTablespace | TableAction::SetAccessMethod => judge.report(
            span,
            format!("moves the storage of `{table}`"),
            unsafe_because("rewriting-table", REWRITE, "create a table there beside it, and move the rows in batches"),
        ),
        TableAction::AttachPartition { partition, .. } if judge.schema.is_live(partition) => judge.report(
            span,
            format!("attaches `{partition}`, which may have rows"),
            unsafe_because(
                "attaching-partition",
                "PostgreSQL reads the whole partition under ACCESS EXCLUSIVE to check its bounds, and the default partition too",
                format!(
                    "ALTER TABLE {partition} ADD CONSTRAINT bounds CHECK (…) NOT VALID;\n-- next file\nALTER TABLE {partition} VALIDATE CONSTRAINT bounds;\n-- next file: ATTACH finds the check and reads nothing"
                ),
            ),
        ),
        TableAction::DetachPartition { partition, concurrently } => {
            if !concurrently {
                judge.report(
                    span,
                    format!("detaches `{partition}`"),
                    unsafe_because(
                        "require-concurrent-partition-detach",
                        "ACCESS EXCLUSIVE on the parent waits for every query that runs, and every later query waits behind it",
                        format!("-- a file with nothing else in it\nALTER TABLE {table} DETACH PARTITION {partition} CONCURRENTLY;"),
                    ),
                );
            }
            vanish(judge, span, table);
        }
        TableAction::NoInherit => vanish(judge, span, table),
        TableAction::DisableTrigger => judge.report(
            span,
            format!("switches off a trigger or rule of `{table}`"),
            contract_because(
                "ban-disable-trigger",
                "what the trigger does for a running release (a copy, a check, an audit row) no longer happens",
                "release code that does not rely on it first",
            ),
        ),
        TableAction::ReplicaIdentity => judge.report(
            span,
            format!("changes the replica identity of `{table}`"),
            review_because(
                "changing-replica-identity",
                "subscribers of logical replication find rows by it",
                "ask whoever owns the subscribers",
            ),
        ),
        _ => {}
    }
}

fn vanish(judge: &mut Judge<'_>, span: Span, table: &Name) {
    judge.report(
        span,
        format!("rows vanish from `{table}`"),
        contract_because(
            "ban-detach",
            "a running release no longer finds the rows in the parent table",
            "do it when no release that runs reads these rows",
        ),
    );
}
