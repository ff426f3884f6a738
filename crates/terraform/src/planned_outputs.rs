//! What a plan makes of the outputs of its stack, for the plans of those that read them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::change::PlanJson;

/// What a plan makes of the outputs of its stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlannedOutputs {
    /// Those whose values are known, as a state of version 4 holds an output.
    known: Map<String, Value>,
    /// Those that are known to be null: a state does not hold them.
    null: BTreeSet<String>,
    /// Those whose values are known after the apply.
    unknown: BTreeSet<String>,
    /// Those that are not as they were.
    changed: BTreeSet<String>,
}

impl PlannedOutputs {
    pub(crate) fn of(shown: &PlanJson) -> Self {
        let mut outputs = Self::default();
        for (name, change) in &shown.output_changes {
            if !change.is_nothing() {
                outputs.changed.insert(name.clone());
            }
            if change.is_destruction() {
                continue;
            }
            let known = shown.planned_output(name);
            if change.is_unknown() {
                outputs.unknown.insert(name.clone());
            } else if let Some(known) = known {
                outputs.known.insert(name.clone(), known.clone());
            } else {
                outputs.null.insert(name.clone());
            }
        }
        outputs
    }

    /// Makes all of them count as changed: they are in no state that a reader finds.
    pub(crate) fn change_all(&mut self) {
        let all = self.known.keys().chain(&self.null).chain(&self.unknown);
        self.changed = all.cloned().collect();
    }

    /// Whether the plan changes one of these outputs.
    pub(crate) fn change_any(&self, outputs: &[String]) -> bool {
        outputs.iter().any(|output| self.changed.contains(output))
    }

    /// Those of these outputs that are known after the apply.
    pub(crate) fn unknown_among(&self, outputs: &[String]) -> Vec<String> {
        outputs.iter().filter(|output| self.unknown.contains(*output)).cloned().collect()
    }

    /// Those of these outputs that are null.
    pub(crate) fn null_among(&self, outputs: &[String]) -> Vec<String> {
        outputs.iter().filter(|output| self.null.contains(*output)).cloned().collect()
    }

    /// The outputs of a state after the apply, as far as they are known.
    pub(crate) fn known(&self) -> &Map<String, Value> {
        &self.known
    }
}

/// What plans make of the outputs of other stacks, by stack.
pub type Upstream = BTreeMap<String, PlannedOutputs>;
