//! The transaction that a file runs in. golang-migrate sends a file as one message, which PostgreSQL runs as one
//! transaction unless the file has a single statement.

use crate::read::Reading;
use crate::rules::{Judge, unsafe_because};
use crate::statement::{Action, Effect, Place, Statement};

/// Judges `BEGIN`, `COMMIT` and `ROLLBACK` of a file. A pair that encloses the whole file changes nothing.
pub(super) fn whole_file(judge: &mut Judge<'_>, reading: &Reading) {
    let control = |statement: &Statement| match statement.effects.first().map(|effect| &effect.action) {
        Some(Action::Begin) => Some("BEGIN"),
        Some(Action::Commit) => Some("COMMIT"),
        Some(Action::Rollback) => Some("ROLLBACK"),
        _ => None,
    };
    let statements: Vec<&Statement> =
        reading.statements.iter().filter(|statement| statement.place == Place::File).collect();
    let ends: Vec<(usize, &str)> = statements
        .iter()
        .enumerate()
        .filter_map(|(index, statement)| Some((index, control(statement)?)))
        .collect();
    let last = statements.len().saturating_sub(1);
    let is_enclosed = matches!(ends[..], [(0, "BEGIN"), (end, "COMMIT")] if end == last && end > 0);
    // `SET lock_timeout` may stand before BEGIN.
    let is_led_by_settings = matches!(ends[..], [(begin, "BEGIN"), (end, "COMMIT")]
    if end == last && statements[..begin].iter().all(|statement| {
        matches!(statement.effects.first().map(|effect| &effect.action), Some(Action::Set { .. }))
    }));
    if ends.is_empty() || is_enclosed || is_led_by_settings {
        return;
    }
    let ends_open = !ends.iter().any(|(_, word)| *word == "COMMIT");
    for (index, word) in ends {
        if word == "BEGIN" && !ends_open {
            continue;
        }
        judge.report(
            statements[index].span,
            format!("{word} inside a migration"),
            unsafe_because(
                "transaction-nesting",
                "the file is one transaction already: what stands before is kept and what stands behind may fail, or nothing is kept, while golang-migrate counts the version as applied",
                "leave it out; where two steps must be separate, write two files",
            ),
        );
    }
}

/// Judges statements that refuse to run in a transaction.
pub(super) fn judge(judge: &mut Judge<'_>, effect: &Effect, statement: &Statement) {
    let in_block = statement.place != Place::File;
    let words = match &effect.action {
        Action::CreateIndex { options, .. } if options.concurrently => "CREATE INDEX CONCURRENTLY",
        Action::DropIndex { concurrently: true, .. } => "DROP INDEX CONCURRENTLY",
        Action::Reindex { concurrently: true, .. } => "REINDEX CONCURRENTLY",
        Action::AlterTable {
            action: crate::statement::TableAction::DetachPartition { concurrently: true, .. },
            ..
        } => "DETACH PARTITION CONCURRENTLY",
        Action::Vacuum { .. } => "VACUUM",
        Action::AlterSystem => "ALTER SYSTEM",
        Action::NotInTransaction { words } => words,
        Action::Commit | Action::Rollback if in_block => {
            judge.report(
                effect.span,
                "ends the transaction inside a block",
                unsafe_because(
                    "transaction-nesting",
                    "in a file of several statements it fails; in one of a single statement the first part is kept when the second fails",
                    "leave it out; where two steps must be separate, write two files",
                ),
            );
            return;
        }
        _ => return,
    };
    if judge.top_level > 1 || in_block {
        let rule = match words.ends_with("CONCURRENTLY") {
            true => "ban-concurrent-index-creation-in-transaction",
            false => "ban-in-transaction",
        };
        judge.report(
            effect.span,
            format!("{words} does not run in a transaction"),
            unsafe_because(
                rule,
                "golang-migrate sends the whole file as one message, which PostgreSQL runs as one transaction: the statement fails, and the version is left dirty",
                "put the statement into a file of its own, with nothing else in it (SET lock_timeout goes into the connection URL)",
            ),
        );
    }
}
