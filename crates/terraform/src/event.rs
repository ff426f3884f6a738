//! What `terraform … -json` writes while it works, one JSON object a line.
//!
//! The format is documented at <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::TerraformDiagnostic;
use crate::masking::Secrets;

/// A line of the stream. Kinds that nothing is done with are all alike.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// `terraform init` begins; we say this, terraform does not.
    #[serde(skip_deserializing)]
    Initialization,
    /// How much a plan changes, or an apply has changed.
    ChangeSummary {
        /// How much.
        changes: Summary,
    },
    /// Terraform runs, as this process; we say this too.
    #[serde(skip_deserializing)]
    Started {
        /// The process's id.
        process: u32,
    },
    /// The state could be saved nowhere, and this is all there is of it; we make it of a line that terraform logs.
    #[serde(skip_deserializing)]
    PrintedState {
        /// The state, as JSON.
        state: String,
    },
    /// A plan changes a resource, if only its address.
    PlannedChange,
    /// Something was changed outside.
    ResourceDrift,
    /// What becomes of outputs.
    Outputs {
        /// By name.
        outputs: BTreeMap<String, OutputEvent>,
    },
    /// The lock of the state can't be had at once.
    StateLockAcquire,
    /// The state of a resource is read.
    RefreshComplete {
        /// What it is about.
        hook: Hook,
    },
    /// An action begins.
    ApplyStart {
        /// What it is about.
        hook: Hook,
    },
    /// An action has succeeded.
    ApplyComplete {
        /// What it is about.
        hook: Hook,
    },
    /// An action has failed.
    ApplyErrored {
        /// What it is about.
        hook: Hook,
    },
    /// A provisioner says something.
    ProvisionProgress {
        /// What it is about.
        hook: Hook,
    },
    /// Something is wrong, or may be.
    Diagnostic {
        /// What it is.
        diagnostic: TerraformDiagnostic,
    },
    /// Anything else.
    #[serde(other)]
    Other,
}

impl Event {
    /// What a provisioner says without secrets; other events say nothing of strangers'.
    pub(crate) fn without(&self, secrets: &Secrets) -> Option<Self> {
        let Self::ProvisionProgress { hook } = self else { return None };
        let output = secrets.hidden(&hook.output);
        Some(Self::ProvisionProgress { hook: Hook { output, ..hook.clone() } })
    }
}

/// What becomes of an output.
#[derive(Clone, Debug, Deserialize)]
pub struct OutputEvent {
    /// `create`, `update`, `delete` or `noop`; nothing after an apply.
    #[serde(default)]
    pub action: String,
}

/// What an event is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Hook {
    /// The resource.
    pub resource: EventResource,
    /// `create`, `update`, `delete`, `read`, …; progress of a provisioner has none.
    #[serde(default)]
    pub action: String,
    /// What a provisioner said.
    #[serde(default)]
    pub output: String,
    /// The attribute by which the provider calls what was created; empty if there is none.
    #[serde(default)]
    pub id_key: String,
    /// The value of that attribute.
    #[serde(default)]
    pub id_value: String,
    /// How long it has taken so far.
    #[serde(default)]
    pub elapsed_seconds: f64,
}

/// The resource that an event is about.
#[derive(Clone, Debug, Deserialize)]
pub struct EventResource {
    /// Its address.
    #[serde(rename = "addr")]
    pub address: String,
}

/// How many resources are or were changed. A replaced one counts as added and as removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many come into the state.
    #[serde(default)]
    pub import: usize,
    /// How many are created.
    pub add: usize,
    /// How many are changed in place.
    pub change: usize,
    /// How many are destroyed.
    pub remove: usize,
}

impl Summary {
    /// How many actions an apply takes.
    pub const fn actions(self) -> usize {
        self.add + self.change + self.remove
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.import > 0 {
            write!(formatter, "{} imported, ", self.import)?;
        }
        write!(formatter, "{} added, {} changed, {} destroyed", self.add, self.change, self.remove)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provisioner_says_repeats_no_secret() {
        let event: Event = serde_json::from_str(
            r#"{"type": "provision_progress", "hook": {"resource": {"addr": "a.b"}, "output": "say hunter2 and aHVudGVyMg=="}}"#,
        )
        .unwrap();
        let mut secrets = Secrets::default();
        secrets.add_given("hunter2");
        let Some(Event::ProvisionProgress { hook }) = event.without(&secrets) else {
            panic!("it is progress of a provisioner");
        };
        assert!(hook.output.starts_with("say (sensitive value) and (sensitive value)"), "{}", hook.output);
        assert!(!hook.output.contains("aHVudGVyM"), "{}", hook.output);
        assert_eq!(hook.resource.address, "a.b");
    }
}
