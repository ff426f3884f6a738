//! Statements that change rows, lock or maintain tables.

use crate::finding::Class;
use crate::name::Name;
use crate::rules::{Judge, Verdict, dynamic, unread, unsafe_because};
use crate::statement::{Action, Span, Statement};

/// Judges what a statement does to rows.
pub(super) fn judge(judge: &mut Judge<'_>, span: Span, action: &Action) {
    match action {
        Action::Truncate { tables, .. } => {
            for table in live(judge, tables) {
                judge.report(
                    span,
                    format!("empties `{table}`"),
                    unsafe_because(
                        "ban-truncate",
                        "the rows are gone for every running release, and ACCESS EXCLUSIVE makes its queries wait",
                        "delete what nobody needs in batches, outside the migration",
                    ),
                );
            }
        }
        Action::Update { table, filtered: false } if judge.schema.is_live(table) => judge.report(
            span,
            format!("updates every row of `{table}`"),
            unsafe_because(
                "whole-table-write",
                "every row stays locked until the whole file is done: writes to it wait; the table doubles in size",
                format!("in batches, outside the migration:\nUPDATE {table} SET … WHERE id BETWEEN … AND … AND … IS NULL;"),
            ),
        ),
        Action::Delete { table, filtered: false } if judge.schema.is_live(table) => judge.report(
            span,
            format!("deletes every row of `{table}`"),
            unsafe_because(
                "whole-table-write",
                "the rows are gone for every running release, and every row stays locked until the whole file is done",
                format!("in batches, outside the migration:\nDELETE FROM {table} WHERE id BETWEEN … AND …;"),
            ),
        ),
        Action::Lock { tables, mode } => {
            let harmless = matches!(mode.as_str(), "ACCESS SHARE" | "ROW SHARE" | "ROW EXCLUSIVE");
            if judge.top_level == 1 {
                judge.report(
                    span,
                    "locks a table in a file with nothing else",
                    unsafe_because(
                        "lock-table",
                        "PostgreSQL refuses LOCK TABLE outside of a transaction, and a file with one statement is none",
                        "leave it out",
                    ),
                );
                return;
            }
            for table in live(judge, tables) {
                if !harmless {
                    judge.report(
                        span,
                        format!("locks `{table}` in {mode} mode"),
                        unsafe_because(
                            "lock-table",
                            "queries of every running release that conflict with the lock wait until the whole file is done",
                            "let each statement take the lock that it needs, one statement per file",
                        ),
                    );
                }
            }
        }
        Action::Vacuum { full: true } => judge.report(
            span,
            "copies tables to make them smaller",
            unsafe_because(
                "vacuum-full",
                "the whole table is copied under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "VACUUM without FULL, outside of migrations; pg_repack where the space must be given back",
            ),
        ),
        Action::Cluster => judge.report(
            span,
            "copies a table in the order of an index",
            unsafe_because(
                "cluster",
                "the whole table is copied under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "pg_repack, outside of migrations",
            ),
        ),
        Action::Refresh { name, concurrently: false } if judge.schema.is_live(name) => judge.report(
            span,
            format!("fills the materialized view `{name}` anew"),
            unsafe_because(
                "require-concurrent-refresh",
                "ACCESS EXCLUSIVE makes every read of the view wait until the query is done",
                format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {name}; -- it needs a unique index"),
            ),
        ),
        Action::CopyFromClient => judge.report(
            span,
            "reads rows from the client",
            Verdict {
                rule: "copy-from-stdin",
                class: Class::Invalid,
                why: "psql sends the lines that follow; golang-migrate sends the file, and the server refuses it",
                fix: "use INSERT, or COPY from outside of migrations".to_owned(),
            },
        ),
        Action::Dynamic => judge.report(span, "runs text that is put together at run time", dynamic()),
        Action::Unread { why } => judge.report(span, format!("a body cannot be read: {why}"), unread()),
        _ => {}
    }
}

/// Judges the use of enum values that the file added.
pub(super) fn new_values(judge: &mut Judge<'_>, statement: &Statement) {
    for value in &statement.new_values {
        judge.report(
            statement.span,
            format!("uses the enum value {value}, which this file added"),
            unsafe_because(
                "enum-value-used-in-transaction",
                "a new enum value cannot be used before its transaction is committed: the migration fails and leaves the dirty flag",
                "add the value in a file of its own",
            ),
        );
    }
}

fn live(judge: &Judge<'_>, tables: &[Name]) -> Vec<Name> {
    tables.iter().filter(|table| judge.schema.is_live(table)).cloned().collect()
}
