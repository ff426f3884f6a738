//! A folder of migrations: its files in the order in which their runner takes them.
//!
//! golang-migrate takes `^([0-9]+)_(.*)\.(down|up)\.(.*)$` and passes over every other file without a word
//! (its `source/parse.go`); it refuses two files of one version and direction.

mod names;
mod runner;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::directory::names::{Place, parse_name};
use crate::directory::runner::is_sql;
pub use crate::directory::runner::{Runner, Transaction};

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `.up.sql`.
    Up,
    /// `.down.sql`.
    Down,
}

/// A migration file.
#[derive(Clone, Debug)]
pub struct MigrationFile {
    /// The path as the folder was named, with `/`.
    pub path: String,
    /// The name within the folder.
    pub name: String,
    /// The number in front, or where its runner has none, its place among the migrations of the folder, from 1.
    pub version: u64,
    /// Up or down.
    pub direction: Direction,
    /// How it reaches the server.
    pub transaction: Transaction,
    /// The content.
    pub bytes: Vec<u8>,
}

impl MigrationFile {
    /// The content's SHA-256, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A folder of migrations.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The path as it was named, with `/`.
    pub path: String,
    /// The files, by version, each up before its down.
    pub files: Vec<MigrationFile>,
    /// Who runs them.
    pub runner: Runner,
    /// SQL files whose names the runner passes over, and why.
    pub ignored_files: Vec<(String, &'static str)>,
}

/// Why a folder cannot be read.
#[derive(Debug, Error)]
#[error("cannot read {path}")]
pub struct DirectoryError {
    /// The folder or file.
    pub path: PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

impl Directory {
    /// A folder that is not there yet.
    #[must_use]
    pub fn empty(folder: &Path) -> Self {
        Self::empty_as(folder, Runner::default())
    }

    /// A folder of a runner that is not there yet.
    #[must_use]
    pub fn empty_as(folder: &Path, runner: Runner) -> Self {
        Self::of(folder.to_string_lossy().into_owned(), runner)
    }

    const fn of(path: String, runner: Runner) -> Self {
        Self { path, files: Vec::new(), runner, ignored_files: Vec::new() }
    }

    /// Reads a folder of golang-migrate.
    ///
    /// # Errors
    /// Fails if the folder or a file in it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, DirectoryError> {
        Self::read_as(folder, Runner::default())
    }

    /// Reads a folder as a runner does.
    ///
    /// # Errors
    /// Fails if the folder or a file in it cannot be read.
    pub fn read_as(folder: &Path, runner: Runner) -> Result<Self, DirectoryError> {
        let shown = folder.to_string_lossy().replace('\\', "/").trim_end_matches('/').to_owned();
        let mut directory = Self::of(shown, runner);
        let mut names = Vec::new();
        list(folder, "", runner.looks_deeper(), &mut names)?;
        let mut places = Vec::new();
        for name in names {
            let path = format!("{}/{name}", directory.path);
            let read_as = if runner == Runner::Prisma {
                name.as_str()
            } else {
                name.rsplit('/').next().unwrap_or(&name)
            };
            match parse_name(runner, read_as) {
                Ok(named) => {
                    let bytes = read_file(&folder.join(&name))?;
                    let transaction = runner.transaction(&String::from_utf8_lossy(&bytes));
                    let direction = named.direction;
                    let version = 0;
                    places.push(named.place);
                    directory.files.push(MigrationFile {
                        path,
                        name,
                        version,
                        direction,
                        transaction,
                        bytes,
                    });
                }
                Err(why) => directory.ignored_files.push((path, why)),
            }
        }
        let mut distinct = places.clone();
        distinct.sort();
        distinct.dedup();
        for (file, place) in directory.files.iter_mut().zip(places) {
            file.version = match place {
                Place::Version(version) => version,
                other => {
                    distinct.iter().position(|place| *place == other).map_or(0, |index| index as u64 + 1)
                }
            };
        }
        directory.files.sort_by(|left, right| {
            (left.version, left.direction, &left.name).cmp(&(right.version, right.direction, &right.name))
        });
        directory.ignored_files.sort();
        Ok(directory)
    }

    /// The version that somebody means: a number, or where the runner has names, the begin of one.
    #[must_use]
    pub fn version_of(&self, text: &str) -> Option<u64> {
        let number = text.parse().ok();
        if matches!(self.runner, Runner::GolangMigrate | Runner::Sqlx | Runner::Refinery) || number == Some(0)
        {
            return number;
        }
        let normal = |text: &str| text.trim_start_matches(['V', 'U', '0']).replace('_', ".");
        let is_meant = |file: &&MigrationFile| {
            let name =
                file.name.rsplit_once("/migration.sql").map_or(file.name.as_str(), |(folder, _)| folder);
            let name =
                if self.runner == Runner::Prisma { name } else { name.rsplit('/').next().unwrap_or(name) };
            let version = runner::flyway_version(name).filter(|_| self.runner == Runner::Flyway);
            version.map_or_else(
                || {
                    let (name, text) = (name.trim_start_matches('0'), text.trim_start_matches('0'));
                    name.strip_prefix(text)
                        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
                },
                |version| normal(version) == normal(text),
            )
        };
        self.files.iter().find(is_meant).map(|file| file.version)
    }

    /// The largest version of the folder, or 0.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.files.last().map_or(0, |file| file.version)
    }
}

/// The SQL files of a folder, and of those within it, by their paths from it.
fn list(folder: &Path, within: &str, deeper: bool, names: &mut Vec<String>) -> Result<(), DirectoryError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| DirectoryError { path, source }
    };
    let here = folder.join(within);
    for entry in fs::read_dir(&here).map_err(at(&here))? {
        let entry = entry.map_err(at(&here))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if within.is_empty() { name } else { format!("{within}/{name}") };
        // A link to a folder may lead around in a circle.
        let is_folder = entry.path().is_dir();
        if is_folder && deeper && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(folder, &name, deeper, names)?;
        } else if !is_folder && is_sql(&name) {
            names.push(name);
        }
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<Vec<u8>, DirectoryError> {
    let at = |source| DirectoryError { path: path.to_owned(), source };
    // A pipe would be waited for.
    if !fs::metadata(path).map_err(at)?.is_file() {
        return Err(at(std::io::Error::other("it is not a file, but a pipe or a device")));
    }
    fs::read(path).map_err(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn order(folder: &Path, runner: Runner) -> Vec<String> {
        Directory::read_as(folder, runner).unwrap().files.into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn files_stand_in_the_order_of_their_runner() {
        let it = folder(&[("V10__c.sql", ""), ("V1.1__b.sql", ""), ("more/V1__a.sql", ""), ("R__z.sql", "")]);
        assert_eq!(
            order(it.path(), Runner::Flyway),
            ["more/V1__a.sql", "V1.1__b.sql", "V10__c.sql", "R__z.sql"]
        );
        let directory = Directory::read_as(it.path(), Runner::Flyway).unwrap();
        assert_eq!(directory.version_of("1.1"), Some(2));
        assert_eq!(directory.version_of("10.0"), None);
        let it = folder(&[("2_b.sql", ""), ("10_a.sql", ""), ("atlas.sum", "")]);
        assert_eq!(order(it.path(), Runner::Atlas), ["10_a.sql", "2_b.sql"]);
        assert_eq!(order(it.path(), Runner::Sqlx), ["2_b.sql", "10_a.sql"]);
        let it = folder(&[("20240102_b/migration.sql", ""), ("20230101_a/migration.sql", "")]);
        assert_eq!(
            order(it.path(), Runner::Prisma),
            ["20230101_a/migration.sql", "20240102_b/migration.sql"]
        );
        assert_eq!(Directory::read_as(it.path(), Runner::Prisma).unwrap().version_of("20240102"), Some(2));
    }

    #[test]
    fn a_folder_shows_its_runner_where_it_is_only_one() {
        let is = |files: &[(&str, &str)]| Runner::recognise(folder(files).path()).map(|(runner, _)| runner);
        assert_eq!(is(&[("1_a.sql", ""), ("atlas.sum", "")]), Some(Runner::Atlas));
        assert_eq!(is(&[("2024_a/migration.sql", "")]), Some(Runner::Prisma));
        assert_eq!(is(&[("V1__a.sql", ""), ("R__b.sql", "")]), Some(Runner::Flyway));
        assert_eq!(is(&[("V1.1__a.sql", "")]), Some(Runner::Flyway));
        assert_eq!(is(&[("1_a.sql", "-- no-transaction\n")]), Some(Runner::Sqlx));
        // Flyway and refinery, or golang-migrate and sqlx.
        assert_eq!(is(&[("V1__a.sql", "")]), None);
        assert_eq!(is(&[("1_a.up.sql", "")]), None);
    }

    #[test]
    fn a_file_says_in_which_transaction_it_runs() {
        let of = |runner: Runner, text| runner.transaction(text);
        assert_eq!(of(Runner::Atlas, "-- atlas:txmode none\n\nSELECT 1;"), Transaction::Statements);
        assert_eq!(of(Runner::Atlas, "SELECT 1;\n-- atlas:txmode none\n"), Transaction::Enclosed);
        assert_eq!(of(Runner::Sqlx, "-- no-transaction\nSELECT 1;"), Transaction::Message);
        assert_eq!(of(Runner::Sqlx, "SELECT 1;"), Transaction::Enclosed);
    }
}
