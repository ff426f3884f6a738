//! `ADD COLUMN`: required columns, defaults, and columns that fill themselves.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::constraint;
use crate::rules::linter::{Linter, REWRITES_TABLE, review_because, unsafe_because};
use crate::rules::volatility::{Volatility, volatility};
use crate::statement::{Column, ColumnDefault, Generated};

/// Checks `ADD COLUMN`.
pub(super) fn add(linter: &mut Linter<'_>, span: Span, table: &Name, column: &Column) {
    if !linter.schema.is_live(table) {
        return;
    }
    let name = &column.name;
    let data_type = &column.data_type;
    if data_type.is_serial() {
        let fix = format!(
            "ALTER TABLE {table} ADD COLUMN {name} bigint;\n-- then, in files of their own: a sequence, SET DEFAULT nextval(…), the rows in batches"
        );
        linter.report(
            span,
            Subject::column(table, name),
            format!("adds the {data_type} column `{name}` to a table that exists"),
            unsafe_because(RuleId::AddingSerialField, REWRITES_TABLE, fix),
        );
    }
    match column.generated {
        Generated::Identity => linter.report(
            span, Subject::column(table, name),
            format!("adds the identity column `{name}` to a table that exists"),
            unsafe_because(RuleId::AddingIdentityField, REWRITES_TABLE, format!("ALTER TABLE {table} ADD COLUMN {name} {data_type};\n-- then fill it in batches, and add the identity when it is complete")),
        ),
        Generated::Stored => linter.report(
            span, Subject::column(table, name),
            format!("adds the stored generated column `{name}` to a table that exists"),
            unsafe_because(RuleId::AddingGeneratedField, REWRITES_TABLE, format!("ALTER TABLE {table} ADD COLUMN {name} {data_type};\n-- then a trigger for new rows, and the old rows in batches; or an index on the expression")),
        ),
        Generated::No | Generated::Virtual => default(linter, span, table, column),
    }
    let fills_itself =
        column.default != ColumnDefault::Absent || column.generated != Generated::No || data_type.is_serial();
    if column.not_null && !fills_itself {
        let fix = format!(
            "ALTER TABLE {table} ADD COLUMN {name} {data_type} NOT NULL DEFAULT …;\n-- or without NOT NULL: `migrations new {name} --kind column-not-null` writes the three steps"
        );
        linter.report(
            span, Subject::column(table, name),
            format!("adds the required column `{name}` without a default"),
            unsafe_because(
                RuleId::AddingRequiredField,
                "it fails if the table has rows; if it has none, every INSERT of the old release, which does not know the column, fails",
                fix,
            ),
        );
    }
    for constraint in &column.constraints {
        constraint::add_with_column(linter, constraint.span, table, column, constraint);
    }
}

fn default(linter: &mut Linter<'_>, span: Span, table: &Name, column: &Column) {
    let ColumnDefault::Calls(functions) = &column.default else { return };
    let (name, data_type) = (&column.name, &column.data_type);
    let fix = format!(
        "ALTER TABLE {table} ADD COLUMN {name} {data_type};\nALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT …;\n-- then fill the old rows in batches, outside the migration"
    );
    for function in functions {
        match volatility(linter.schema, function) {
            Volatility::Stable => {}
            Volatility::Volatile => linter.report(
                span, Subject::column(table, name),
                format!("the default of `{name}` calls `{function}`, which gives every row another value"),
                unsafe_because(RuleId::AddingFieldWithDefault, REWRITES_TABLE, fix.clone()),
            ),
            Volatility::Unknown => linter.report(
                span, Subject::column(table, name),
                format!("the default of `{name}` calls `{function}`, which may be volatile"),
                review_because(
                    RuleId::DefaultOfUnknownVolatility,
                    "if the function is VOLATILE, as functions are unless they say otherwise, the table is rewritten under ACCESS EXCLUSIVE",
                    fix.clone(),
                ),
            ),
        }
    }
}
