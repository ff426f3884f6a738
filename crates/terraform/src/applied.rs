//! What was applied of a stack: what its state has, wherever that is.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::StatePlace;
use formwork_synth::managed_objects;
use serde_json::Value;

use crate::{StackError, Workspace, former};

/// What the state of a stack has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many objects terraform manages there.
    pub objects: usize,
    /// The stacks whose outputs were read, by the names of their data sources.
    reads: BTreeSet<String>,
    /// The address of each instance of a resource and its id, by the address of the resource.
    ids: BTreeMap<String, Vec<(String, String)>>,
    /// Where the states were that were read.
    places: BTreeSet<StatePlace>,
}

impl Applied {
    /// Reads the state of a stack.
    ///
    /// # Errors
    /// Fails as terraform does, if the backend can't be asked.
    pub fn read(workspace: &Workspace<'_>) -> Result<Self, StackError> {
        let own =
            former::pull(workspace)?.map(|state| Self::of(&state, workspace.name())).unwrap_or_default();
        if own.objects > 0 || workspace.entry.former.is_empty() {
            return Ok(own);
        }
        // What it has is still where its former name kept it.
        let former = former::found(workspace)?;
        Ok(former.map_or(own, |former| Self::of(former.state(), workspace.name())))
    }

    /// By a state of version 4, as `terraform state pull` prints it.
    fn of(state: &Value, stack: &str) -> Self {
        let mut applied = Self { objects: managed_objects(state), ..Self::default() };
        let resources = || state["resources"].as_array().into_iter().flatten();
        for resource in resources().filter(|it| it["mode"] == "managed" && it["module"].is_null()) {
            let text = |key: &str| resource[key].as_str().unwrap_or_default();
            let address = format!("{}.{}", text("type"), text("name"));
            let instances = resource["instances"].as_array().into_iter().flatten();
            // What was replaced and is not destroyed yet has no address of its own.
            let present = instances.filter(|it| it["deposed"].is_null());
            let id = |it: &Value| {
                let key = it.get("index_key").map_or_else(String::new, |key| format!("[{key}]"));
                Some((format!("{address}{key}"), it.pointer("/attributes/id")?.as_str()?.to_owned()))
            };
            applied.ids.insert(address.clone(), present.filter_map(id).collect());
        }
        for resource in resources().filter(|it| it["type"] == "terraform_remote_state") {
            applied.reads.extend(resource["name"].as_str().map(str::to_owned));
            let instances = resource["instances"].as_array().into_iter().flatten();
            applied.places.extend(instances.filter_map(|it| place(it, stack)));
        }
        applied
    }

    /// The instances of the resources in it, by address: `aws_x.a["key"]`, with what the provider calls each.
    pub fn ids(&self) -> &BTreeMap<String, Vec<(String, String)>> {
        &self.ids
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
            { "mode": "managed", "type": "aws_x", "name": "a", "instances": [
                { "index_key": "k", "attributes": { "id": "1" } }, { "index_key": "k", "deposed": "0", "attributes": { "id": "0" } },
            ] },
            { "mode": "data", "type": "terraform_remote_state", "name": "network", "instances": [{ "attributes": {
                "backend": "s3",
                "config": { "value": { "bucket": "states", "key": "network" }, "type": ["object", {}] },
            } }] },
        ] });
        let applied = Applied::of(&state, "service");
        assert_eq!(applied.objects, 2);
        assert_eq!(applied.ids()["aws_x.a"], [("aws_x.a[\"k\"]".to_owned(), "1".to_owned())]);
        assert!(applied.reads.contains("network"));
        let place = StatePlace::new("s3", &json!({ "bucket": "states", "key": "network" }), "network");
        assert!(applied.places.contains(&place.unwrap()));
    }
}
