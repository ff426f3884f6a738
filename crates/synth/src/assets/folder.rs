//! Assets on disk: what is missing is made, what nobody refers to goes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use formwork_core::Hint;
use formwork_core::{Attachment, Packing, Stack};

use crate::assets::archive;
use crate::assets::content::Content;

/// The folder beside a document that holds nothing but assets.
const FOLDER: &str = "assets";

/// Makes the assets of a stack in its folder, unless they are there.
pub fn write(folder: &Path, stack: &Stack) -> anyhow::Result<()> {
    for attachment in stack.attachments() {
        let target = folder.join(&attachment.path);
        if !is_current(attachment, &target) {
            remove(&target).with_context(|| format!("cannot replace the asset {}", target.display()))?;
            make(attachment, &target)
                .with_context(|| format!("cannot write the asset {}", target.display()))?;
        }
        within_limit(attachment, &target)?;
    }
    Ok(())
}

/// The assets that are missing in the folder of a stack.
pub fn stale(folder: &Path, stack: &Stack) -> Vec<PathBuf> {
    let attachments =
        stack.attachments().iter().map(|attachment| (attachment, folder.join(&attachment.path)));
    attachments.filter(|(attachment, path)| !is_current(attachment, path)).map(|(_, path)| path).collect()
}

/// Whether what is there is what should be there. A name with a hash of the content says so by itself.
fn is_current(attachment: &Attachment, target: &Path) -> bool {
    if !target.exists() || attachment.packing != Packing::InPlace {
        return target.exists();
    }
    let hash = |path: &Path| {
        let content = Content::read(path, &attachment.executables).ok()?;
        Some(content.hash(Packing::InPlace))
    };
    hash(&attachment.from).is_some_and(|wanted| hash(target) == Some(wanted))
}

fn remove(target: &Path) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(target),
        Ok(_) => fs::remove_file(target),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes the assets that the stack does not refer to any more.
pub fn prune(folder: &Path, stack: &Stack) -> io::Result<()> {
    let below = stack.attachments().iter().filter_map(|attachment| attachment.path.strip_prefix("assets/"));
    let needed: HashSet<&str> = below.filter_map(|path| path.split('/').next()).collect();
    let entries = match fs::read_dir(folder.join(FOLDER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let is_needed = entry.file_name().to_str().is_none_or(|name| needed.contains(name));
        if is_needed {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?
        } else {
            fs::remove_file(entry.path())?
        }
    }
    if needed.is_empty() {
        // It may hold what we did not write; then it stays.
        let _ = fs::remove_dir(folder.join(FOLDER));
    }
    Ok(())
}

fn make(attachment: &Attachment, target: &Path) -> io::Result<()> {
    let content = Content::read(&attachment.from, &attachment.executables)?;
    let parent = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    if attachment.packing != Packing::Zip && content.is_folder() {
        let temporary = tempfile::Builder::new().prefix(".formwork-").tempdir_in(parent)?;
        for entry in &content.files {
            let path = temporary.path().join(&entry.name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(&entry.path, &path)?;
        }
        let folder = temporary.keep();
        permit(&folder, 0o755)?;
        return fs::rename(folder, target);
    }
    let mut file = tempfile::Builder::new().prefix(".formwork-").tempfile_in(parent)?;
    match attachment.packing {
        Packing::Zip => {
            let mut buffered = BufWriter::new(file.as_file_mut());
            archive::write(&content, &mut buffered)?;
            buffered.flush()?;
        }
        Packing::Copy | Packing::InPlace => {
            for entry in &content.files {
                io::copy(&mut File::open(&entry.path)?, file.as_file_mut())?;
            }
        }
    }
    let is_executable =
        attachment.packing != Packing::Zip && content.files.iter().any(|entry| entry.is_executable);
    permit(file.path(), if is_executable { 0o755 } else { 0o644 })?;
    file.persist(target)?;
    Ok(())
}

/// Temporary files and folders are for their owner alone; these are to be read by others.
#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn permit(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

fn within_limit(attachment: &Attachment, target: &Path) -> anyhow::Result<()> {
    let Some(limit) = attachment.limit else { return Ok(()) };
    let size = size(target).with_context(|| format!("cannot read {}", target.display()))?;
    if size > limit {
        bail!(
            "the asset {} has {size} bytes, more than the {limit} that it may have\n  --> {}{}",
            attachment.from.display(),
            attachment.source,
            Hint::new("leave out what is not needed, or upload it to S3 and refer to it there")
        );
    }
    Ok(())
}

fn size(path: &Path) -> io::Result<u64> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}
