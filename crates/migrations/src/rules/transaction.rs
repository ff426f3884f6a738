//! The transaction that a file runs in. golang-migrate sends a file as one message, which PostgreSQL runs as one
//! transaction unless the file has a single statement; others do it otherwise ([`Transaction`]).

use crate::directory::{Runner, Transaction};
use crate::finding::{RuleId, Subject};
use crate::parse::ParsedFile;
use crate::rules::linter::{Linter, unsafe_because};
use crate::statement::{Action, Effect, Scope, Statement, TableAction};

/// A statement that begins or ends a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Begin,
    Commit,
    Rollback,
}

impl Control {
    const fn word(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN",
            Self::Commit => "COMMIT",
            Self::Rollback => "ROLLBACK",
        }
    }
}

/// How a file reaches the server, now that its statements are known.
pub(super) fn of_file(transaction: Transaction, file: &ParsedFile) -> Transaction {
    let mut own = file.statements.iter().filter(|statement| statement.scope == Scope::File).peekable();
    let refuses = |statement: &Statement| statement.effects.iter().any(|it| refusing(&it.action).is_some());
    match transaction {
        Transaction::EnclosedIfPossible if own.peek().is_some() && own.all(refuses) => {
            Transaction::Statements
        }
        other => other,
    }
}

/// Takes note of the transaction in which the next statement of the file stands.
pub(super) fn follow(linter: &mut Linter<'_>, statement: &Statement) {
    if linter.transaction != Transaction::Statements {
        return;
    }
    if !linter.has_begun {
        // What the statement before locked is free again.
        linter.locked = None;
        linter.schema.created.unvalidated.clear();
        linter.timeouts.end_transaction();
    }
    for effect in &statement.effects {
        match effect.action {
            Action::Begin => linter.has_begun = true,
            Action::Commit | Action::Rollback => linter.has_begun = false,
            _ => {}
        }
    }
}

/// Checks `BEGIN`, `COMMIT` and `ROLLBACK` of a file. A pair that encloses the whole file changes nothing.
pub(super) fn whole_file(linter: &mut Linter<'_>, file: &ParsedFile) {
    let control = |statement: &Statement| match statement.effects.first().map(|effect| &effect.action) {
        Some(Action::Begin) => Some(Control::Begin),
        Some(Action::Commit) => Some(Control::Commit),
        Some(Action::Rollback) => Some(Control::Rollback),
        _ => None,
    };
    let statements: Vec<&Statement> =
        file.statements.iter().filter(|statement| statement.scope == Scope::File).collect();
    let ends: Vec<(usize, Control)> = statements
        .iter()
        .enumerate()
        .filter_map(|(index, statement)| Some((index, control(statement)?)))
        .collect();
    let last = statements.len().saturating_sub(1);
    let is_enclosed =
        matches!(ends[..], [(0, Control::Begin), (end, Control::Commit)] if end == last && end > 0);
    // `SET lock_timeout` may stand before BEGIN.
    let is_led_by_settings = matches!(ends[..], [(begin, Control::Begin), (end, Control::Commit)]
    if end == last && statements[..begin].iter().all(|statement| {
        matches!(statement.effects.first().map(|effect| &effect.action), Some(Action::Set { .. }))
    }));
    if ends.is_empty() || is_enclosed || is_led_by_settings {
        return;
    }
    // Statement by statement, a file may begin and end as many as it likes.
    let is_left_open = ends.last().is_some_and(|(_, control)| *control == Control::Begin);
    if linter.transaction == Transaction::Statements && !is_left_open {
        return;
    }
    let ends_open = !ends.iter().any(|(_, control)| *control == Control::Commit);
    for (index, control) in ends {
        if control == Control::Begin && !ends_open {
            continue;
        }
        linter.report(
            statements[index].span, Subject::File,
            format!("{} inside a migration", control.word()),
            unsafe_because(
                RuleId::TransactionNesting,
                "the file is one transaction already: what stands before is kept and what stands behind may fail, or nothing is kept, while the runner counts the migration as applied",
                "leave it out; where two steps must be separate, write two files",
            ),
        );
    }
}

/// Checks statements that refuse to run in a transaction.
pub(super) fn check(linter: &mut Linter<'_>, effect: &Effect, statement: &Statement) {
    let in_block = statement.scope != Scope::File;
    let (words, rule) = match &effect.action {
        Action::Commit | Action::Rollback if in_block => {
            linter.report(
                effect.span, Subject::File,
                "ends the transaction inside a block",
                unsafe_because(
                    RuleId::TransactionNesting,
                    "in a file of several statements it fails; in one of a single statement the first part is kept when the second fails",
                    "leave it out; where two steps must be separate, write two files",
                ),
            );
            return;
        }
        action => match refusing(action) {
            Some(refusing) => refusing,
            None => return,
        },
    };
    if linter.is_in_transaction() || in_block {
        let why = match (linter.runner, linter.transaction) {
            (Runner::GolangMigrate, _) => {
                "golang-migrate sends the whole file as one message, which PostgreSQL runs as one transaction: the statement fails, and the version is left dirty"
            }
            (_, Transaction::Message) => {
                "the whole file is one message, which PostgreSQL runs as one transaction: the statement fails"
            }
            (_, Transaction::Statements) => "the file begins a transaction before it: the statement fails",
            _ => "the file is run in a transaction: the statement fails",
        };
        linter.report(
            effect.span,
            Subject::File,
            format!("{words} does not run in a transaction"),
            unsafe_because(rule, why, linter.runner.without_transaction()),
        );
    }
}

/// What a statement is called that refuses to run in a transaction, and the rule for it.
fn refusing(action: &Action) -> Option<(&str, RuleId)> {
    Some(match action {
        Action::CreateIndex { options, .. } if options.concurrently => {
            ("CREATE INDEX CONCURRENTLY", RuleId::BanConcurrentIndexCreationInTransaction)
        }
        Action::DropIndex { concurrently: true, .. } => {
            ("DROP INDEX CONCURRENTLY", RuleId::BanConcurrentIndexCreationInTransaction)
        }
        Action::Reindex { concurrently: true, .. } => {
            ("REINDEX CONCURRENTLY", RuleId::BanConcurrentIndexCreationInTransaction)
        }
        Action::AlterTable { action: TableAction::DetachPartition { concurrently: true, .. }, .. } => {
            ("DETACH PARTITION CONCURRENTLY", RuleId::BanConcurrentIndexCreationInTransaction)
        }
        Action::Vacuum { .. } => ("VACUUM", RuleId::BanInTransaction),
        Action::AlterSystem => ("ALTER SYSTEM", RuleId::BanInTransaction),
        Action::NotInTransaction { words } => (words.as_str(), RuleId::BanInTransaction),
        _ => return None,
    })
}
