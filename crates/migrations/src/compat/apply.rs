//! Applying a migration as golang-migrate does: the whole file in one message.

use postgres::Client;
use postgres::error::ErrorPosition;

use crate::compat::answer::DatabaseError;
use crate::compat::error::CompatError;
use crate::compat::migration::Migration;
use crate::compat::report::FailedMigration;
use crate::position::position;

/// Applies a migration. One that fails is not an error of this program.
pub(super) fn apply(
    client: &mut Client,
    migration: &Migration,
) -> Result<Option<FailedMigration>, CompatError> {
    let Err(error) = client.batch_execute(&migration.text) else { return Ok(None) };
    let Some(db_error) = error.as_db_error() else { return Err(error.into()) };
    let byte = match db_error.position() {
        Some(ErrorPosition::Original(character)) => {
            let character = usize::try_from(*character).unwrap_or(1).saturating_sub(1);
            migration.text.char_indices().nth(character).map_or(0, |(byte, _)| byte)
        }
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
