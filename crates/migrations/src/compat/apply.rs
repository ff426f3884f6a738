//! Applying a migration as its runner does: the whole file in one message, or statement by statement.

use postgres::Client;
use postgres::error::ErrorPosition;

use crate::compat::answer::DatabaseError;
use crate::compat::error::CompatError;
use crate::compat::migration::Migration;
use crate::compat::report::FailedMigration;
use crate::directory::Transaction;
use crate::position::position;

/// Applies a migration. One that fails is not an error of this program.
pub(super) fn apply(
    client: &mut Client,
    migration: &Migration,
) -> Result<Option<FailedMigration>, CompatError> {
    let (error, start) = match migration.transaction() {
        Transaction::Statements => {
            let spans = migration.statements.iter().map(|span| span.start);
            let failed = migration
                .texts()
                .zip(spans)
                .find_map(|(sql, start)| client.batch_execute(sql).err().map(|error| (error, start)));
            let Some(failed) = failed else { return Ok(None) };
            failed
        }
        transaction => {
            let is_enclosed = transaction == Transaction::Enclosed;
            if is_enclosed {
                client.batch_execute("BEGIN")?;
            }
            let ran = client.batch_execute(&migration.text);
            let ran = if is_enclosed { ran.and_then(|()| client.batch_execute("COMMIT")) } else { ran };
            let Err(error) = ran else { return Ok(None) };
            (error, 0)
        }
    };
    let Some(db_error) = error.as_db_error() else { return Err(error.into()) };
    let byte = match db_error.position() {
        Some(ErrorPosition::Original(character)) => {
            let character = usize::try_from(*character).unwrap_or(1).saturating_sub(1);
            migration.text[start..].char_indices().nth(character).map_or(start, |(byte, _)| start + byte)
        }
        _ if start > 0 => start,
        _ => migration.statements.first().map_or(0, |span| span.start),
    };
    client.batch_execute("ROLLBACK")?;
    Ok(Some(FailedMigration {
        path: migration.path.clone(),
        line: position(&migration.text, byte).line,
        message: DatabaseError::of(&error).to_string(),
    }))
}

/// Whether a statement begins or ends a transaction.
pub(super) fn is_control(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(first.trim_end_matches(';'), "begin" | "start" | "commit" | "end" | "rollback" | "abort")
}

/// Whether a statement refuses to run in a transaction, by its words.
pub(super) fn refuses_transaction(sql: &str) -> bool {
    let words: Vec<String> = sql.split_whitespace().map(str::to_lowercase).collect();
    words.iter().any(|word| word.trim_matches(['(', ')', ',']) == "concurrently")
        || matches!(words.first().map(String::as_str), Some("vacuum" | "reindex" | "cluster"))
}
