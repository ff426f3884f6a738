//! Files that change together: all are written under temporary names first, then each is renamed to its own.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::document::pretty;

/// Files that are written but not yet in their places.
#[derive(Default)]
pub struct Replacement {
    pending: Vec<(NamedTempFile, PathBuf)>,
}

impl Replacement {
    /// Writes what a file shall hold under a temporary name beside it, and says whether that was needed: a file that
    /// holds it already is left alone.
    pub fn add(&mut self, path: PathBuf, bytes: &[u8]) -> io::Result<bool> {
        if holds(&path, bytes) {
            return Ok(false);
        }
        let file = temporary(&path, bytes)?;
        self.pending.push((file, path));
        Ok(true)
    }

    /// Puts all files into their places, in the order in which they were added.
    pub fn finish(self) -> io::Result<()> {
        for (file, path) in self.pending {
            file.persist(&path)?;
        }
        Ok(())
    }
}

/// Whether a file holds exactly these bytes.
pub fn holds(path: &Path, bytes: &[u8]) -> bool {
    // The length tells most changes apart without reading.
    fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|present| present == bytes)
}

fn temporary(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Unlike other temporary files these become visible: they get what the user's mask permits.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.prefix(".formwork-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Writes a value as JSON, under a temporary name first.
///
/// # Errors
/// Fails if the value fails to serialize, and if the file cannot be written.
pub fn write_json(path: PathBuf, value: &impl Serialize) -> anyhow::Result<()> {
    let mut replacement = Replacement::default();
    replacement.add(path, &pretty(value)?)?;
    Ok(replacement.finish()?)
}

/// Removes a file, if it is there.
///
/// # Errors
/// Fails if it is there and cannot be removed.
pub fn remove_file(path: &std::path::Path) -> std::io::Result<()> {
    // Asked first: where nothing can be written, nothing can be removed either, whether it is there or not.
    let removed = fs::symlink_metadata(path).and_then(|_| fs::remove_file(path));
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
