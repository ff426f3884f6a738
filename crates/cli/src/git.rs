//! Git, which is asked about the working directory and the folders in it.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use formwork_core::Hint;
use formwork_terraform::Commit;

use crate::UsageError;

/// Names the commit that a program is of, where no repository does.
const COMMIT: &str = "FORMWORK_COMMIT";

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

/// The commit that the program is of: the one that `FORMWORK_COMMIT` names, else the last one of the working directory. Of
/// one that git does not have, it is known that it was there by now.
///
/// # Errors
/// What `FORMWORK_COMMIT` says has to be the name of a commit.
pub(crate) fn commit() -> Result<Option<Commit>, UsageError> {
    let named = std::env::var(COMMIT).ok().filter(|named| !named.is_empty());
    if let Some(named) = &named
        && !((7..=64).contains(&named.len()) && named.bytes().all(|digit| digit.is_ascii_hexdigit()))
    {
        let hint = Hint::new("7 to 64 hexadecimal digits, or nothing");
        return Err(UsageError(format!("{COMMIT} does not name a commit{hint}")));
    }
    let revision = format!("{}^{{commit}}", named.as_deref().unwrap_or("HEAD"));
    let found = git(".", &["show", "--no-patch", "--format=%H %ct", &revision]).ok();
    let found = found.filter(|answer| answer.status.success()).and_then(|answer| {
        let text = String::from_utf8(answer.stdout).ok()?;
        let (id, time) = text.trim().split_once(' ')?;
        Some(Commit { id: id.to_owned(), time: time.parse().ok()? })
    });
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(found.or_else(|| named.map(|id| Commit { id, time: now })))
}

/// Whether a commit is an ancestor of another one, as git knows in the working directory: nothing without a repository, or
/// where it has not both.
pub(crate) fn is_ancestor(commit: &str, of: &str) -> Option<bool> {
    let answer = |arguments: &[&str]| git(".", arguments).ok();
    match answer(&["merge-base", "--is-ancestor", commit, of])?.status.code()? {
        0 => Some(true),
        // In a shallow clone the way between the two may be cut off.
        1 => {
            let is_shallow = answer(&["rev-parse", "--is-shallow-repository"])?.stdout;
            (is_shallow.trim_ascii() == b"false").then_some(false)
        }
        // It does not have one of them: 128.
        _ => None,
    }
}
