//! Functions that a statement calls: of earlier migrations, of PostgreSQL, and those that nobody knows.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, Violation, review_because};
use crate::rules::volatility::{BuiltIn, built_in};
use crate::schema::Schema;
use crate::statement::{Action, ObjectKind, Statement};

/// Whether the functions that a statement names run with it, rather than when something else happens.
pub(super) fn runs_calls(statement: &Statement) -> bool {
    statement.effects.iter().all(|effect| match &effect.action {
        Action::Harmless
        | Action::LockRows { .. }
        | Action::Insert { .. }
        | Action::Update { .. }
        | Action::Delete { .. }
        | Action::Merge { .. }
        | Action::CopyOnServer { .. }
        | Action::DynamicSql
        | Action::Set { .. }
        | Action::Truncate { .. }
        | Action::UnparsedBody { .. } => true,
        Action::CreateView { kind, .. } => *kind == ObjectKind::MaterializedView,
        Action::CreateTable { columns, constraints, .. } => columns.is_empty() && constraints.is_empty(),
        _ => false,
    })
}

/// Whether the functions run again and again: in a loop, or for each row of a query of a live table.
pub(super) fn repeats_calls(schema: &Schema, statement: &Statement) -> bool {
    let writes = statement.effects.iter().any(|effect| {
        matches!(
            effect.action,
            Action::Update { .. } | Action::Delete { .. } | Action::Insert { rows: Some(_), .. }
        )
    });
    statement.looped || (!writes && statement.tables.iter().any(|table| schema.reaches_live_rows(table)))
}

/// Functions that run because a view that the statement reads calls them.
pub(super) fn through_views(schema: &Schema, statement: &Statement) -> Vec<Name> {
    let mut functions: Vec<Name> = Vec::new();
    let mut views: Vec<&Name> = statement.tables.iter().collect();
    let mut seen = 0;
    while let Some(name) = views.get(seen).copied() {
        seen += 1;
        // A view that keeps its rows calls nothing when it is read.
        let Some(view) = schema.views.get(name) else { continue };
        if schema.is_materialized(name) {
            continue;
        }
        let new = view.calls.iter().filter(|function| schema.functions.contains_key(function));
        functions.extend(new.cloned());
        for table in &view.tables {
            if !views.contains(&table) {
                views.push(table);
            }
        }
    }
    functions
}

/// Functions of triggers on the tables that a statement writes.
pub(super) fn fired(schema: &Schema, statement: &Statement) -> Vec<Name> {
    let tables = statement.effects.iter().flat_map(|effect| match &effect.action {
        Action::Insert { table, .. }
        | Action::Update { table, .. }
        | Action::Delete { table, .. }
        | Action::Merge { table, .. } => std::slice::from_ref(table),
        Action::Truncate { tables, .. } => tables,
        _ => &[],
    });
    let triggers = tables.filter_map(|table| schema.tables.get(table)).flat_map(|table| &table.triggers);
    let mut functions: Vec<Name> = triggers.filter_map(|(_, function)| function.clone()).collect();
    functions.sort();
    functions.dedup();
    functions
}

/// Checks a function that no migration made.
pub(super) fn foreign(linter: &mut Linter<'_>, span: Span, function: &Name) {
    let subject = Subject::object(ObjectKind::Function, function);
    match built_in(function) {
        BuiltIn::Quiet => {}
        BuiltIn::Acts if function.name == "setval" => linter.report(
            span,
            subject,
            "sets a sequence",
            review_because(
                RuleId::AlteringSequence,
                "a sequence that is set too low hands out keys that exist, and inserts of every release fail",
                "show where the sequence stands and where the largest key is",
            ),
        ),
        BuiltIn::Acts => linter.report(
            span, subject,
            format!("calls `{function}`, which does more than compute"),
            review_because(
                RuleId::FunctionWithSideEffects,
                "what it does reaches others: their sessions, the server's files or settings, or the time that the file's locks are held",
                "do it outside of migrations, or have it approved",
            ),
        ),
        BuiltIn::Absent => linter.report(span, subject, format!("calls `{function}`, which no migration makes"), unknown()),
    }
}

/// A function that is not known at all.
pub(super) fn unknown() -> Violation {
    review_because(
        RuleId::UnknownFunction,
        "what the function does cannot be judged by reading these migrations",
        "write out what it does, or show it in the pull request and get it approved",
    )
}
