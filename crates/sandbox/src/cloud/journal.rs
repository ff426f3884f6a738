//! The file that the cloud is kept in: a journal of JSON lines, each of which says what is from then on.
//!
//! Several processes may write to it, one line at a time, each in its turn; each reads what the others have written. The
//! first to open it writes it anew, without its history. A line that was cut off when a process was killed is left out.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::cloud::contents::{Contents, Entry};
use crate::cloud::{CloudError, Sharing};

/// The open file.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// How far it was read, in bytes, and in lines.
    read: u64,
    lines: usize,
    /// Held by whoever writes.
    turn: File,
    /// Held together by all that have the file open: only who is alone may write it anew.
    _users: File,
}

/// The turn of a process to write, until it is dropped.
pub(super) struct Turn(File);

impl Drop for Turn {
    fn drop(&mut self) {
        // At the latest it goes with the process.
        let _ = self.0.unlock();
    }
}

impl Journal {
    /// Opens the journal of a folder, which is made if it is missing, and says if a part of the file is missing.
    pub(super) fn open(
        folder: &Path,
        sharing: Sharing,
    ) -> Result<(Self, Contents, Option<String>), CloudError> {
        let error = |path: &Path| {
            let path = path.to_owned();
            move |source| CloudError::File { path, source }
        };
        make_folder(folder).map_err(error(folder))?;
        let path = folder.join("cloud.jsonl");
        let users_path = folder.join("cloud.users");
        let users = open_lock(&users_path).map_err(error(&users_path))?;
        let mut notice = None;
        match users.try_lock() {
            Ok(()) => {
                notice = rewrite(folder, &path)?;
                // Nothing can come between but another rewriting, which changes nothing.
                if sharing == Sharing::Shared {
                    users.unlock().and_then(|()| users.lock_shared()).map_err(error(&users_path))?;
                }
            }
            Err(TryLockError::WouldBlock) if sharing == Sharing::Alone => {
                return Err(CloudError::InUse { path: folder.to_owned() });
            }
            Err(TryLockError::WouldBlock) => users.lock_shared().map_err(error(&users_path))?,
            Err(TryLockError::Error(source)) => return Err(CloudError::File { path: users_path, source }),
        }
        let turn_path = folder.join("cloud.lock");
        let turn = open_lock(&turn_path).map_err(error(&turn_path))?;
        let file = OpenOptions::new().read(true).append(true).open(&path).map_err(error(&path))?;
        let mut journal = Self { path, file, read: 0, lines: 0, turn, _users: users };
        let mut contents = Contents::default();
        journal.catch_up(&mut contents)?;
        Ok((journal, contents, notice))
    }

    /// Waits for this process's turn, and reads what others have written.
    pub(super) fn turn(&mut self, contents: &mut Contents) -> Result<Turn, CloudError> {
        let error = |source| CloudError::File { path: self.path.clone(), source };
        self.turn.lock().map_err(error)?;
        let turn = Turn(self.turn.try_clone().map_err(error)?);
        self.catch_up(contents)?;
        Ok(turn)
    }

    /// Reads what others have written since.
    pub(super) fn catch_up(&mut self, contents: &mut Contents) -> Result<(), CloudError> {
        let text = self.unread().map_err(|source| CloudError::File { path: self.path.clone(), source })?;
        // What follows the last line break is not written yet, or was cut off.
        let Some(end) = text.rfind('\n') else { return Ok(()) };
        for line in text[..end].lines() {
            self.lines += 1;
            contents.take(entry(&self.path, self.lines, line)?);
        }
        self.read += u64::try_from(end + 1).unwrap_or_default();
        Ok(())
    }

    fn unread(&mut self) -> io::Result<String> {
        let mut text = String::new();
        if self.file.metadata()?.len() > self.read {
            self.file.seek(SeekFrom::Start(self.read))?;
            self.file.read_to_string(&mut text)?;
        }
        Ok(text)
    }

    /// Writes a line, in this process's turn.
    pub(super) fn append(&mut self, entry: &Entry, _turn: &Turn) -> Result<(), CloudError> {
        let error = |source| CloudError::File { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(entry).map_err(|source| error(source.into()))?;
        line.push(b'\n');
        // What a process that was killed has left of a line would spoil this one.
        if self.file.metadata().map_err(error)?.len() > self.read {
            self.file.set_len(self.read).map_err(error)?;
        }
        self.file.write_all(&line).map_err(error)?;
        self.read += u64::try_from(line.len()).unwrap_or_default();
        self.lines += 1;
        Ok(())
    }
}

fn entry(path: &Path, line: usize, text: &str) -> Result<Entry, CloudError> {
    serde_json::from_str(text).map_err(|source| CloudError::Format { path: path.to_owned(), line, source })
}

/// Writes the journal without its history. Says if its last line was cut off.
fn rewrite(folder: &Path, path: &Path) -> Result<Option<String>, CloudError> {
    let error = |source| CloudError::File { path: path.to_owned(), source };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(source) if source.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(error(source)),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut contents = Contents::default();
    for (index, line) in whole.lines().enumerate() {
        contents.take(entry(path, index + 1, line)?);
    }
    write(folder, path, &contents).map_err(error)?;
    let is_cut = !text.is_empty() && !text.ends_with('\n');
    Ok(is_cut.then(|| {
        let line = whole.lines().count() + 1;
        format!(
            "{}:{line} was cut off: what it said is forgotten, and a plan shows what is missing",
            path.display()
        )
    }))
}

fn write(folder: &Path, path: &Path, contents: &Contents) -> io::Result<()> {
    let mut text = Vec::new();
    for entry in contents.entries() {
        serde_json::to_writer(&mut text, &entry)?;
        text.push(b'\n');
    }
    let mut file = tempfile::Builder::new().prefix(".cloud-").tempfile_in(folder)?;
    file.write_all(&text)?;
    file.persist(path)?;
    Ok(())
}

/// Makes the folder, for its owner alone whatever the umask says: sensitive values are in the states.
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
