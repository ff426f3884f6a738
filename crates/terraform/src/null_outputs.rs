//! Outputs of other stacks that are null.
//!
//! Terraform keeps no output in a state whose value is null, so that a reader can't tell one from an output that was
//! never applied. Whether it is null is asked of the stack that has it: if it has a state, and a plan of it would not
//! bring the output, there is nothing to wait for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formwork_synth::{remove_file, write_json};
use serde_json::{Map, Value, json};

use crate::plan::plan_from_state;
use crate::{MissingOutputs, Options, Planned, ResourceChange, StackError, Workspace, reads};

/// A document that terraform lays over the stack's own, with `defaults` of remote states.
const OVERRIDE: &str = "formwork_null_outputs_override.tf.json";

/// An empty state, for a stack that has none since there is nothing in it.
const EMPTY: &str = "formwork_empty.tfstate";

/// What is null of a stack's outputs.
#[derive(Debug, Default)]
pub(crate) struct Nulls {
    outputs: Vec<String>,
    /// Whether the stack has no state: there is nothing in it that could be applied.
    is_empty: bool,
}

/// Outputs that are null, by stack.
pub(crate) type NullOutputs = BTreeMap<String, Nulls>;

/// Which of the outputs that a stack lacks are null. `missing` names no outputs of a stack that has no state.
pub(crate) fn among(missing: &MissingOutputs, workspace: &Workspace<'_>, options: &Options) -> NullOutputs {
    let of_stack = |(stack, outputs): (&String, &Vec<String>)| {
        let producer = workspace.estate.stack(stack).ok()??;
        let nulls = match (plan_from_state(&producer, options).ok()?, outputs.is_empty()) {
            (Planned::Unchanged(_), true) => {
                Nulls { outputs: reads::of(&workspace.document, stack), is_empty: true }
            }
            (Planned::Unchanged(_), false) => Nulls { outputs: outputs.clone(), is_empty: false },
            (Planned::Changed(plan), false) => {
                let pending: Vec<&str> =
                    plan.changes.outputs.iter().filter_map(ResourceChange::output).collect();
                let is_null = |output: &&String| !pending.contains(&output.as_str());
                Nulls { outputs: outputs.iter().filter(is_null).cloned().collect(), is_empty: false }
            }
            (Planned::Changed(_), true) | (Planned::Deferred(_), _) => Nulls::default(),
        };
        (!nulls.outputs.is_empty()).then(|| (stack.clone(), nulls))
    };
    missing.iter().filter_map(of_stack).collect()
}

/// The override in a stack's folder; it goes when this is dropped. A plan has a copy of it.
pub(crate) struct Override {
    path: PathBuf,
}

impl Override {
    /// Writes it.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn write(folder: &Path, nulls: &NullOutputs) -> Result<Self, StackError> {
        let body = |nulls: &Nulls| {
            let defaults: Map<String, Value> =
                nulls.outputs.iter().map(|output| (output.clone(), Value::Null)).collect();
            if nulls.is_empty {
                let place = json!({ "path": EMPTY });
                json!({ "backend": "local", "config": place, "workspace": "default", "defaults": defaults })
            } else {
                json!({ "defaults": defaults })
            }
        };
        let states: Map<String, Value> =
            nulls.iter().map(|(stack, nulls)| (stack.clone(), body(nulls))).collect();
        let document = json!({ "data": { "terraform_remote_state": states } });
        let written = Self { path: folder.join(OVERRIDE) };
        if nulls.values().any(|nulls| nulls.is_empty) {
            let empty = json!({ "version": 4, "serial": 1, "lineage": "", "outputs": {}, "resources": [] });
            write_json(folder.join(EMPTY), &empty)?;
        }
        write_json(written.path.clone(), &document)?;
        Ok(written)
    }

    /// Removes what a process that was killed has left.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn remove(folder: &Path) -> std::io::Result<()> {
        remove_file(&folder.join(OVERRIDE))
    }
}

impl Drop for Override {
    fn drop(&mut self) {
        // The next plan removes it before it begins.
        let _ = remove_file(&self.path);
    }
}
