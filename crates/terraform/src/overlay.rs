//! What is laid over the document of a stack while it is planned, where the states of other stacks do not tell what it
//! will read of them: outputs that are null, that a plan brings, or that nobody knows yet.
//!
//! Terraform takes it from three kinds of files, which go when the plan is made; the plan has a copy of the documents.
//! An output that nobody knows yet is read of a state whose place nobody knows yet, so that it is unknown like what a
//! provider computes, and a plan with it can't be applied.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use formwork_synth::{pretty, remove_file, write_json};
use serde_json::{Map, Value, json};

use crate::plan::plan_from_state;
use crate::{MissingOutputs, Options, Planned, ResourceChange, StackError, Upstream, Workspace, reads};

/// A document that terraform lays over the stack's own.
const OVERRIDE: &str = "formwork_upstream_override.tf.json";
/// A document beside it, with the state whose place nobody knows yet.
const PENDING: &str = "formwork_upstream.tf.json";
/// What the file of a state begins with: the name of its stack follows.
const STATE: &str = "formwork_upstream.";

/// The name of the data source whose outputs nobody knows yet.
const NOBODY_KNOWS: &str = "formwork_known_after_apply";

/// What is laid over a document.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    states: BTreeMap<String, State>,
    /// Outputs that nobody knows yet, by stack.
    pub(crate) pending: MissingOutputs,
}

/// What is read instead of the state of a stack.
#[derive(Debug, Default)]
struct State {
    /// Outputs that are null.
    nulls: Vec<String>,
    /// The outputs of a state, to be read instead of the stack's own.
    outputs: Option<Map<String, Value>>,
}

impl Overlay {
    /// With what the plans of other stacks change of what this one reads.
    pub(crate) fn of(upstream: &Upstream, workspace: &Workspace<'_>) -> Self {
        let mut overlay = Self::default();
        for (stack, outputs) in upstream {
            let read = workspace.reads(stack);
            if !outputs.change_any(&read) {
                continue;
            }
            let state = State { nulls: outputs.null_among(&read), outputs: Some(outputs.known().clone()) };
            overlay.states.insert(stack.clone(), state);
            let unknown = outputs.unknown_among(&read);
            if !unknown.is_empty() {
                overlay.pending.insert(stack.clone(), unknown);
            }
        }
        overlay
    }

    /// Adds what is null of the outputs that the stack lacks, and takes it out of these. `missing` names no outputs of a
    /// stack that has no state.
    pub(crate) fn add_nulls(
        &mut self,
        missing: &mut MissingOutputs,
        workspace: &Workspace<'_>,
        options: &Options,
    ) -> bool {
        let mut has_found = false;
        missing.retain(|stack, outputs| {
            let Some(nulls) = nulls(stack, outputs, workspace, options) else { return true };
            has_found = true;
            let state = self.states.entry(stack.clone()).or_default();
            if outputs.is_empty() {
                state.outputs = Some(Map::new());
            }
            outputs.retain(|output| !nulls.contains(output));
            state.nulls.extend(nulls);
            !outputs.is_empty()
        });
        has_found
    }

    /// Adds outputs that nobody knows yet. Gives back whether there is a new one among them.
    pub(crate) fn add_pending(&mut self, missing: &MissingOutputs, workspace: &Workspace<'_>) -> bool {
        let mut has_new = false;
        for (stack, outputs) in missing {
            let pending = self.pending.entry(stack.clone()).or_default();
            let all = workspace.reads(stack);
            if outputs.is_empty() {
                self.states.entry(stack.clone()).or_default().outputs = Some(Map::new());
            }
            for output in if outputs.is_empty() { &all } else { outputs } {
                if !pending.contains(output) {
                    pending.push(output.clone());
                    has_new = true;
                }
            }
            pending.sort();
        }
        has_new
    }

    /// Writes it beside the document of a stack.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn lay<'a>(&self, workspace: &'a Workspace<'_>) -> Result<Laid<'a>, StackError> {
        remove_from(&workspace.folder)?;
        let laid = Laid { folder: &workspace.folder };
        let mut document = reads::redirected(&workspace.document, &self.pending, NOBODY_KNOWS);
        for (stack, state) in &self.states {
            if let Some(outputs) = &state.outputs {
                write_privately(&workspace.folder.join(state_file(stack)), outputs)?;
            }
            read_instead(&mut document, stack, &state.nulls, state.outputs.is_some());
        }
        if !document.is_empty() {
            write_json(workspace.folder.join(OVERRIDE), &document)?;
        }
        if !self.pending.is_empty() {
            let nowhere = json!({ "backend": "local", "config": { "path": "${timestamp()}" } });
            let pending = json!({ "data": { "terraform_remote_state": { NOBODY_KNOWS: nowhere } } });
            write_json(workspace.folder.join(PENDING), &pending)?;
        }
        Ok(laid)
    }
}

/// Adds to an override what is read in the place of a stack's state.
fn read_instead(document: &mut Map<String, Value>, stack: &str, nulls: &[String], has_outputs: bool) {
    let nulls: Map<String, Value> = nulls.iter().map(|output| (output.clone(), Value::Null)).collect();
    let mut body = Map::from_iter([("defaults".to_owned(), Value::Object(nulls))]);
    if has_outputs {
        body.insert("backend".into(), "local".into());
        body.insert("config".into(), json!({ "path": state_file(stack) }));
        body.insert("workspace".into(), "default".into());
    }
    let data = document.entry("data").or_insert_with(|| json!({}));
    data["terraform_remote_state"][stack] = Value::Object(body);
}

fn state_file(stack: &str) -> String {
    format!("{STATE}{stack}.tfstate")
}

/// Whether a file in a plan that can be applied is what [`Overlay::lay`] writes for a document, and nothing else: what is
/// laid over a document can change all of it. The outputs that the plan has read are compared apart from this.
pub(crate) fn is_overlay(name: &str, bytes: &[u8], workspace: &Workspace<'_>) -> bool {
    let Ok(given) = serde_json::from_slice::<Value>(bytes) else { return false };
    let states = given.pointer("/data/terraform_remote_state").and_then(Value::as_object);
    let mut document = Map::new();
    for (stack, given) in states.into_iter().flatten() {
        let nulls: Vec<String> =
            given["defaults"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
        let read = workspace.reads(stack);
        if read.is_empty() || nulls.iter().any(|output| !read.contains(output)) {
            return false;
        }
        read_instead(&mut document, stack, &nulls, given.get("backend").is_some());
    }
    name == OVERRIDE && pretty(&document).is_ok_and(|expected| expected == bytes)
}

/// An overlay in a stack's folder; it goes when this is dropped.
pub(crate) struct Laid<'a> {
    folder: &'a Path,
}

impl Drop for Laid<'_> {
    fn drop(&mut self) {
        // The next plan removes it before it begins.
        let _ = remove_from(self.folder);
    }
}

/// Removes what is there of an overlay, that of a process that was killed too.
fn remove_from(folder: &Path) -> std::io::Result<()> {
    remove_file(&folder.join(OVERRIDE))?;
    remove_file(&folder.join(PENDING))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(STATE) && name.ends_with(".tfstate") {
            remove_file(&entry.path())?;
        }
    }
    Ok(())
}

/// Writes a state that has nothing but outputs. There may be sensitive ones among them: nobody else may read it.
fn write_privately(path: &Path, outputs: &Map<String, Value>) -> Result<(), StackError> {
    let state = json!({ "version": 4, "serial": 1, "lineage": "", "outputs": outputs, "resources": [] });
    let folder = path.parent().unwrap_or(Path::new("."));
    // A temporary file is readable by its owner only.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(state.to_string().as_bytes())?;
    file.persist(path).map_err(|failure| failure.error)?;
    Ok(())
}

/// Which of the outputs of a stack that are missing are null; `None` if there is no such one.
///
/// Terraform keeps no output in a state whose value is null, so that a reader can't tell one from an output that was
/// never applied. Whether it is null is asked of the stack that has it: if it has a state, and a plan of it would not
/// bring the output, there is nothing to wait for.
fn nulls(
    stack: &str,
    missing: &[String],
    workspace: &Workspace<'_>,
    options: &Options,
) -> Option<Vec<String>> {
    let producer = workspace.estate.stack(stack).ok()??;
    let nulls = match plan_from_state(&producer, options).ok()? {
        Planned::Unchanged(_) if missing.is_empty() => workspace.reads(stack),
        Planned::Unchanged(_) => missing.to_owned(),
        Planned::Changed(plan) if !missing.is_empty() => {
            let pending: Vec<&str> = plan.changes.outputs.iter().filter_map(ResourceChange::output).collect();
            missing.iter().filter(|output| !pending.contains(&output.as_str())).cloned().collect()
        }
        Planned::Changed(_) | Planned::Deferred(_) => Vec::new(),
    };
    (!nulls.is_empty()).then_some(nulls)
}
