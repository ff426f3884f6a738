//! Locks of states: who holds one, and how it is taken away.

use std::fmt;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::{Arguments, Initialization, StackError, TerraformDiagnostic, Workspace};

/// An id that terraform gives to no lock: it makes up random ones.
const NO_LOCK: &str = "00000000-0000-0000-0000-000000000000";

/// Who holds the lock of a state.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LockHolder {
    /// The id that `terraform force-unlock` asks for.
    #[serde(rename = "ID")]
    pub id: String,
    /// User and machine.
    pub who: String,
    /// What terraform does, such as `OperationTypeApply`.
    pub operation: String,
    /// When it was taken, in UTC.
    pub created: String,
}

/// What there is to unlock.
#[derive(Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nobody holds it.
    Free,
    /// Somebody holds it, or a run that ended left it.
    Held(LockHolder),
    /// A running process holds it; it ends with the process, and cannot be taken away.
    HeldByProcess(LockHolder),
}

impl LockHolder {
    /// Reads the description that terraform puts into its messages, a line for each fact.
    fn parse(text: &str) -> Option<Self> {
        let fact = |name: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'))?;
            Some(line.trim().to_owned())
        };
        Some(Self {
            id: fact("ID")?,
            who: fact("Who")?,
            operation: fact("Operation").unwrap_or_default(),
            created: fact("Created").unwrap_or_default(),
        })
    }
}

/// `who since when (what)`.
impl fmt::Display for LockHolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `OperationTypeApply`
        let operation = self.operation.trim_start_matches("OperationType").to_lowercase();
        write!(formatter, "{} since {} ({operation}, lock {})", self.who, self.created, self.id)
    }
}

/// Makes terraform's message about a lock shorter, and adds how to take it away.
pub fn explain(mut diagnostic: TerraformDiagnostic, workspace: &Workspace<'_>) -> TerraformDiagnostic {
    if diagnostic.summary != "Error acquiring the state lock" {
        return diagnostic;
    }
    if let Some(holder) = LockHolder::parse(&diagnostic.detail) {
        diagnostic.summary = format!("the state is locked by {holder}");
        diagnostic.detail.clear();
        match workspace.local_state() {
            Some(_) => diagnostic.hint("wait for that process to end, or give --lock-timeout more time"),
            None => diagnostic.hint(&format!(
                "wait longer with --lock-timeout, or, if that run is gone, unlock it: `cargo run -- unlock {} {}`",
                workspace.name(),
                holder.id
            )),
        }
    }
    diagnostic
}

/// Says who holds the lock of a stack's state.
///
/// # Errors
/// Fails if terraform cannot reach the state.
pub fn holder(workspace: &Workspace<'_>) -> Result<Lock, StackError> {
    if let Some(state) = workspace.local_state() {
        return Ok(local_holder(&state));
    }
    // To unlock with a wrong id does nothing, and terraform says whose lock it is.
    let captured = workspace.capture(Initialization::Backend, &force_unlock(NO_LOCK))?;
    let text = captured.stderr.replace('│', " ");
    match LockHolder::parse(&text) {
        Some(holder) => Ok(Lock::Held(holder)),
        None if is_free(&text) => Ok(Lock::Free),
        None => Err(captured.failure().into()),
    }
}

/// Takes a lock away from whoever holds it.
///
/// # Errors
/// Fails if the id is not that of the lock, or terraform cannot reach the state.
pub fn unlock(workspace: &Workspace<'_>, id: &str) -> Result<(), StackError> {
    let captured = workspace.capture(Initialization::Backend, &force_unlock(id))?;
    if captured.status.success() { Ok(()) } else { Err(captured.failure().into()) }
}

fn force_unlock(id: &str) -> Arguments {
    Arguments::new(["force-unlock", "-force", "-no-color", id])
}

/// Whether terraform's complaint is that there is no lock: no object in the bucket, or no item in the table.
fn is_free(said: &str) -> bool {
    ["NoSuchKey", "StatusCode: 404", "no lock info found", "unexpected end of JSON input", "not locked"]
        .iter()
        .any(|sign| said.contains(sign))
}

/// The lock of a state in a file is a lock of the operating system; the description beside it outlives a process that
/// was killed.
fn local_holder(state: &Path) -> Lock {
    let name = state.file_name().unwrap_or_default().to_string_lossy();
    let description = state.with_file_name(format!(".{name}.lock.info"));
    let described = fs::read(description).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match described {
        Some(holder) if is_locked(state) => Lock::HeldByProcess(holder),
        _ => Lock::Free,
    }
}

#[cfg(unix)]
fn is_locked(state: &Path) -> bool {
    use rustix::fs::{FlockOperation, fcntl_lock};
    let Ok(file) = fs::OpenOptions::new().read(true).write(true).open(state) else { return false };
    // The attempt is undone when the file is closed.
    fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).is_err()
}

#[cfg(not(unix))]
fn is_locked(_state: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_read_from_terraforms_message() {
        let text = "Error message: conflict\nLock Info:\n  ID:        a-1\n  Path:      states/x\n  Operation: OperationTypeApply\n  Who:       ann@build\n  Version:   1.11.4\n  Created:   2026-11-21 10:00:00 UTC\n  Info:      \n";
        let holder = LockHolder::parse(text).unwrap();
        assert_eq!(holder.to_string(), "ann@build since 2026-11-21 10:00:00 UTC (apply, lock a-1)");
        assert_eq!(LockHolder::parse("nothing of that"), None);
    }
}
