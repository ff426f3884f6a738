//! The names of a new migration's files, and what its runner must be told, as each runner has it.

use crate::directory::{Direction, Directory, MigrationFile, Runner};
use crate::new_migration::files::{NewFile, NewMigrationError};
use crate::timestamp::Timestamp;

/// The files of a migration. Most runners know no way back in files of their own.
pub(super) fn files(
    directory: &Directory,
    stem: &str,
    [up, down]: [&str; 2],
    now: Timestamp,
) -> Result<Vec<NewFile>, NewMigrationError> {
    let version = next_version(directory, now);
    // `steps` writes nothing else that PostgreSQL refuses in a transaction.
    let runs_alone = |text: &str| text.contains("INDEX CONCURRENTLY");
    let file = |name: String, directive: &str, text: &str| {
        let directive = if runs_alone(text) { directive } else { "" };
        NewFile { name, text: format!("{directive}{text}") }
    };
    let both = |directive: &str| {
        vec![
            file(format!("{version}_{stem}.up.sql"), directive, up),
            file(format!("{version}_{stem}.down.sql"), directive, down),
        ]
    };
    Ok(match directory.runner {
        Runner::GolangMigrate => both(""),
        Runner::Sqlx if directory.files.iter().any(|file| file.direction == Direction::Down) => {
            both("-- no-transaction\n")
        }
        Runner::Sqlx => vec![file(format!("{version}_{stem}.sql"), "-- no-transaction\n", up)],
        Runner::Refinery if runs_alone(up) => return Err(NewMigrationError::InTransaction),
        Runner::Refinery | Runner::Flyway => vec![file(format!("V{version}__{stem}.sql"), "", up)],
        Runner::Atlas => vec![file(format!("{version}_{stem}.sql"), "-- atlas:txmode none\n\n", up)],
        Runner::Prisma => vec![file(format!("{version}_{stem}/migration.sql"), "", up)],
        Runner::Django => return Err(NewMigrationError::Python),
        Runner::Psql => vec![file(format!("{version}_{stem}.sql"), "", up)],
    })
}

/// The next number in the manner of the folder: a timestamp where there are timestamps, else one more.
fn next_version(directory: &Directory, now: Timestamp) -> String {
    /// The least number that is a timestamp with seconds.
    const TIMESTAMP: u64 = 10_000_000_000_000;
    let runner = directory.runner;
    let numbers = directory.files.iter().filter_map(|file| number(runner, file));
    let newest = numbers.max();
    let is_stamped = match newest {
        Some((newest, _)) => newest >= TIMESTAMP,
        None => matches!(runner, Runner::Sqlx | Runner::Atlas | Runner::Prisma),
    };
    if is_stamped {
        let stamp: String = now.to_string().chars().filter(char::is_ascii_digit).collect();
        let stamp: u64 = stamp.parse().unwrap_or_default();
        return stamp.max(newest.map_or(0, |(newest, _)| newest) + 1).to_string();
    }
    let first_width = if matches!(runner, Runner::Refinery | Runner::Flyway) { 1 } else { 6 };
    let (newest, width) = newest.unwrap_or((0, first_width));
    format!("{:0width$}", newest.saturating_add(1))
}

/// The number in front of a file's name, and its digits. Of `V1.2__add.sql` that is the first one.
fn number(runner: Runner, file: &MigrationFile) -> Option<(u64, usize)> {
    let name = match runner {
        Runner::Prisma => file.name.as_str(),
        _ => file.name.rsplit('/').next()?,
    };
    let name = match runner {
        Runner::Refinery | Runner::Flyway => name.strip_prefix(['V', 'U', 'B'])?,
        _ => name,
    };
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    Some((name[..digits].parse().ok()?, digits))
}
