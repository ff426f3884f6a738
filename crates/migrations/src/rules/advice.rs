//! Advice: nothing fails because of it.

use crate::finding::{RuleId, Subject};
use crate::identifier::LONGEST_NAME;
use crate::name::Name;
use crate::parse::ParsedFile;
use crate::position::Span;
use crate::rules::linter::{Linter, advice_because};
use crate::statement::{Action, Column, Scope, TableAction};

/// Gives advice on a file: on names and types that it makes.
pub(super) fn advise(linter: &mut Linter<'_>, file: &ParsedFile) {
    for statement in file.statements.iter().filter(|statement| !matches!(statement.scope, Scope::Function(_)))
    {
        for effect in &statement.effects {
            names(linter, effect.span, &effect.action);
            columns(linter, effect.span, &effect.action);
        }
    }
}

fn names(linter: &mut Linter<'_>, span: Span, action: &Action) {
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
        linter.report(
            span,
            Subject::File,
            format!("the name `{name}` has {} bytes", name.len()),
            advice_because(
                RuleId::IdentifierTooLong,
                "PostgreSQL cuts it to 63 bytes, and another name with the same beginning collides with it",
                "choose a shorter name",
            ),
        );
    }
}

fn columns(linter: &mut Linter<'_>, span: Span, action: &Action) {
    let (table, columns): (&Name, &[Column]) = match action {
        Action::CreateTable { name, columns, .. } => (name, columns),
        Action::AlterTable { table, action: TableAction::AddColumn { column, .. }, .. } => {
            (table, std::slice::from_ref(column))
        }
        _ => return,
    };
    for column in columns.iter().filter(|column| column.data_type.base == "json") {
        linter.report(
            span,
            Subject::column(table, &column.name),
            format!("the column `{}` has the type json", column.name),
            advice_because(
                RuleId::PreferJsonb,
                "json has no equality: SELECT DISTINCT and UNION over the column fail",
                "use jsonb",
            ),
        );
    }
}
