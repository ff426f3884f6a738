//! A folder of migrations, with the file names of golang-migrate: `000002_add_timezone.up.sql`.
//!
//! golang-migrate takes `^([0-9]+)_(.*)\.(down|up)\.(.*)$` and passes over every other file without a word
//! (its `source/parse.go`); it refuses two files of one version and direction.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

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
    /// The number in front.
    pub version: u64,
    /// Up or down.
    pub direction: Direction,
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
    /// SQL files whose names golang-migrate passes over, and why.
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
        Self { path: folder.to_string_lossy().into_owned(), files: Vec::new(), ignored_files: Vec::new() }
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// Fails if the folder or a file in it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, DirectoryError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| DirectoryError { path, source }
        };
        let shown = folder.to_string_lossy().replace('\\', "/").trim_end_matches('/').to_owned();
        let mut directory = Self { path: shown, files: Vec::new(), ignored_files: Vec::new() };
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".sql") || entry.path().is_dir() {
                continue;
            }
            let path = format!("{}/{name}", directory.path);
            match parse_name(&name) {
                Ok((version, direction)) => {
                    // A pipe would be waited for.
                    if !fs::metadata(entry.path()).map_err(at(&entry.path()))?.is_file() {
                        let what = std::io::Error::other("it is not a file, but a pipe or a device");
                        return Err(at(&entry.path())(what));
                    }
                    let bytes = fs::read(entry.path()).map_err(at(&entry.path()))?;
                    directory.files.push(MigrationFile { path, name, version, direction, bytes });
                }
                Err(why) => directory.ignored_files.push((path, why)),
            }
        }
        directory.files.sort_by(|left, right| {
            (left.version, left.direction, &left.name).cmp(&(right.version, right.direction, &right.name))
        });
        directory.ignored_files.sort();
        Ok(directory)
    }

    /// The largest version of the folder, or 0.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.files.last().map_or(0, |file| file.version)
    }
}

fn parse_name(name: &str) -> Result<(u64, Direction), &'static str> {
    let digits = name.len() - name.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    if digits == 0 {
        return Err("it does not begin with a version number");
    }
    let Ok(version) = name[..digits].parse() else { return Err("its version is too large for 64 bits") };
    let Some(rest) = name[digits..].strip_prefix('_') else {
        return Err("there is no `_` behind the version");
    };
    let stem = rest.strip_suffix(".sql").unwrap_or(rest);
    // The pattern takes the last `.up.` or `.down.` of the name.
    if stem.ends_with(".up") {
        Ok((version, Direction::Up))
    } else if stem.ends_with(".down") {
        Ok((version, Direction::Down))
    } else {
        Err("it is neither `.up.sql` nor `.down.sql`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_golang_migrate_reads_them() {
        assert_eq!(parse_name("000002_add_timezone.up.sql"), Ok((2, Direction::Up)));
        assert_eq!(parse_name("20240102030405_a.b.down.sql"), Ok((20_240_102_030_405, Direction::Down)));
        assert_eq!(parse_name("1_.up.sql"), Ok((1, Direction::Up)));
        for wrong in
            ["add.up.sql", "1-add.up.sql", "1_add.sql", "1_add.UP.sql", "99999999999999999999_a.up.sql"]
        {
            assert!(parse_name(wrong).is_err(), "{wrong}");
        }
    }
}
