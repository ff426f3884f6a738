//! Files that somebody else may have put there.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

/// Checks that there is a plain file of at most so many bytes: no link, no pipe that nobody writes to, nothing endless.
///
/// # Errors
/// Fails if it is anything else, or not there.
pub(crate) fn check_plain(path: &Path, limit: u64) -> anyhow::Result<()> {
    check(path, &path.symlink_metadata().with_context(|| format!("cannot read {}", path.display()))?, limit)
}

/// Reads a plain file of at most so many bytes.
///
/// # Errors
/// Fails if it is anything else: a link, a pipe, or more.
pub fn bounded_file(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    // Looked at before it is opened, since opening a pipe waits for a writer, and after, since it may be another one then.
    check_plain(path, limit)?;
    let cannot_read = || format!("cannot read {}", path.display());
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits() as i32);
    }
    let mut file = options.open(path).with_context(cannot_read)?;
    check(path, &file.metadata().with_context(cannot_read)?, limit)?;
    read_bounded(&mut file, limit).with_context(cannot_read)
}

/// Reads at most so many bytes.
///
/// # Errors
/// Fails if there are more, or cannot be read.
pub fn read_bounded(source: &mut impl Read, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = source.take(limit + 1).read_to_end(&mut bytes)?;
    if read as u64 > limit {
        bail!("it has more than {limit} bytes");
    }
    Ok(bytes)
}

fn check(path: &Path, metadata: &Metadata, limit: u64) -> anyhow::Result<()> {
    if !metadata.is_file() {
        bail!("{} is not a plain file", path.display());
    }
    if metadata.len() > limit {
        bail!("{} has more than {limit} bytes", path.display());
    }
    Ok(())
}
