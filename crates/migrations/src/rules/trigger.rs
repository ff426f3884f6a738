//! Triggers on live tables: what a running release notices of them.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, review_because};
use crate::statement::{Action, ObjectKind, RowWrite, TriggerBody};

/// Functions of PostgreSQL that are made for triggers, and refuse nothing.
const BUILT_IN: [&str; 3] =
    ["suppress_redundant_updates_trigger", "tsvector_update_trigger", "tsvector_update_trigger_column"];

/// Whether a trigger stores something else than a running release wrote. The time of a write is nobody's, and what new
/// columns have comes from the new release.
fn changes(linter: &Linter<'_>, table: &Name, write: &RowWrite) -> bool {
    let is_old = |column: &String| linter.schema.is_live_column(table, column);
    let is_copied = !write.from.is_empty() && !write.from.iter().any(is_old);
    is_old(&write.column) && !write.is_time && !is_copied
}

/// Checks a new trigger.
pub(super) fn check(linter: &mut Linter<'_>, span: Span, action: &Action) {
    let Action::CreateTrigger { table, name, before, only_deletes, function } = action else { return };
    let before = *before;
    if !linter.schema.is_live(table) {
        return;
    }
    let known = function.as_ref().and_then(|function| linter.schema.functions.get(function));
    let is_built_in = function.as_ref().is_some_and(|function| BUILT_IN.contains(&function.name.as_str()));
    // A row that has no such column makes the function fail.
    let columns =
        linter.schema.tables.get(table).map(|table| &table.columns).filter(|columns| !columns.is_empty());
    let is_absent = |field: &&String| columns.is_some_and(|columns| !columns.contains_key(*field));
    let why = match known {
        Some(functions) => functions.iter().find_map(|function| {
            match (&function.as_trigger, function.row_fields.iter().find(is_absent)) {
                (TriggerBody::Noticed(why), _) => Some(why.clone()),
                (TriggerBody::Quiet | TriggerBody::ReturnsNull | TriggerBody::ReturnsOld, Some(field)) => {
                    Some(format!("its function names the column `{field}`, which the table does not have"))
                }
                (TriggerBody::ReturnsNull, None) => before.then(|| "it drops rows".to_owned()),
                (TriggerBody::ReturnsOld, None) => {
                    (before && !only_deletes).then(|| "it stores the row as it was".to_owned())
                }
                (TriggerBody::Quiet, None) => {
                    let changed =
                        function.row_writes.iter().find(|write| before && changes(linter, table, write));
                    changed.map(|write| format!("it sets `{}`, which a running release writes", write.column))
                }
            }
        }),
        None if is_built_in => None,
        None => Some("no migration makes its function".to_owned()),
    };
    let Some(why) = why else { return };
    linter.report(
        span,
        Subject::object(ObjectKind::Trigger, &table.renamed(name)),
        format!("adds a trigger to `{table}`: {why}"),
        review_because(
            RuleId::CreatingTrigger,
            "the trigger runs with every write of a running release, which may be refused, slowed down, or stored otherwise",
            "let it only set columns that are new; or show that no write of a running release fails, with `migrations compat`",
        ),
    );
}
