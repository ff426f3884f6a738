//! Applying a migration as golang-migrate does: the whole file in one message.

use postgres::Client;
use postgres::error::ErrorPosition;

use crate::compat::observe::Failure;
use crate::compat::{CompatError, FailedMigration};
use crate::report;
use crate::statement::Span;

/// A migration that is run.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its statements.
    pub statements: Vec<Span>,
}

impl Migration {
    /// The statements' texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|span| self.text.get(span.start..span.end).unwrap_or_default())
    }

    /// The line on which a statement begins.
    pub(super) fn line(&self, index: usize) -> usize {
        self.statements.get(index).map_or(1, |span| report::position(&self.text, span.start).line)
    }

    /// A statement on one line.
    pub(super) fn statement(&self, index: usize) -> String {
        let span = self.statements.get(index).copied().unwrap_or_default();
        report::statement(&self.text, span)
    }

    /// Whether it creates a role, by its words.
    pub(super) fn creates_role(&self, role: &str) -> bool {
        self.texts().any(|sql| {
            let words: Vec<String> =
                sql.split_whitespace().map(|word| word.trim_matches(['"', ';']).to_lowercase()).collect();
            words.windows(3).any(|three| {
                three[0] == "create"
                    && matches!(three[1].as_str(), "role" | "user")
                    && three[2] == role.to_lowercase()
            })
        })
    }
}

/// Applies a migration. One that fails is not an error of this program.
pub(super) fn apply(
    client: &mut Client,
    migration: &Migration,
) -> Result<Option<FailedMigration>, CompatError> {
    let Err(error) = client.batch_execute(&migration.text) else { return Ok(None) };
    let Some(refusal) = error.as_db_error() else { return Err(error.into()) };
    let byte = match refusal.position() {
        Some(ErrorPosition::Original(character)) => {
            let character = usize::try_from(*character).unwrap_or(1).saturating_sub(1);
            migration.text.char_indices().nth(character).map_or(0, |(byte, _)| byte)
        }
        _ => migration.statements.first().map_or(0, |span| span.start),
    };
    client.batch_execute("ROLLBACK")?;
    Ok(Some(FailedMigration {
        path: migration.path.clone(),
        line: report::position(&migration.text, byte).line,
        message: Failure::of(&error).to_string(),
    }))
}

/// Whether a statement begins or ends a transaction.
pub(super) fn is_control(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(first.trim_end_matches(';'), "begin" | "start" | "commit" | "end" | "rollback" | "abort")
}
