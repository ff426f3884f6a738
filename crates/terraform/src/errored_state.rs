//! State that terraform could not save: where it is kept, and what stands in the way of the next command.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::de::IgnoredAny;

use crate::{StackError, TerraformDiagnostic, Workspace};

/// State that terraform could not save where it belongs.
pub(crate) const ERRORED: &str = "errored.tfstate";

impl Workspace<'_> {
    /// Keeps a state that terraform could save nowhere and has printed, in a file that only this user can read, and says
    /// where: beside the document, or, where that cannot be written to either, among temporary files.
    pub(crate) fn keep_printed_state(&self, state: &str) -> TerraformDiagnostic {
        let beside = self.folder.join(ERRORED);
        // What terraform only began to write there is none, and is replaced.
        let kept = if is_whole(&beside) { None } else { keep(&self.folder, ERRORED, state).ok() };
        let name = self.name();
        let among_temporary = || {
            // A file with nothing in it takes no room, and stops the next run.
            if !beside.exists() {
                let _ = fs::File::create(&beside);
            }
            keep(&std::env::temp_dir(), &format!("formwork-{name}-{}-{ERRORED}", std::process::id()), state)
        };
        match kept.map_or_else(among_temporary, Ok) {
            Ok(path) => {
                let path = path.display();
                let mut diagnostic = TerraformDiagnostic::plain(&format!(
                    "the state of `{name}` could not be saved; terraform printed it, and it is kept in {path}, which only you can read"
                ));
                diagnostic.hint(&format!("make room, save it with {}, and delete it", self.push(&path)));
                diagnostic
            }
            Err(error) => TerraformDiagnostic::plain(&format!(
                "the state of `{name}` could not be saved; terraform printed it, and that cannot be kept in a file either: {error:#}"
            )),
        }
    }

    /// Checks that no state waits to be saved.
    ///
    /// # Errors
    /// Fails if one does, and says where it is.
    pub(crate) fn check_errored_state(&self) -> Result<(), StackError> {
        let path = self.folder.join(ERRORED);
        if !path.exists() {
            return Ok(());
        }
        let shown = path.display();
        if is_whole(&path) {
            return Err(StackError::new(format!(
                "an earlier apply could not save its state: it is in {shown}"
            ))
            .hint(format!("save it with {}, delete the file, and run this again", self.push(&ERRORED))));
        }
        Err(StackError::new(format!(
            "an earlier apply could not save its state, not even in {shown}, which is no whole state"
        ))
        .hint(format!(
            "that apply named the file that keeps what terraform printed: save it with {}, and delete {shown}; without it, import what was made",
            self.push(&"FILE")
        )))
    }

    fn push(&self, file: &dyn std::fmt::Display) -> String {
        let folder = self.folder.display();
        format!("`{} -chdir={folder} state push {file}`", self.terraform.binary.name())
    }
}

/// The state in a line of terraform's output in JSON, if it is the one in which it prints what it could not save: the very
/// bytes of it.
pub(crate) fn printed(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("\"state\":")?;
    if !before.contains("Emergency state dump") {
        return None;
    }
    let mut state = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
    state.next()?.ok()?;
    Some(&rest[..state.byte_offset()])
}

/// Whether a file has a state in it, rather than the beginning of one or nothing.
fn is_whole(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| serde_json::from_slice::<IgnoredAny>(&bytes).is_ok())
}

/// Writes a file that nobody else can read, under a temporary name first, and gives back its path.
fn keep(folder: &Path, name: &str, state: &str) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(folder.join(name))?;
    let keep = || -> anyhow::Result<()> {
        // One that others cannot read, whatever the umask says.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(state.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    keep().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_state_is_taken_as_it_is() {
        let line = r#"{"@level":"info","@message":"Emergency state dump","@module":"terraform.ui","state":{"version":4,"n":12345678901234567890123,"x":"}"},"type":"log"}"#;
        assert_eq!(printed(line), Some(r#"{"version":4,"n":12345678901234567890123,"x":"}"}"#));
        assert_eq!(printed(r#"{"@message":"Plan: 1 to add","type":"change_summary"}"#), None);
        assert_eq!(printed(r#"{"@message":"Emergency state dump","state":{"version""#), None);
    }
}
