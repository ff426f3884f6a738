//! Git, which is asked about the working directory and the folders in it.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What git answers in a folder.
///
/// # Errors
/// Fails where git cannot be run; what it refuses is an answer.
pub(crate) fn git(folder: impl AsRef<Path>, arguments: &[&str]) -> io::Result<Output> {
    Command::new("git").arg("-C").arg(folder.as_ref()).args(arguments).output()
}

/// What git answers to what it reads from its standard input.
///
/// # Errors
/// Fails where git cannot be run; what it refuses is an answer.
pub(crate) fn git_reading(folder: impl AsRef<Path>, arguments: &[&str], input: &[u8]) -> io::Result<Output> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder.as_ref()).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // At once with its answers: they may fill a pipe before the questions are over. How git ended says the rest.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
}
