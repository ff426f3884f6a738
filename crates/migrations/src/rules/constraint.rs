//! Constraints: adding, validating and dropping them.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, contract_because, unsafe_because};
use crate::schema::constraint_name;
use crate::statement::{Column, ColumnDefault, Constraint, ConstraintKind, Generated, TableAction};

const SCAN: &str =
    "PostgreSQL reads the whole table under ACCESS EXCLUSIVE: reads and writes wait until it is done";
const SCAN_BOTH: &str = "PostgreSQL reads the whole table under SHARE ROW EXCLUSIVE on both tables: writes to either wait until it is done";
const BUILD: &str =
    "PostgreSQL builds the index under ACCESS EXCLUSIVE: reads and writes wait until it is done";

/// Checks `ADD CONSTRAINT`.
pub(super) fn add(linter: &mut Linter<'_>, span: Span, table: &Name, constraint: &Constraint) {
    if !linter.schema.is_live(table) {
        return;
    }
    let name = constraint_name(table, constraint);
    let two_steps = |definition: &str| {
        format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} {definition} NOT VALID;\n-- next file\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"
        )
    };
    match &constraint.kind {
        ConstraintKind::ForeignKey { columns, table: other } if !constraint.not_valid => linter.report(
            span, Subject::constraint(table, &name),
            format!("adds a foreign key to `{other}` and checks every row"),
            unsafe_because(
                RuleId::AddingForeignKeyConstraint,
                SCAN_BOTH,
                two_steps(&format!("FOREIGN KEY ({}) REFERENCES {other}", columns.join(", "))),
            ),
        ),
        ConstraintKind::Check { .. } if !constraint.not_valid => linter.report(
            span, Subject::constraint(table, &name),
            "adds a check and applies it to every row",
            unsafe_because(RuleId::ConstraintMissingNotValid, SCAN, two_steps("CHECK (…)")),
        ),
        ConstraintKind::NotNull(column) if !constraint.not_valid => {
            if !linter.schema.is_proven_not_null(table, column) {
                linter.report(
                    span, Subject::column(table, column),
                    format!("forbids nulls in `{column}`"),
                    unsafe_because(RuleId::AddingNotNullableField, SCAN, two_steps(&format!("NOT NULL {column}"))),
                );
            }
        }
        ConstraintKind::Unique { columns, using_index } => {
            unique(linter, span, table, &name, Key::Unique, columns, using_index.as_deref());
        }
        ConstraintKind::PrimaryKey { columns, using_index } => {
            unique(linter, span, table, &name, Key::Primary, columns, using_index.as_deref());
        }
        ConstraintKind::Exclusion => linter.report(
            span, Subject::constraint(table, &name),
            "adds an exclusion constraint to a table that exists",
            unsafe_because(
                RuleId::AddingExclusionConstraint,
                BUILD,
                "there is no way to build it beside the running release: put it on a new table, or add it while nobody writes",
            ),
        ),
        _ => narrows(linter, span, table, constraint),
    }
}

/// A constraint that PostgreSQL keeps with an index.
#[derive(Clone, Copy)]
enum Key {
    Primary,
    Unique,
}

fn unique(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    name: &str,
    key: Key,
    columns: &[String],
    using_index: Option<&str>,
) {
    let (is_primary, what) = match key {
        Key::Primary => (true, "PRIMARY KEY"),
        Key::Unique => (false, "UNIQUE"),
    };
    if let Some(index) = using_index {
        let index = Name { schema: table.schema.clone(), name: index.to_owned() };
        let of_index = linter.schema.indexes.get(&index).map(|index| index.columns.clone());
        let columns = of_index.as_deref().unwrap_or(columns);
        // The index has the rule already; a primary key also makes its columns NOT NULL, which reads the table.
        if is_primary && columns.iter().any(|column| !linter.schema.is_proven_not_null(table, column)) {
            linter.report(
                span,
                Subject::constraint(table, name),
                "makes a primary key of columns that may hold nulls",
                unsafe_because(
                    RuleId::AddingPrimaryKeyConstraint,
                    SCAN,
                    "make the columns NOT NULL first, through a validated check",
                ),
            );
        }
        return;
    }
    let rule =
        if is_primary { RuleId::AddingPrimaryKeyConstraint } else { RuleId::DisallowedUniqueConstraint };
    linter.report(
        span, Subject::constraint(table, name),
        format!("builds the index of a {what} constraint in place"),
        unsafe_because(
            rule,
            BUILD,
            format!(
                "CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({});\n-- next file\nALTER TABLE {table} ADD CONSTRAINT {name} {what} USING INDEX {name};",
                columns.join(", ")
            ),
        ),
    );
}

/// A constraint over columns that old code writes forbids some of what it writes.
fn narrows(linter: &mut Linter<'_>, span: Span, table: &Name, constraint: &Constraint) {
    let columns: Vec<String> = match &constraint.kind {
        ConstraintKind::ForeignKey { columns, .. } => columns.clone(),
        ConstraintKind::NotNull(column) => vec![column.clone()],
        ConstraintKind::Check { columns, .. } => {
            let known = linter.schema.tables.get(table);
            let is_column = |name: &&String| known.is_none_or(|table| table.columns.contains_key(*name));
            columns.iter().filter(is_column).cloned().collect()
        }
        _ => return,
    };
    let is_new =
        !columns.is_empty() && columns.iter().all(|column| !linter.schema.is_live_column(table, column));
    if is_new {
        return;
    }
    linter.report(
        span, Subject::constraint(table, &constraint_name(table, constraint)),
        format!("new rows of `{table}` must fulfil a new constraint"),
        contract_because(
            RuleId::NarrowingConstraint,
            "a running release that writes other values fails from this moment on; rows that are there are not looked at",
            "make sure that every release that runs writes only what the constraint allows, and have that approved",
        ),
    );
}

/// Checks a constraint that is written at a new column.
pub(super) fn add_with_column(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    column: &Column,
    constraint: &Constraint,
) {
    let fills = column.default != ColumnDefault::Absent
        || column.generated != Generated::No
        || column.data_type.is_serial();
    match &constraint.kind {
        // Without a default every row has null there, which PostgreSQL knows to fulfil a foreign key.
        ConstraintKind::ForeignKey { .. } if !fills => {}
        ConstraintKind::ForeignKey { .. }
        | ConstraintKind::Check { .. }
        | ConstraintKind::Unique { .. }
        | ConstraintKind::PrimaryKey { .. }
        | ConstraintKind::Exclusion => add(linter, span, table, constraint),
        ConstraintKind::NotNull(_) => {}
    }
}

/// Checks `VALIDATE CONSTRAINT` and `DROP CONSTRAINT`.
pub(super) fn change(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    if !linter.schema.is_live(table) {
        return;
    }
    match action {
        TableAction::ValidateConstraint(name)
            if linter.schema.created.unvalidated.contains(&(table.clone(), name.clone())) =>
        {
            linter.report(
                    span, Subject::constraint(table, name),
                    format!("validates `{name}` in the transaction that added it"),
                    unsafe_because(
                        RuleId::ConstraintValidatedInSameTransaction,
                        "the lock of ADD CONSTRAINT is held while VALIDATE reads the whole table: writes wait, as if NOT VALID had not been written",
                        format!("-- a file of its own\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"),
                    ),
                );
        }
        TableAction::DropConstraint { name, .. } => {
            let live = linter.schema.constraint(table, name);
            let widens = live.is_some_and(|live| {
                matches!(
                    live.kind,
                    ConstraintKind::Check { .. }
                        | ConstraintKind::ForeignKey { .. }
                        | ConstraintKind::NotNull(_)
                )
            });
            let is_fresh = linter.schema.created.unvalidated.contains(&(table.clone(), name.clone()));
            if !widens && !is_fresh {
                linter.report(
                    span, Subject::constraint(table, name),
                    format!("drops the constraint `{name}`"),
                    contract_because(
                        RuleId::BanDropConstraint,
                        "`INSERT … ON CONFLICT` of a running release fails without the unique constraint that it names, and foreign keys to it are in the way",
                        "release code that does not rely on it first",
                    ),
                );
            }
        }
        _ => {}
    }
}
