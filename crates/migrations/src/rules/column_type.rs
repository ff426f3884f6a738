//! `ALTER COLUMN … TYPE`: which changes rewrite the table, read it, or do neither.

use crate::data_type::{DataType, TypeChange};
use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, REWRITES_TABLE, unsafe_because};

/// Checks a change of a column's type.
pub(super) fn alter_type(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    column: &str,
    new: &DataType,
    converts: bool,
) {
    let old = linter.schema.column(table, column).map(|column| column.data_type.clone());
    let fix = format!(
        "`migrations new {column} --kind change-type` writes the steps: a new column of type {new}, a trigger that fills it, the old rows in batches, then the switch"
    );
    let Some(old) = old else {
        linter.report(
            span,
            Subject::column(table, column),
            format!("changes the type of `{column}` to {new}; the migrations do not say what it was"),
            unsafe_because(RuleId::ChangingColumnType, REWRITES_TABLE, fix),
        );
        return;
    };
    if let Some(view) = linter.schema.view_of(table, column) {
        let message = format!("changes the type of `{column}`, which the view `{view}` reads");
        linter.report(
            span, Subject::column(table, column),
            message,
            unsafe_because(
                RuleId::ColumnUsedByView,
                "PostgreSQL refuses it, even for a type that would need no rewrite: the migration fails and leaves the dirty flag",
                "drop the view and create it again in the same file, and have that reviewed; or leave the type",
            ),
        );
        return;
    }
    if converts || old.change_to(new) != TypeChange::Free {
        linter.report(
            span,
            Subject::column(table, column),
            format!("changes the type of `{column}` from {old} to {new}"),
            unsafe_because(RuleId::ChangingColumnType, REWRITES_TABLE, fix),
        );
    } else if linter.schema.is_checked(table, column) {
        linter.report(
            span, Subject::column(table, column),
            format!("changes the type of `{column}`, which a check looks at"),
            unsafe_because(
                RuleId::ChangingColumnType,
                "the type alone would cost nothing, but PostgreSQL applies the check to every row anew, under ACCESS EXCLUSIVE",
                "drop the check in a file before, and add it NOT VALID and validate it in files behind",
            ),
        );
    } else if linter.schema.is_computed_from(table, column) {
        linter.report(
            span, Subject::column(table, column),
            format!("changes the type of `{column}`, of which an index computes something"),
            unsafe_because(
                RuleId::ChangingColumnType,
                "the type alone would cost nothing, but PostgreSQL builds an index with a condition or an expression anew, under ACCESS EXCLUSIVE",
                "drop the index CONCURRENTLY in a file before, and build it CONCURRENTLY in a file behind",
            ),
        );
    } else if !old.is_compatible_with(new) {
        linter.report(
            span,
            Subject::column(table, column),
            format!("changes the type of `{column}` from {old} to {new}"),
            unsafe_because(
                RuleId::ChangingColumnType,
                "the rows stay as they are, but a running release gets another type than it was compiled for",
                fix,
            ),
        );
    }
}
