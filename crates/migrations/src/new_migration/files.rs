//! The files of a step, with the next free version of their folder.

use thiserror::Error;

use crate::directory::Directory;
use crate::new_migration::change::Change;
use crate::new_migration::steps::Step;
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
    /// The change has fewer steps.
    #[error("the change has {count} migrations; there is no step {step}")]
    Step {
        /// What was asked for.
        step: usize,
        /// How many there are.
        count: usize,
    },
}

impl Change {
    /// The files of one of its migrations, counted from 1, with the next free version of a folder.
    ///
    /// # Errors
    /// Fails if the name cannot be part of a file's name, or if there is no such step.
    pub fn files(
        &self,
        name: &str,
        step: usize,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<[NewFile; 2], NewMigrationError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(NewMigrationError::Name(name.to_owned()));
        }
        let steps = self.steps();
        let migrations: Vec<&Step> =
            steps.iter().filter(|step| matches!(step, Step::Migration { .. })).collect();
        let chosen = step.checked_sub(1).and_then(|index| migrations.get(index));
        let Some(Step::Migration { suffix, up, down }) = chosen else {
            return Err(NewMigrationError::Step { step, count: migrations.len() });
        };
        let version = next_version(directory, now);
        let stem = if suffix.is_empty() { name.to_owned() } else { format!("{name}_{suffix}") };
        Ok([
            NewFile { name: format!("{version}_{stem}.up.sql"), text: up.clone() },
            NewFile { name: format!("{version}_{stem}.down.sql"), text: down.clone() },
        ])
    }
}

/// The next number in the manner of the folder: a timestamp where there are timestamps, else one more.
fn next_version(directory: &Directory, now: Timestamp) -> String {
    let newest = directory.newest();
    if newest >= 10_000_000_000_000 {
        let stamp: String = now.to_string().chars().filter(char::is_ascii_digit).collect();
        let stamp: u64 = stamp.parse().unwrap_or_default();
        return stamp.max(newest + 1).to_string();
    }
    let width =
        directory.files.last().map_or(6, |file| file.name.bytes().take_while(u8::is_ascii_digit).count());
    format!("{:0width$}", newest.saturating_add(1))
}
