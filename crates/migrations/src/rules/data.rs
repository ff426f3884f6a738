//! Statements that change rows, lock or maintain tables.

use crate::finding::{Class, RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::function_body;
use crate::rules::linter::{Linter, Violation, unsafe_because};
use crate::statement::{Action, ObjectKind, Statement};

/// Checks what a statement does to rows.
pub(super) fn check(linter: &mut Linter<'_>, span: Span, action: &Action) {
    match action {
        Action::Truncate { tables, .. } => {
            for table in live(linter, tables) {
                linter.report(
                    span, Subject::table(&table),
                    format!("empties `{table}`"),
                    unsafe_because(
                        RuleId::BanTruncate,
                        "the rows are gone for every running release, and ACCESS EXCLUSIVE makes its queries wait",
                        "delete what nobody needs in batches, outside the migration",
                    ),
                );
            }
        }
        Action::Update { table, filtered: false } if linter.schema.is_live(table) => linter.report(
            span, Subject::table(table),
            format!("updates every row of `{table}`"),
            unsafe_because(
                RuleId::WholeTableWrite,
                "every row stays locked until the whole file is done: writes to it wait; the table doubles in size",
                format!("in batches, outside the migration:\nUPDATE {table} SET … WHERE id BETWEEN … AND … AND … IS NULL;"),
            ),
        ),
        Action::Delete { table, filtered: false } if linter.schema.is_live(table) => linter.report(
            span, Subject::table(table),
            format!("deletes every row of `{table}`"),
            unsafe_because(
                RuleId::WholeTableWrite,
                "the rows are gone for every running release, and every row stays locked until the whole file is done",
                format!("in batches, outside the migration:\nDELETE FROM {table} WHERE id BETWEEN … AND …;"),
            ),
        ),
        Action::Lock { tables, mode } => {
                        if linter.top_level == 1 {
                linter.report(
                    span, Subject::File,
                    "locks a table in a file with nothing else",
                    unsafe_because(
                        RuleId::LockTable,
                        "PostgreSQL refuses LOCK TABLE outside of a transaction, and a file with one statement is none",
                        "leave it out",
                    ),
                );
                return;
            }
            for table in live(linter, tables) {
                if !mode.is_harmless() {
                    linter.report(
                        span, Subject::table(&table),
                        format!("locks `{table}` in {} mode", mode.as_sql()),
                        unsafe_because(
                            RuleId::LockTable,
                            "queries of every running release that conflict with the lock wait until the whole file is done",
                            "let each statement take the lock that it needs, one statement per file",
                        ),
                    );
                }
            }
        }
        Action::Vacuum { full: true } => linter.report(
            span, Subject::File,
            "copies tables to make them smaller",
            unsafe_because(
                RuleId::VacuumFull,
                "the whole table is copied under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "VACUUM without FULL, outside of migrations; pg_repack where the space must be given back",
            ),
        ),
        Action::Cluster => linter.report(
            span, Subject::File,
            "copies a table in the order of an index",
            unsafe_because(
                RuleId::Cluster,
                "the whole table is copied under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "pg_repack, outside of migrations",
            ),
        ),
        Action::Refresh { name, concurrently: false } if linter.schema.is_live(name) => linter.report(
            span, Subject::object(ObjectKind::MaterializedView, name),
            format!("fills the materialized view `{name}` anew"),
            unsafe_because(
                RuleId::RequireConcurrentRefresh,
                "ACCESS EXCLUSIVE makes every read of the view wait until the query is done",
                format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {name}; -- it needs a unique index"),
            ),
        ),
        Action::CopyFromClient => linter.report(
            span, Subject::File,
            "reads rows from the client",
            Violation {
                rule: RuleId::CopyFromStdin,
                class: Class::Invalid,
                why: "psql sends the lines that follow; golang-migrate sends the file, and the server refuses it",
                fix: "use INSERT, or COPY from outside of migrations".to_owned(),
            },
        ),
        Action::DynamicSql => linter.report(span, Subject::File, "runs text that is put together at run time", function_body::dynamic_sql()),
        Action::UnparsedBody { why } => linter.report(span, Subject::File, format!("a body cannot be read: {why}"), function_body::unparsed_body()),
        _ => {}
    }
}

/// Checks the use of enum values that the file added.
pub(super) fn new_values(linter: &mut Linter<'_>, statement: &Statement) {
    for value in &statement.new_values {
        linter.report(
            statement.span, Subject::File,
            format!("uses the enum value {value}, which this file added"),
            unsafe_because(
                RuleId::EnumValueUsedInTransaction,
                "a new enum value cannot be used before its transaction is committed: the migration fails and leaves the dirty flag",
                "add the value in a file of its own",
            ),
        );
    }
}

fn live(linter: &Linter<'_>, tables: &[Name]) -> Vec<Name> {
    tables.iter().filter(|table| linter.schema.is_live(table)).cloned().collect()
}
