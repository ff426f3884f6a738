//! What `terraform … -json` writes while it works, one JSON object a line.
//!
//! The format is documented at <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>.

use serde::{Deserialize, Serialize};

use crate::terraform::Diagnostic;

/// A line of the stream. Kinds that nothing is done with are all alike.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event {
    /// `terraform init` begins; we say this, terraform does not.
    #[serde(skip_deserializing)]
    Initialization,
    /// How much a plan changes, or an apply has changed.
    ChangeSummary { changes: Summary },
    /// Terraform runs, as this process; we say this too.
    #[serde(skip_deserializing)]
    Started { process: u32 },
    /// The lock of the state can't be had at once.
    StateLockAcquire,
    /// The state of a resource is read.
    RefreshComplete { hook: Hook },
    /// An action begins.
    ApplyStart { hook: Hook },
    /// An action has succeeded.
    ApplyComplete { hook: Hook },
    /// An action has failed.
    ApplyErrored { hook: Hook },
    /// A provisioner says something.
    ProvisionProgress { hook: Hook },
    /// Something is wrong, or may be.
    Diagnostic { diagnostic: Diagnostic },
    /// Anything else.
    #[serde(other)]
    Other,
}

/// What an event is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Hook {
    pub(crate) resource: EventResource,
    /// `create`, `update`, `delete`, `read`, …; progress of a provisioner has none.
    #[serde(default)]
    pub(crate) action: String,
    /// What a provisioner said.
    #[serde(default)]
    pub(crate) output: String,
    /// The attribute by which the provider calls what was created; empty if there is none.
    #[serde(default)]
    pub(crate) id_key: String,
    #[serde(default)]
    pub(crate) id_value: String,
    #[serde(default)]
    pub(crate) elapsed_seconds: f64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct EventResource {
    #[serde(rename = "addr")]
    pub(crate) address: String,
}

/// How many resources are or were changed. A replaced one counts as added and as removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    #[serde(default)]
    pub(crate) import: usize,
    pub(crate) add: usize,
    pub(crate) change: usize,
    pub(crate) remove: usize,
}

impl Summary {
    /// How many actions an apply takes.
    pub(crate) const fn actions(self) -> usize {
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
