//! What an asset is made from: files in an order that is the same everywhere.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use formwork_core::Packing;
use sha2::{Digest, Sha256};

/// Changes when the same content gives other bytes, so that archives are made again.
const FORMAT: &str = "formwork-asset 1";

/// Folders within each other beyond any sense; a link to a folder above would go on forever.
const DEPTH: usize = 64;

/// The files of an asset, sorted by name.
#[derive(Debug)]
pub(crate) struct Content {
    is_folder: bool,
    pub(crate) files: Vec<Entry>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The path within the asset, with `/` between its parts.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) is_executable: bool,
    /// SHA-256 of the bytes.
    hash: [u8; 32],
}

impl Content {
    /// Finds and reads all files, one after the other and never a whole one at once.
    pub(crate) fn read(from: &Path, executables: &[String]) -> io::Result<Self> {
        let is_folder = fs::metadata(from)?.is_dir();
        let mut found = Vec::new();
        if is_folder {
            walk(from, "", 0, &mut found)?;
        } else {
            found.push((name_of(from)?, from.to_owned()));
        }
        found.sort_unstable();
        if let Some(unknown) = executables.iter().find(|name| !found.iter().any(|(known, _)| known == *name))
        {
            return Err(io::Error::new(io::ErrorKind::NotFound, format!("`{unknown}` is not in it")));
        }
        let entry = |(name, path): (String, PathBuf)| {
            let is_executable = executables.contains(&name) || may_be_run(&path)?;
            Ok(Entry { hash: hash(&path)?, name, path, is_executable })
        };
        Ok(Self { is_folder, files: found.into_iter().map(entry).collect::<io::Result<_>>()? })
    }

    pub(crate) const fn is_folder(&self) -> bool {
        self.is_folder
    }

    /// A hash of names, modes and contents.
    pub(crate) fn hash(&self, packing: Packing) -> String {
        let mut hasher = Sha256::new();
        hasher.update(FORMAT);
        hasher.update([u8::from(packing == Packing::Zip)]);
        for entry in &self.files {
            // The length keeps a name apart from what follows.
            hasher.update((entry.name.len() as u64).to_le_bytes());
            hasher.update(&entry.name);
            hasher.update([u8::from(entry.is_executable)]);
            hasher.update(entry.hash);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn walk(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if depth > DEPTH {
        return Err(io::Error::other(format!("{} is more than {DEPTH} folders deep", folder.display())));
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{prefix}{}", name_of(&path)?);
        // What a link leads to counts, since the link itself would lead nowhere beside the document.
        if fs::metadata(&path)?.is_dir() {
            walk(&path, &format!("{name}/"), depth + 1, found)?
        } else {
            found.push((name, path))
        }
    }
    Ok(())
}

fn name_of(path: &Path) -> io::Result<String> {
    let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    name.ok_or_else(|| io::Error::other(format!("{} has no name in UTF-8", path.display())))
}

#[cfg(unix)]
fn may_be_run(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn may_be_run(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            length => hasher.update(&buffer[..length]),
        }
    }
}
