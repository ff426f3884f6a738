//! The stack that makes the place where states are kept, its own included.
//!
//! It is created with its state in a local file, which is then moved to where it belongs. What has been done so far is
//! told from what is really there, the local file and the state in its place, so that every step can be done again.

use std::fs;
use std::io::ErrorKind;

use formwork_synth::{Replacement, remove_file};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::workspace::{LOCAL_STATE, OVERRIDE, is_missing_backend};
use crate::{Arguments, Initialization, StackError, Workspace};

/// The file of a stack without a backend.
const DEFAULT: &str = "terraform.tfstate";

/// What is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// Everything: there is no state yet.
    Everything,
    /// To continue: there is a state in the local file, which may not be complete.
    FromLocalFile,
    /// Nothing: the state is where it belongs.
    Nothing,
}

/// What tells two versions of one state apart.
#[derive(Debug, Deserialize)]
struct StateVersion {
    lineage: String,
    serial: u64,
    #[serde(default)]
    resources: Vec<Value>,
}

impl StateVersion {
    /// Whether it is the same state, or a later one. A copy into a place that had an empty state before takes over the
    /// lineage of that, so that only what is in it tells.
    fn follows(&self, other: &Self) -> bool {
        self.resources == other.resources || (self.lineage == other.lineage && self.serial > other.serial)
    }
}

/// Whether a stack creates the bucket that its own state is kept in.
pub fn makes_its_own_backend(workspace: &Workspace<'_>) -> bool {
    makes_bucket_of(&workspace.document, workspace.declared_backend.as_ref())
}

fn makes_bucket_of(document: &Value, backend: Option<&Value>) -> bool {
    let kept = backend.and_then(|backend| backend.pointer("/s3/bucket"));
    let buckets = document.pointer("/resource/aws_s3_bucket").and_then(Value::as_object);
    let is_own = |bucket: &Value| kept.is_some() && bucket.get("bucket") == kept;
    buckets.is_some_and(|buckets| buckets.values().any(is_own))
}

/// Looks at what is there: the local file, and the state in its place.
///
/// # Errors
/// Fails if the backend cannot be asked, but for one that is not there yet, and if both hold different states.
pub fn remaining(workspace: &Workspace<'_>) -> Result<Remaining, StackError> {
    remove_file(&workspace.folder.join(OVERRIDE))?;
    adopt_default_state(workspace)?;
    let local = local_version(workspace)?;
    let kept = kept_version(workspace)?;
    match (local, kept) {
        (None, None) => Ok(Remaining::Everything),
        (Some(_), None) => Ok(Remaining::FromLocalFile),
        (None, Some(_)) => Ok(Remaining::Nothing),
        (Some(local), Some(kept)) if kept.follows(&local) => {
            // It was moved before; only the rest was not tidied up.
            remove_local(workspace)?;
            Ok(Remaining::Nothing)
        }
        (Some(local), Some(kept)) if local.follows(&kept) => Ok(Remaining::FromLocalFile),
        _ => Err(StackError::new(format!(
            "there are two different states of `{}`: one where it belongs, one in {}",
            workspace.name(),
            workspace.folder.join(LOCAL_STATE).display()
        ))
        .hint("find out which is right, and move the other one away")),
    }
}

/// Makes terraform keep the state in the local file.
///
/// # Errors
/// Fails if the folder cannot be written to, or as terraform does.
pub fn use_local_file(workspace: &Workspace<'_>) -> Result<(), StackError> {
    let settings = json!({"terraform": {"backend": {"local": {"path": LOCAL_STATE}}}});
    let mut replacement = Replacement::default();
    replacement.add(workspace.folder.join(OVERRIDE), settings.to_string().as_bytes())?;
    replacement.finish()?;
    workspace.initialize_anew(&["-reconfigure"])
}

/// Moves the state from the local file to where it belongs, and removes the file once it is there.
///
/// # Errors
/// Fails as terraform does; the local file is still there then.
pub fn move_state(workspace: &Workspace<'_>) -> Result<(), StackError> {
    remove_file(&workspace.folder.join(OVERRIDE))?;
    workspace.initialize_anew(&["-migrate-state", "-force-copy"])?;
    let local = local_version(workspace)?;
    let kept = pulled(workspace)?;
    let is_there = |local: &StateVersion| kept.as_ref().is_some_and(|kept| kept.follows(local));
    if local.as_ref().is_some_and(|local| !is_there(local)) {
        return Err(StackError::new(format!(
            "terraform moved the state of `{}`, but it is not where it belongs",
            workspace.name()
        ))
        .hint(format!(
            "{} still has it; run `bootstrap` again",
            workspace.folder.join(LOCAL_STATE).display()
        )));
    }
    remove_local(workspace)
}

/// Takes over the state of a stack that was applied before it had a backend.
fn adopt_default_state(workspace: &Workspace<'_>) -> Result<(), StackError> {
    let (default, local) = (workspace.folder.join(DEFAULT), workspace.folder.join(LOCAL_STATE));
    if local.exists() || workspace.local_state().is_some_and(|state| state == default) {
        return Ok(());
    }
    let Ok(bytes) = fs::read(&default) else { return Ok(()) };
    let is_filled =
        |state: &Value| state["resources"].as_array().is_some_and(|resources| !resources.is_empty());
    // What is left of a state that was moved or destroyed is no state to take over.
    if serde_json::from_slice::<Value>(&bytes).is_ok_and(|state| is_filled(&state)) {
        fs::rename(&default, &local)?;
    }
    Ok(())
}

/// The state in the local file, if there is one.
fn local_version(workspace: &Workspace<'_>) -> Result<Option<StateVersion>, StackError> {
    let path = workspace.folder.join(LOCAL_STATE);
    match fs::read(&path) {
        Ok(bytes) if bytes.is_empty() => Ok(None),
        Ok(bytes) => Ok(Some(
            serde_json::from_slice(&bytes)
                .map_err(|error| StackError::new(format!("{} is not a state: {error}", path.display())))?,
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The state where it belongs, if there is such a place and something in it: a move that failed leaves an empty state.
fn kept_version(workspace: &Workspace<'_>) -> Result<Option<StateVersion>, StackError> {
    match workspace.initialize_anew(&["-reconfigure"]) {
        Ok(()) => Ok(pulled(workspace)?.filter(|kept| !kept.resources.is_empty())),
        Err(failure) if failure.diagnostics.iter().any(|it| is_missing_backend(&it.to_string())) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn pulled(workspace: &Workspace<'_>) -> Result<Option<StateVersion>, StackError> {
    let captured = workspace.capture(Initialization::Backend, &Arguments::new(["state", "pull"]))?;
    if captured.status.success() && captured.stdout.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(captured.json()?))
}

fn remove_local(workspace: &Workspace<'_>) -> Result<(), StackError> {
    for suffix in ["", ".backup"] {
        remove_file(&workspace.folder.join(format!("{LOCAL_STATE}{suffix}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_that_makes_its_own_bucket_is_recognized() {
        let document = json!({"resource": {"aws_s3_bucket": {
            "pages": {"bucket": "pages"}, "state": {"bucket": "states"}, "any": {},
        }}});
        let backend = |bucket: &str| json!({"s3": {"bucket": bucket, "key": "k"}});
        assert!(makes_bucket_of(&document, Some(&backend("states"))));
        assert!(!makes_bucket_of(&document, Some(&backend("others"))));
        assert!(!makes_bucket_of(&document, Some(&json!({"local": {"path": "x"}}))));
        assert!(!makes_bucket_of(&document, None));
    }

    #[test]
    fn a_state_follows_itself_and_earlier_ones() {
        let version = |lineage: &str, serial, content: &str| StateVersion {
            lineage: lineage.to_owned(),
            serial,
            resources: vec![content.into()],
        };
        let moved = version("a", 3, "x");
        assert!(moved.follows(&version("a", 3, "x")) && version("b", 1, "x").follows(&moved));
        assert!(version("a", 4, "y").follows(&moved) && !moved.follows(&version("a", 4, "y")));
        assert!(!version("b", 4, "y").follows(&moved));
    }
}
