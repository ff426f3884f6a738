//! Folders for what nobody else on the machine may read: plans with their sensitive values, values of variables, sockets.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

/// Short, since the path of a socket has to be.
const PREFIX: &str = "formwork-";
/// Locked as long as its folder is in use: the lock goes with the process, however that ends.
const LOCK: &str = "lock";
/// A folder without a lock file is one that is just being made, unless it is as old as this.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// A folder that only this user may look into, whatever the umask says. It goes at the end; what a killed process left
/// is removed when the next one makes such a folder.
#[derive(Debug)]
pub struct ScratchFolder {
    folder: tempfile::TempDir,
    _lock: File,
}

impl ScratchFolder {
    /// Makes a folder. The first one of a process removes those that killed processes left.
    ///
    /// # Errors
    /// Fails where temporary files cannot be written.
    pub fn new() -> io::Result<Self> {
        // What is left of those that are gone now is left by others: once is enough.
        static CLEARED: Once = Once::new();
        let root = std::env::temp_dir();
        CLEARED.call_once(|| remove_abandoned(&root));
        Self::new_in(&root)
    }

    fn new_in(root: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        // Another process may take one that is not locked yet for abandoned.
        for _ in 0..3 {
            let folder = builder.tempdir_in(root)?;
            let path = folder.path().join(LOCK);
            let Ok(lock) = private().create_new(true).open(&path) else { continue };
            if lock.try_lock().is_ok() && path.exists() {
                return Ok(Self { folder, _lock: lock });
            }
        }
        Err(io::Error::other("cannot keep a temporary folder"))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes an empty file that only this user may read, for terraform to write into.
    ///
    /// # Errors
    /// Fails if it cannot be written.
    pub fn file(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        create_private(&path)?;
        Ok(path)
    }
}

/// Makes an empty file that only this user may read. Whoever writes into it then leaves it its permissions.
///
/// # Errors
/// Fails if it is there, or cannot be written.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    private().create_new(true).open(path)
}

/// Takes from everybody else what a umask let them do with a file or a folder of ours.
///
/// # Errors
/// Fails if it is not there, or not ours.
#[cfg(unix)]
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    let mode = permissions.mode() & 0o700;
    if permissions.mode() & 0o077 == 0 {
        Ok(())
    } else {
        fs::set_permissions(path, PermissionsExt::from_mode(mode))
    }
}

#[cfg(not(unix))]
pub(crate) fn make_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn private() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Removes the folders of this user that nobody holds the lock of. What cannot be removed stays.
fn remove_abandoned(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX) && is_own_folder(&entry);
        if !is_ours {
            continue;
        }
        match File::options().write(true).open(entry.path().join(LOCK)) {
            // The lock is held until the folder is gone, so that whoever is just making it sees that and makes another.
            Ok(lock) if lock.try_lock().is_ok() => {
                let _ = fs::remove_dir_all(entry.path());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_old(&entry.path()) => {
                let _ = fs::remove_dir_all(entry.path());
            }
            _ => {}
        }
    }
}

/// Whether it is a folder, no link to one, and of the user who runs this.
#[cfg(unix)]
fn is_own_folder(entry: &fs::DirEntry) -> bool {
    use std::os::unix::fs::MetadataExt;
    let user = rustix::process::geteuid().as_raw();
    entry.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == user)
}

#[cfg(not(unix))]
fn is_own_folder(entry: &fs::DirEntry) -> bool {
    entry.metadata().is_ok_and(|metadata| metadata.is_dir())
}

fn is_old(folder: &Path) -> bool {
    let age = fs::metadata(folder).and_then(|it| it.modified()).map(|modified| modified.elapsed());
    age.is_ok_and(|age| age.is_ok_and(|age| age > ABANDONED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_stays() {
        let root = tempfile::tempdir().unwrap();
        let used = ScratchFolder::new_in(root.path()).unwrap();
        used.file("plan").unwrap();
        let left = root.path().join("formwork-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("plan"), "secret").unwrap();
        // One is being made by another process, one is a file, one is somebody else's business.
        let (young, file, other) = ("formwork-young", "formwork-file", "other");
        fs::create_dir(root.path().join(young)).unwrap();
        fs::write(root.path().join(file), "").unwrap();
        fs::create_dir(root.path().join(other)).unwrap();
        fs::write(root.path().join(other).join(LOCK), "").unwrap();
        remove_abandoned(root.path());
        assert!(!left.exists());
        assert!(used.path().join("plan").exists());
        assert!([young, file, other].iter().all(|name| root.path().join(name).exists()));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let folder = ScratchFolder::new_in(root.path()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder.path()), mode(&folder.file("plan").unwrap())), (0o700, 0o600));
        let open = root.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
        make_private(&open).unwrap();
        assert_eq!(mode(&open), 0o700);
    }
}
