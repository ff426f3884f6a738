//! Advice: nothing fails because of it.

use crate::finding::Class;
use crate::read::Reading;
use crate::rules::{Judge, Verdict};
use crate::statement::{Action, Column, Place, Span, Statement, TableAction};

/// PostgreSQL cuts longer names (`NAMEDATALEN` - 1).
const LONGEST_NAME: usize = 63;

/// Gives advice on a file.
pub(super) fn advise(judge: &mut Judge<'_>, reading: &Reading) {
    let mut has_timeout = false;
    let mut was_advised = false;
    for statement in
        reading.statements.iter().filter(|statement| !matches!(statement.place, Place::Function(_)))
    {
        for effect in &statement.effects {
            has_timeout |= matches!(&effect.action, Action::Set { name, .. } if name == "lock_timeout");
            names(judge, effect.span, &effect.action);
            columns(judge, effect.span, &effect.action);
        }
        if !has_timeout && !was_advised && waits(judge, statement) {
            was_advised = true;
            advice(
                judge,
                statement.span,
                "require-lock-timeout",
                "takes a lock without a limit on how long it waits for it",
                "while it waits behind a long query, every later query of the table waits behind it",
                "SET lock_timeout = '2s';\n-- or for every migration: `options=-c%20lock_timeout=2s` in golang-migrate's URL",
            );
        }
    }
}

fn waits(judge: &Judge<'_>, statement: &Statement) -> bool {
    statement.effects.iter().any(|effect| match &effect.action {
        Action::AlterTable { table, action } => {
            judge.schema.is_live(table) && !matches!(action, TableAction::ValidateConstraint(_))
        }
        Action::CreateTrigger { table, .. } | Action::CreatePolicy { table, .. } => {
            judge.schema.is_live(table)
        }
        Action::CreateTable { partition_of: Some((parent, _)), .. } => judge.schema.is_live(parent),
        _ => false,
    })
}

fn advice(
    judge: &mut Judge<'_>,
    span: Span,
    rule: &'static str,
    message: &str,
    why: &'static str,
    fix: &str,
) {
    judge.report(span, message, Verdict { rule, class: Class::Expand, why, fix: fix.to_owned() });
}

fn names(judge: &mut Judge<'_>, span: Span, action: &Action) {
    let mut long: Vec<&str> = Vec::new();
    let look = |name: &'_ str| name.len() > LONGEST_NAME;
    match action {
        Action::CreateTable { name, columns, constraints, .. } => {
            let of_columns = columns.iter().map(|column| column.name.as_str());
            let of_constraints = constraints.iter().filter_map(|it| it.name.as_deref());
            long.extend(
                [name.name.as_str()]
                    .into_iter()
                    .chain(of_columns)
                    .chain(of_constraints)
                    .filter(|it| look(it)),
            );
        }
        Action::AlterTable { action: TableAction::AddColumn { column, .. }, .. } => {
            long.extend([column.name.as_str()].into_iter().filter(|it| look(it)));
        }
        Action::AlterTable { action: TableAction::AddConstraint(constraint), .. } => {
            long.extend(constraint.name.as_deref().filter(|it| look(it)));
        }
        Action::CreateIndex { name: Some(name), .. }
        | Action::CreateView { name, .. }
        | Action::CreateFunction { name, .. }
        | Action::Create { name, .. } => long.extend([name.name.as_str()].into_iter().filter(|it| look(it))),
        _ => {}
    }
    for name in long.into_iter().map(str::to_owned).collect::<Vec<_>>() {
        advice(
            judge,
            span,
            "identifier-too-long",
            &format!("the name `{name}` has {} bytes", name.len()),
            "PostgreSQL cuts it to 63 bytes, and another name with the same beginning collides with it",
            "choose a shorter name",
        );
    }
}

fn columns(judge: &mut Judge<'_>, span: Span, action: &Action) {
    let columns: &[Column] = match action {
        Action::CreateTable { columns, .. } => columns,
        Action::AlterTable { action: TableAction::AddColumn { column, .. }, .. } => {
            std::slice::from_ref(column)
        }
        _ => return,
    };
    for column in columns.iter().filter(|column| column.data_type.base == "json") {
        advice(
            judge,
            span,
            "prefer-jsonb",
            &format!("the column `{}` has the type json", column.name),
            "json has no equality: SELECT DISTINCT and UNION over the column fail",
            "use jsonb",
        );
    }
}
