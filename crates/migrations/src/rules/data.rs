//! Statements that change rows, lock or maintain tables.

use crate::directory::Runner;
use crate::finding::{Class, RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Fix, Linter, Violation, review_because, unsafe_because};
use crate::rules::{function_body, lock, partition};
use crate::statement::{Action, ObjectKind, PartitionBounds, RowFilter, Statement};

/// Checks what a statement does to rows.
pub(super) fn check(linter: &mut Linter<'_>, span: Span, action: &Action, statement: &Statement) {
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
        Action::Update { table, filter } => write(linter, span, table, filter, Write::Updates),
        Action::Delete { table, filter } => write(linter, span, table, filter, Write::Deletes),
        Action::Insert { table, rows, updates } => insert(linter, span, table, *rows, *updates, statement),
        Action::Merge { table, rows }
            if rows.is_none_or(|rows| rows > SMALL) && linter.schema.reaches_live_rows(table) =>
        {
            unbounded(linter, span, table, "merges rows into", None);
        }
        Action::CopyOnServer { words } => linter.report(
            span,
            Subject::File,
            format!("`{words}` reads or writes files or programs of the server"),
            review_because(
                RuleId::UnknownStatement,
                "what is read or run is not in the file; a release's user may not do it",
                "use INSERT, or copy from outside of migrations",
            ),
        ),
        Action::LockRows { tables } => {
            for table in live(linter, tables) {
                linter.report(
                    span, Subject::table(&table),
                    format!("locks rows of `{table}`"),
                    review_because(
                        RuleId::LockingRows,
                        "writes of a running release to these rows wait until the whole file is done; how many they are does not show",
                        "lock rows where they are written, outside of migrations",
                    ),
                );
            }
        }
        Action::Lock { tables, mode } => {
            if !linter.is_in_transaction() {
                linter.report(
                    span, Subject::File,
                    "locks a table in a file with nothing else",
                    unsafe_because(
                        RuleId::LockTable,
                        "PostgreSQL refuses LOCK TABLE outside of a transaction, and this statement stands in none",
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
            span,
            Subject::File,
            "copies tables to make them smaller",
            unsafe_because(
                RuleId::VacuumFull,
                "the whole table is copied under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "VACUUM without FULL, outside of migrations; pg_repack where the space must be given back",
            ),
        ),
        Action::Cluster => linter.report(
            span,
            Subject::File,
            "copies a table in the order of an index",
            unsafe_because(
                RuleId::Cluster,
                "the whole table is copied under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "pg_repack, outside of migrations",
            ),
        ),
        Action::Refresh { name, concurrently: false, .. } if linter.schema.is_live(name) => linter.report(
            span,
            Subject::object(ObjectKind::MaterializedView, name),
            format!("fills the materialized view `{name}` anew"),
            unsafe_because(
                RuleId::RequireConcurrentRefresh,
                "ACCESS EXCLUSIVE makes every read of the view wait until the query is done",
                refresh(linter, name),
            ),
        ),
        Action::CreateTable { name, columns, constraints, partition_of: None, like, inherits, .. }
            if columns.is_empty() && constraints.is_empty() && like.is_empty() && inherits.is_empty() =>
        {
            copy(linter, span, name, statement);
        }
        Action::CreateView { kind: ObjectKind::MaterializedView, name, with_data: true, .. } => {
            copy(linter, span, name, statement);
        }
        Action::CreateTable { name, partition_of: Some((table, is_default)), .. } if !is_default => {
            partition::beside_default(linter, span, table, name, &PartitionBounds::Hash);
        }
        // psql and Flyway send the rows.
        Action::CopyFromClient if matches!(linter.runner, Runner::Psql | Runner::Flyway) => {}
        Action::CopyFromClient => linter.report(
            span,
            Subject::File,
            "reads rows from the client",
            Violation {
                rule: RuleId::CopyFromStdin,
                class: Class::Invalid,
                why: "psql sends the lines that follow; who sends the file as it is is refused by the server",
                fix: "use INSERT, or COPY from outside of migrations".into(),
            },
        ),
        Action::DynamicSql => linter.report(
            span,
            Subject::File,
            "runs text that is put together at run time",
            function_body::dynamic_sql(),
        ),
        Action::ForeignBody { language } => linter.report(
            span,
            Subject::File,
            format!("runs a function in the language {language}"),
            function_body::unparsed_body(),
        ),
        Action::UnparsedBody { why } => linter.report(
            span,
            Subject::File,
            format!("a body cannot be read: {why}"),
            function_body::unparsed_body(),
        ),
        _ => {}
    }
}

/// How a statement changes rows that are there.
#[derive(Clone, Copy)]
enum Write {
    Updates,
    Deletes,
}

/// Rows up to which a write is small.
const SMALL: u64 = 10_000;

fn write(linter: &mut Linter<'_>, span: Span, table: &Name, filter: &RowFilter, kind: Write) {
    if !linter.schema.reaches_live_rows(table) {
        return;
    }
    if filter.is_small(&linter.schema.keys(table)) {
        let follower = linter.schema.changed_by_deletion(table).filter(|_| matches!(kind, Write::Deletes));
        if let Some(follower) = follower.cloned() {
            let what = format!("deletes from `{table}`, and with it deletes or changes rows of");
            unbounded(linter, span, &follower, &what, None);
        }
        return;
    }
    let shown = table.as_sql();
    let (verb, why, batch) = match kind {
        Write::Updates => (
            "updates",
            "every row stays locked until the whole file is done: writes to it wait; the table doubles in size",
            format!(
                "in batches, outside the migration: UPDATE {shown}, for some thousand rows by their key at a time"
            ),
        ),
        Write::Deletes => (
            "deletes",
            "the rows are gone for every running release, and every row stays locked until the whole file is done",
            format!(
                "in batches, outside the migration: DELETE FROM {shown}, some thousand rows by their key at a time"
            ),
        ),
    };
    if filter.conditions.is_empty() {
        let message = format!("{verb} every row of `{table}`");
        linter.report(
            span,
            Subject::table(table),
            message,
            unsafe_because(RuleId::WholeTableWrite, why, batch),
        );
        return;
    }
    unbounded(linter, span, table, &format!("{verb} rows of"), Some(batch));
}

/// A write of rows whose number does not show.
fn unbounded(linter: &mut Linter<'_>, span: Span, table: &Name, what: &str, fix: Option<String>) {
    if lock::report_behind(linter, span, table, &format!("{what} `{table}`")) {
        return;
    }
    let fix = fix.unwrap_or_else(|| {
        "in batches, outside the migration, some thousand rows by their key at a time".to_owned()
    });
    linter.report(
        span, Subject::table(table),
        format!("{what} `{table}`; how many they are does not show"),
        review_because(
            RuleId::UnboundedWrite,
            "no condition gives a key: if the rows are many, they stay locked until the whole file is done, and writes to them wait",
            fix,
        ),
    );
}

fn insert(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    rows: Option<u64>,
    updates: bool,
    statement: &Statement,
) {
    if rows.is_some_and(|rows| rows <= SMALL) {
        return;
    }
    if updates && linter.schema.reaches_live_rows(table) {
        return unbounded(linter, span, table, "inserts or updates rows of", None);
    }
    let reads_live = statement.tables.iter().any(|other| other != table && linter.schema.is_live(other));
    if rows.is_none() && (reads_live || linter.schema.is_live(table)) {
        lock::report_behind(linter, span, table, &format!("copies rows into `{table}`"));
    }
}

/// Rows of live tables that a query copies into a new one.
fn copy(linter: &mut Linter<'_>, span: Span, name: &Name, statement: &Statement) {
    if statement.tables.iter().any(|other| other != name && linter.schema.is_live(other)) {
        lock::report_behind(linter, span, name, &format!("copies rows into `{name}`"));
    }
}

/// A refresh beside readers, which a unique index makes possible.
fn refresh(linter: &Linter<'_>, name: &Name) -> Fix {
    let has_key = linter.schema.indexes.values().any(|index| index.table == *name && index.unique);
    if has_key {
        return Fix::files(vec![format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {};", name.as_sql())]);
    }
    Fix::from(
        "create a unique index on columns of the view first (a new view has one at once); then REFRESH … CONCURRENTLY",
    )
}

/// Checks the use of enum values that the file added.
pub(super) fn new_values(linter: &mut Linter<'_>, statement: &Statement) {
    if !linter.is_in_transaction() {
        return;
    }
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
