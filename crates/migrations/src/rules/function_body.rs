//! Bodies of functions: what runs later, what is put together at run time, and what cannot be parsed.

use std::collections::HashSet;

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::parse::ParsedFile;
use crate::rules::linter::{Linter, Violation, review_because};
use crate::statement::{Action, ObjectKind, Scope, Statement};

/// Functions that run with the file: called by it, or by a function that is.
pub(super) fn called(file: &ParsedFile) -> HashSet<Name> {
    let mut called = HashSet::new();
    loop {
        let before = called.len();
        for statement in &file.statements {
            let runs = match &statement.scope {
                Scope::File => !statement.effects.iter().all(|effect| defines(&effect.action)),
                Scope::DoBlock => true,
                Scope::Function(name) => called.contains(&name.without_public()),
            };
            if runs {
                called.extend(statement.calls.iter().map(Name::without_public));
            }
        }
        if called.len() == before {
            return called;
        }
    }
}

/// Statements that name functions without calling them.
const fn defines(action: &Action) -> bool {
    matches!(
        action,
        Action::CreateFunction { .. }
            | Action::CreateTrigger { .. }
            | Action::CreateView { .. }
            | Action::CreatePolicy { .. }
            | Action::CreateTable { .. }
    )
}

/// What stands in a function that the file does not call.
pub(super) fn uncalled(linter: &mut Linter<'_>, statement: &Statement) {
    for effect in &statement.effects {
        let (what, subject) = match &effect.action {
            Action::AlterTable { table, .. } => ("changes a table", Subject::table(table)),
            Action::Drop { kind, names, .. } => ("drops an object", Subject::first_of(*kind, names)),
            Action::DropIndex { names, .. } => {
                ("drops an object", Subject::first_of(ObjectKind::Index, names))
            }
            Action::CreateIndex { table, options, .. } if !options.concurrently => {
                ("builds an index", Subject::table(table))
            }
            Action::Truncate { tables, .. } => {
                ("empties a table", Subject::first_of(ObjectKind::Table, tables))
            }
            Action::Lock { tables, .. } => ("locks a table", Subject::first_of(ObjectKind::Table, tables)),
            Action::DynamicSql => {
                linter.report(
                    effect.span,
                    Subject::File,
                    "the function runs text that is put together at run time",
                    dynamic_sql(),
                );
                continue;
            }
            Action::UnparsedBody { why } => {
                let message = format!("a body cannot be read: {why}");
                linter.report(effect.span, Subject::File, message, unparsed_body());
                continue;
            }
            _ => continue,
        };
        let violation = review_because(
            RuleId::SchemaChangeInFunction,
            "a function that changes the schema takes ACCESS EXCLUSIVE when something calls it: when, and for how long, does not show here",
            "put schema changes into migrations, one per file",
        );
        linter.report(effect.span, subject, format!("the function {what} when it is called"), violation);
    }
}

pub(super) fn dynamic_sql() -> Violation {
    review_because(
        RuleId::DynamicSql,
        "what runs is not in the file, so its locks and what it breaks cannot be judged by reading",
        "write the statements out; if that is impossible, show in the pull request what the text becomes, and get it approved",
    )
}

pub(super) fn unparsed_body() -> Violation {
    review_because(
        RuleId::UnreadBody,
        "what the body does cannot be judged by reading",
        "write it in SQL or PL/pgSQL, or get it approved",
    )
}
