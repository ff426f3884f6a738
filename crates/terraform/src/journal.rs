//! What an apply has created so far, written down for the case that terraform is killed.
//!
//! Into a remote backend terraform saves its state every 20 seconds at most: what it created since the last time is known
//! to nobody when it is killed (<https://github.com/hashicorp/terraform/pull/35176> names the interval as the minimum).
//! The journal holds addresses and ids, one resource a line, and goes when terraform ends by itself.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use formwork_synth::remove_file;
use serde::Deserialize;
use serde_json::Value;

use crate::{Arguments, Event, Initialization, StackError, Workspace};

const JOURNAL: &str = ".terraform/formwork-created";
/// Stands for an address in the line about terraform itself.
const PROCESS: &str = "process";

/// The journal of a running apply.
pub(crate) struct Journal {
    path: PathBuf,
    file: Option<File>,
}

/// The part of `terraform show -json` of a state that matters.
#[derive(Default, Deserialize)]
#[serde(default)]
struct State {
    values: Option<Values>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Values {
    root_module: Module,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Module {
    resources: Vec<Resource>,
    child_modules: Vec<Self>,
}

#[derive(Deserialize)]
struct Resource {
    address: String,
    #[serde(default)]
    values: Value,
}

impl Journal {
    /// Begins the journal of an apply.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn begin(workspace: &Workspace<'_>) -> Result<Self, StackError> {
        let path = workspace.folder.join(JOURNAL);
        let file = File::options().create(true).append(true).open(&path)?;
        // Tells other runs that this one is still alive; the lock goes with the process.
        match file.try_lock() {
            // Another apply is going on, and terraform is about to say so: its journal stays as it is.
            Err(TryLockError::WouldBlock) => Ok(Self { path, file: None }),
            _ => {
                file.set_len(0)?;
                Ok(Self { path, file: Some(file) })
            }
        }
    }

    /// Takes note of what was created.
    pub(crate) fn event(&mut self, event: &Event) {
        let line = match event {
            Event::Started { process } => format!("{PROCESS}\t{process}\n"),
            Event::ApplyComplete { hook } if hook.action == "create" && !hook.id_value.contains('\n') => {
                format!("{}\t{}\t{}\n", hook.resource.address, hook.id_key, hook.id_value)
            }
            _ => return,
        };
        if let Some(file) = &mut self.file {
            // The apply is more than its journal: it goes on where that can't be written.
            let _ = file.write_all(line.as_bytes());
        }
    }

    /// Removes the journal, since terraform has ended and saved its state itself.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn end(self) -> Result<(), StackError> {
        if self.file.is_some() { Ok(remove_file(&self.path)?) } else { Ok(()) }
    }
}

/// Takes over the journal of an apply that was killed under a former name of a stack.
pub(crate) fn inherit(workspace: &Workspace<'_>, former: &Workspace<'_>) {
    // Without one, there is nothing to take over.
    let _ = fs::rename(former.folder.join(JOURNAL), workspace.folder.join(JOURNAL));
}

/// Checks that the state knows all that an apply created which was killed.
///
/// # Errors
/// Fails with the addresses and ids that it does not know.
pub(crate) fn check(workspace: &Workspace<'_>) -> Result<(), StackError> {
    let path = workspace.folder.join(JOURNAL);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        // That apply is still going on: terraform's own lock says so.
        return Ok(());
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let lines = || text.lines().filter_map(|line| line.split_once('\t'));
    let process =
        lines().find(|(address, _)| *address == PROCESS).and_then(|(_, process)| process.parse().ok());
    if let Some(process) = process.filter(|process| is_running(*process)) {
        return Err(StackError::new(format!(
            "the terraform of an earlier apply is still running, as process {process}"
        ))
        .hint(format!("wait for it to end; if that process is something else, delete {}", path.display())));
    }
    let state: State = workspace
        .capture(Initialization::Backend, &Arguments::new(["show", "-json", "-no-color"]))?
        .json()?;
    let mut known = Vec::new();
    state.values.unwrap_or_default().root_module.gather(&mut known);
    let lost: Vec<String> = lines()
        .filter_map(|(address, rest)| Some((address, rest.split_once('\t')?)))
        .filter(|(address, (key, id))| !known.iter().any(|known| known.is(address, key, id)))
        .map(|(address, (_, id))| format!("cargo run -- import {} '{address}' '{id}'", workspace.name()))
        .collect();
    if lost.is_empty() {
        return Ok(remove_file(&path)?);
    }
    Err(StackError::new(format!(
        "an apply was killed, and the state does not know all that it had created\n{}",
        lost.join("\n")
    ))
    .hint(format!("import it with these commands, or remove it yourself; then delete {}", path.display())))
}

#[cfg(unix)]
fn is_running(process: i32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    // One that was killed may still be listed where nobody collects it; it has no program any more.
    let is_left_over = Path::new("/proc/self/exe").exists()
        && fs::read_link(format!("/proc/{process}/exe"))
            .is_err_and(|error| error.kind() == ErrorKind::NotFound);
    !is_left_over && Pid::from_raw(process).is_some_and(|process| test_kill_process(process).is_ok())
}

#[cfg(not(unix))]
fn is_running(_process: i32) -> bool {
    false
}

impl Resource {
    /// Whether it is what was created, by the attribute that terraform showed.
    fn is(&self, address: &str, key: &str, id: &str) -> bool {
        self.address == address && (key.is_empty() || self.values[key].as_str() == Some(id))
    }
}

impl Module {
    fn gather(self, known: &mut Vec<Resource>) {
        known.extend(self.resources);
        self.child_modules.into_iter().for_each(|module| module.gather(known));
    }
}
