//! The state of a stack that had another name before: it is still where that name kept it, until an apply or a destroy
//! takes it over.
//!
//! It is written to its new place first, and what is left in the old place is an empty state. What has been done is told
//! from what is in the two states, so that every step can be done again: a remote backend gives a state that is new to it a
//! lineage of its own.

use std::collections::BTreeMap;
use std::path::Path;

use formwork_synth::{FormerStack, Retired, remove_file, write_json};
use serde_json::{Value, json};

use crate::plan::show;
use crate::{
    Arguments, Initialization, OutputValue, Plan, PlanChanges, PlanMode, Planned, ScratchFolder, StackError,
    TerraformDiagnostic, Workspace, applied_document, journal,
};

/// A document that terraform lays over the stack's own, to plan with a copy of the state.
pub(crate) const OVERRIDE: &str = "formwork_former_override.tf.json";

/// A state that belongs to a stack which has another name now.
#[derive(Clone, Debug, PartialEq)]
pub struct FormerState {
    /// The name that the stack had.
    pub name: String,
    /// How many objects are in the state.
    pub objects: usize,
    /// The state, of version 4.
    state: Value,
    /// Whether it is in its new place already, and only left in the old one.
    is_copied: bool,
    /// Whether there is a state in the new place, of which nothing is left.
    is_over_empty: bool,
}

/// The state that a stack has still to take over, if there is one. For most stacks nothing is asked.
///
/// # Errors
/// Fails as terraform does, and if there is something in both places.
pub fn pending(workspace: &Workspace<'_>) -> Result<Option<FormerState>, StackError> {
    if workspace.folder.join(OVERRIDE).exists() {
        // What a killed process left.
        remove(&workspace.folder)?;
    }
    found(workspace)
}

/// The same while a copy may be laid into the folder.
pub(crate) fn found(workspace: &Workspace<'_>) -> Result<Option<FormerState>, StackError> {
    for former in &workspace.entry.former {
        let Some(retired) = retired(former) else { continue };
        let old = workspace.estate.open_retired(&retired)?;
        let found = find(workspace, &old);
        // It is no stack to apply.
        retired.hide(workspace.estate.documents)?;
        if let Some(found) = found? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn find(workspace: &Workspace<'_>, old: &Workspace<'_>) -> Result<Option<FormerState>, StackError> {
    old.check_state()?;
    let Some(state) = pull(old)? else { return Ok(None) };
    let objects = formwork_synth::managed_objects(&state);
    if objects == 0 {
        return Ok(None);
    }
    let own = pull(workspace)?;
    let own_objects = own.as_ref().map_or(0, formwork_synth::managed_objects);
    let is_copied = own.as_ref().is_some_and(|own| is_same(own, &state));
    if own_objects > 0 && !is_copied {
        let place = |workspace: &Workspace<'_>| {
            workspace.place().map_or_else(String::new, |place| format!(" ({place})"))
        };
        return Err(StackError::new(format!(
            "there are two states of `{}`: its own with {own_objects} objects{}, and that of its former name `{}` with {objects}{}",
            workspace.name(),
            place(workspace),
            old.name(),
            place(old)
        ))
        .hint(format!(
            "find out which is right; without `formerly(\"{0}\")` in the program, `cargo run -- destroy {0}` destroys the other",
            old.name()
        )));
    }
    let name = old.name().to_owned();
    Ok(Some(FormerState { name, objects, state, is_copied, is_over_empty: own.is_some() && !is_copied }))
}

/// Checks that a stack has taken over the state of its former name, for what works on its own state only.
///
/// # Errors
/// Fails if it has not.
pub fn check(workspace: &Workspace<'_>) -> Result<(), StackError> {
    let Some(former) = found(workspace)? else { return Ok(()) };
    let name = workspace.name();
    Err(StackError::new(format!("the state of `{name}` is still that of its former name `{}`", former.name))
        .hint(format!("`cargo run -- apply {name}` takes it over")))
}

/// Takes over a state: afterwards it is where that of the stack belongs, and nothing is left in the old place.
///
/// # Errors
/// Fails as terraform does. Nothing is lost then, and the same again goes on.
pub fn take_over(
    workspace: &Workspace<'_>,
    former: &FormerState,
    lock_timeout: &str,
) -> Result<(), StackError> {
    let Some(retired) =
        workspace.entry.former.iter().filter_map(retired).find(|it| it.entry.name == former.name)
    else {
        return Ok(());
    };
    if !former.is_copied {
        push(workspace, &former.state, former.is_over_empty, lock_timeout)?;
        if !pull(workspace)?.is_some_and(|own| is_same(&own, &former.state)) {
            return Err(StackError::new(format!(
                "the state of `{}` was written to where that of `{}` belongs, and is not there",
                former.name,
                workspace.name()
            )));
        }
    }
    let old = workspace.estate.open_retired(&retired)?;
    let emptied = push(&old, &emptied(&former.state), false, lock_timeout);
    applied_document::inherit(workspace, &old);
    journal::inherit(workspace, &old);
    retired.forget(workspace.estate.documents)?;
    emptied
}

/// Whether one state is the other one, or goes on with it.
fn is_same(own: &Value, former: &Value) -> bool {
    let serial = |state: &Value| state["serial"].as_u64();
    own["resources"] == former["resources"]
        || (own["lineage"] == former["lineage"] && serial(own) >= serial(former))
}

/// The same state with nothing in it, as the next version of it.
fn emptied(state: &Value) -> Value {
    let serial = state["serial"].as_u64().unwrap_or_default() + 1;
    json!({
        "version": 4, "terraform_version": state["terraform_version"], "serial": serial,
        "lineage": state["lineage"], "outputs": {}, "resources": [],
    })
}

fn retired(former: &FormerStack) -> Option<Retired> {
    Retired::of_document(&former.name, json!({ "terraform": { "backend": former.backend } }))
}

/// The state of a stack, if it has one.
pub(crate) fn pull(workspace: &Workspace<'_>) -> Result<Option<Value>, StackError> {
    // What was never applied is told without terraform, where the state is a file here.
    if workspace.state_file().is_some_and(|file| !file.exists()) {
        return Ok(None);
    }
    let pulled = workspace.capture(Initialization::Backend, &Arguments::new(["state", "pull"]))?;
    if !pulled.status.success() {
        return Err(pulled.failure().into());
    }
    // Where nothing was ever applied, there is nothing to print.
    if pulled.stdout.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&pulled.stdout).map_err(anyhow::Error::from)?))
}

fn push(
    workspace: &Workspace<'_>,
    state: &Value,
    is_forced: bool,
    lock_timeout: &str,
) -> Result<(), StackError> {
    // There are sensitive values in a state.
    let folder = ScratchFolder::new()?;
    let file = folder.file("state")?;
    write_private(&file, state)?;
    let mut arguments = Arguments::new(["state", "push"]);
    arguments.option("lock-timeout", lock_timeout);
    if is_forced {
        arguments.push("-force");
    }
    arguments.push(&file);
    let pushed = workspace.capture(Initialization::Backend, &arguments)?;
    if pushed.status.success() {
        Ok(())
    } else {
        Err(crate::lock::explain(pushed.failure(), workspace).into())
    }
}

/// Writes into a file that was made for this user alone.
fn write_private(file: &Path, state: &Value) -> Result<(), StackError> {
    Ok(std::fs::write(file, state.to_string())?)
}

/// A copy of a state that is laid into the folder of its stack, to be planned with; it goes when this is dropped.
pub(crate) struct Copy<'a> {
    folder: &'a Path,
    _file: ScratchFolder,
}

impl FormerState {
    pub(crate) fn state(&self) -> &Value {
        &self.state
    }

    /// The outputs in it.
    pub(crate) fn outputs(&self) -> BTreeMap<String, OutputValue> {
        let outputs = self.state["outputs"].as_object().into_iter().flatten();
        outputs.map(|(name, output)| (name.clone(), OutputValue::of_state(output))).collect()
    }

    /// A plan that was made with a copy of it, which can't be applied: the state comes first. Whoever reads the stack finds
    /// nothing in the new place yet, so that all its outputs count as changed.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub(crate) fn preview(
        &self,
        planned: Planned,
        workspace: &Workspace<'_>,
        file: &Path,
        mode: PlanMode,
    ) -> Result<Planned, StackError> {
        let mut plan = match planned {
            Planned::Unchanged(warnings) => {
                let read = show(workspace, file)?;
                let changes = PlanChanges { planned_outputs: read.planned_outputs, ..PlanChanges::default() };
                Box::new(Plan { mode, is_partial: false, changes, warnings, former: None })
            }
            Planned::Changed(plan) => plan,
            deferred @ Planned::Deferred(_) => return Ok(deferred),
        };
        plan.changes.planned_outputs.change_all();
        let message =
            format!("the state of `{}` is taken over as it is, with {} objects", self.name, self.objects);
        plan.warnings.push(TerraformDiagnostic::warning(&message));
        plan.former = Some(self.name.clone());
        remove_file(file)?;
        Ok(Planned::Changed(plan))
    }

    /// Makes terraform read a copy of the state for now: nothing is written to any place of a state.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub(crate) fn lay_copy<'a>(&self, workspace: &'a Workspace<'_>) -> Result<Copy<'a>, StackError> {
        let folder = ScratchFolder::new()?;
        let file = folder.file("state")?;
        write_private(&file, &self.state)?;
        let backend = json!({ "terraform": { "backend": { "local": { "path": file } } } });
        write_json(workspace.folder.join(OVERRIDE), &backend)?;
        let copy = Copy { folder: &workspace.folder, _file: folder };
        workspace.initialize_anew(&["-reconfigure"])?;
        Ok(copy)
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        // The next plan removes it before it begins.
        let _ = remove(self.folder);
    }
}

/// Removes what is left of a copy.
///
/// # Errors
/// Fails if the folder cannot be written to.
fn remove(folder: &Path) -> std::io::Result<()> {
    remove_file(&folder.join(OVERRIDE))?;
    Workspace::forget_backend(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_in_its_new_place_is_known_by_what_is_in_it() {
        let state = |lineage: &str, serial: u64, id: &str| json!({ "lineage": lineage, "serial": serial, "resources": [id] });
        let former = state("a", 3, "x");
        assert!(is_same(&state("b", 1, "x"), &former) && is_same(&state("a", 4, "y"), &former));
        assert!(!is_same(&state("a", 2, "y"), &former) && !is_same(&state("b", 4, "y"), &former));
    }

    #[test]
    fn what_is_left_is_the_next_version_of_the_same_state() {
        let state = json!({
            "version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "l",
            "outputs": { "a": {} }, "resources": [{ "mode": "managed" }],
        });
        let left = emptied(&state);
        assert_eq!((&left["serial"], &left["lineage"]), (&json!(8), &json!("l")));
        assert_eq!((&left["outputs"], &left["resources"]), (&json!({}), &json!([])));
    }
}
