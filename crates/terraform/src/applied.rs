//! What was applied of a stack: what its state has, wherever that is.

use std::collections::BTreeSet;

use formwork_core::StatePlace;
use formwork_synth::managed_objects;
use serde_json::Value;

use crate::{Arguments, Initialization, StackError, Workspace};

/// What the state of a stack has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many objects terraform manages there.
    pub objects: usize,
    /// The stacks whose outputs were read, by the names of their data sources.
    reads: BTreeSet<String>,
    /// Where the states were that were read.
    places: BTreeSet<StatePlace>,
}

impl Applied {
    /// Reads the state of a stack.
    ///
    /// # Errors
    /// Fails as terraform does, if the backend can't be asked.
    pub fn read(workspace: &Workspace<'_>) -> Result<Self, StackError> {
        // What was never applied is told without terraform, where the state is a file here.
        if workspace.state_file().is_some_and(|file| !file.exists()) {
            return Ok(Self::default());
        }
        let pulled = workspace.capture(Initialization::Backend, &Arguments::new(["state", "pull"]))?;
        if !pulled.status.success() {
            return Err(pulled.failure().into());
        }
        // Where nothing was ever applied, there is nothing to print.
        if pulled.stdout.trim().is_empty() {
            return Ok(Self::default());
        }
        let state: Value = serde_json::from_str(&pulled.stdout).map_err(anyhow::Error::from)?;
        Ok(Self::of(&state, workspace.name()))
    }

    /// By a state of version 4, as `terraform state pull` prints it.
    fn of(state: &Value, stack: &str) -> Self {
        let mut applied = Self { objects: managed_objects(state), ..Self::default() };
        let resources = state["resources"].as_array().into_iter().flatten();
        for resource in resources.filter(|it| it["type"] == "terraform_remote_state") {
            applied.reads.extend(resource["name"].as_str().map(str::to_owned));
            let instances = resource["instances"].as_array().into_iter().flatten();
            applied.places.extend(instances.filter_map(|it| place(it, stack)));
        }
        applied
    }

    /// Whether it has read the state of a stack, by its name or by where it is.
    pub fn has_read(&self, stack: &Workspace<'_>) -> bool {
        self.reads.contains(stack.name()) || stack.place().is_some_and(|place| self.places.contains(&place))
    }
}

/// Where the state was that a `terraform_remote_state` in the state of `stack` has read.
fn place(instance: &Value, stack: &str) -> Option<StatePlace> {
    let attributes = instance.get("attributes")?;
    let kind = attributes.get("backend")?.as_str()?;
    StatePlace::new(kind, attributes.pointer("/config/value")?, stack)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_read_is_known_by_name_and_by_place() {
        let state = json!({ "version": 4, "resources": [
            { "mode": "managed", "type": "aws_x", "name": "a", "instances": [{ "index_key": 0 }, { "index_key": 1 }] },
            { "mode": "data", "type": "terraform_remote_state", "name": "network", "instances": [{ "attributes": {
                "backend": "s3",
                "config": { "value": { "bucket": "states", "key": "network" }, "type": ["object", {}] },
            } }] },
        ] });
        let applied = Applied::of(&state, "service");
        assert_eq!(applied.objects, 2);
        assert!(applied.reads.contains("network"));
        let place = StatePlace::new("s3", &json!({ "bucket": "states", "key": "network" }), "network");
        assert!(applied.places.contains(&place.unwrap()));
    }
}
