//! Git, which is asked about the working directory and the folders in it.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

/// What git answers in a folder.
///
/// # Errors
/// Fails where git cannot be run; what it refuses is an answer.
pub(crate) fn git(folder: impl AsRef<Path>, arguments: &[&str]) -> io::Result<Output> {
    Command::new("git").arg("-C").arg(folder.as_ref()).args(arguments).output()
}
