//! The files of a step, with the next free version of their folder.

use thiserror::Error;

use crate::directory::Directory;
use crate::new_migration::change::Change;
use crate::new_migration::file_name;
use crate::new_migration::steps::Step;
use crate::parse::parse;
use crate::rules::{Volatility, volatility};
use crate::schema::Schema;
use crate::statement::{Action, Column, ColumnDefault, TableAction};
use crate::timestamp::Timestamp;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// The name within the folder.
    pub name: String,
    /// The content.
    pub text: String,
}

/// Why there is no such migration.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NewMigrationError {
    /// The name cannot be part of a file's name.
    #[error("`{0}` cannot be part of a file name: use letters, digits and `_`")]
    Name(String),
    /// The default is not the same for every row, or is no SQL.
    #[error(
        "the default `{default}` {why}: add the column without it, set the default in a migration behind, and fill the old rows in batches"
    )]
    Default {
        /// What was given.
        default: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The change has fewer steps.
    #[error("the change has {count} migrations; there is no step {step}")]
    Step {
        /// What was asked for.
        step: usize,
        /// How many there are.
        count: usize,
    },
    /// refinery has no migration outside of a transaction.
    #[error(
        "refinery runs every migration in a transaction, and PostgreSQL builds no index CONCURRENTLY in one: run the statement by itself, before the migration, which then has CREATE INDEX IF NOT EXISTS"
    )]
    InTransaction,
    /// Django's migrations are no SQL files.
    #[error(
        "Django's migrations are Python: put the SQL into `migrations.RunSQL(sql, reverse_sql)`, and set `atomic = False` where it says CONCURRENTLY"
    )]
    Python,
}

impl Change {
    /// The files of one of its migrations, counted from 1, with the next free version of a folder, as its runner has them.
    ///
    /// # Errors
    /// Fails if the name cannot be part of a file's name, if there is no such step, or if the runner has no such file.
    pub fn files(
        &self,
        name: &str,
        step: usize,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<Vec<NewFile>, NewMigrationError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(NewMigrationError::Name(name.to_owned()));
        }
        if let Self::Column { default: Some(default), .. } = self {
            constant(default)?;
        }
        let steps = self.steps();
        let migrations: Vec<&Step> =
            steps.iter().filter(|step| matches!(step, Step::Migration { .. })).collect();
        let chosen = step.checked_sub(1).and_then(|index| migrations.get(index));
        let Some(Step::Migration { suffix, up, down }) = chosen else {
            return Err(NewMigrationError::Step { step, count: migrations.len() });
        };
        let stem = if suffix.is_empty() { name.to_owned() } else { format!("{name}_{suffix}") };
        file_name::files(directory, &stem, [up, down], now)
    }
}

/// A default that is the same for every row, so that PostgreSQL stores it once and rewrites nothing.
fn constant(default: &str) -> Result<(), NewMigrationError> {
    let refused = |why| Err(NewMigrationError::Default { default: default.to_owned(), why });
    let parsed = parse(&format!("ALTER TABLE t ADD COLUMN c text DEFAULT {default};"));
    let effects = || parsed.statements.iter().flat_map(|statement| &statement.effects);
    if !parsed.errors.is_empty() || parsed.top_level != 1 || effects().count() != 1 {
        return refused("is no expression that stands behind DEFAULT");
    }
    let column = effects().find_map(|effect| match &effect.action {
        Action::AlterTable { action: TableAction::AddColumn { column, .. }, .. } => Some(column),
        _ => None,
    });
    let Some(Column { default: ColumnDefault::Calls(functions), .. }) = column else { return Ok(()) };
    let schema = Schema::default();
    match functions
        .iter()
        .map(|function| volatility(&schema, function))
        .find(|it| !matches!(it, Volatility::Stable))
    {
        Some(Volatility::Volatile) => {
            refused("gives every row another value, which rewrites the table under ACCESS EXCLUSIVE")
        }
        Some(_) => {
            refused("calls a function that may give every row another value, which rewrites the table")
        }
        None => Ok(()),
    }
}
