//! Where stacks are planned and applied: for real, or in the sandbox.
//!
//! This is all that the two differ in. Whatever simulates providers is given to [`Environment::sandbox`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use formwork_schema::Library;
use formwork_synth::{ManifestStack, SANDBOX};
use serde_json::{Map, Value, json};

use crate::simulation::Simulation;

/// The kind of annotation that states, by the name of a variable, what stands in for its value in the sandbox.
const SIMULATED_VARIABLE: &str = "simulated_variable";

/// Where stacks are planned and applied.
#[derive(Debug)]
pub struct Environment {
    root: PathBuf,
    /// The simulated providers, unless the real ones are asked.
    simulation: Option<Simulation>,
}

impl Environment {
    /// The real providers and backends; the stacks' folders are those that `synth` writes.
    pub fn real(documents: &Path) -> Self {
        Self { root: documents.to_owned(), simulation: None }
    }

    /// A simulation: folders of its own, state in them, and providers that terraform is told of in its environment.
    ///
    /// # Errors
    /// Fails if another command uses the sandbox of these documents.
    pub fn sandbox(documents: &Path, library: &Library) -> anyhow::Result<Self> {
        let root = Self::sandbox_folder(documents);
        let simulation = Simulation::open(&root, library.clone())?;
        Ok(Self { root, simulation: Some(simulation) })
    }

    /// The folder of the sandbox for a folder of documents.
    pub fn sandbox_folder(documents: &Path) -> PathBuf {
        documents.join(SANDBOX)
    }

    /// The name that plan files carry, so that a simulated plan is never applied for real.
    pub fn name(&self) -> &'static str {
        if self.is_real() { "real" } else { "sandbox" }
    }

    /// The folder that the folders of the stacks are in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes ready what terraform needs for a stack beside its document.
    ///
    /// # Errors
    /// Fails for a provider that cannot be simulated.
    pub fn prepare(&self, entry: &ManifestStack, document: &Value, folder: &Path) -> anyhow::Result<()> {
        match &self.simulation {
            Some(simulation) => simulation.serve(entry, document, folder),
            None => Ok(()),
        }
    }

    /// What terraform gets in its environment in a stack's folder, beyond ours.
    pub fn variables(&self, folder: &Path) -> Vec<(OsString, OsString)> {
        self.simulation.as_ref().map_or_else(Vec::new, |simulation| simulation.environment(folder))
    }

    /// The simulated cloud, unless the real one is asked.
    #[cfg(feature = "sandbox")]
    pub fn simulated(&self) -> Option<&formwork_sandbox::Sandbox> {
        self.simulation.as_ref().map(Simulation::sandbox)
    }

    /// What there is to say about the simulated cloud as it was found.
    pub fn found(&self) -> Option<&str> {
        self.simulation.as_ref().and_then(Simulation::notice)
    }

    /// What has to be said with every plan, apply and output.
    pub fn notice(&self) -> Option<&'static str> {
        if self.is_real() { None } else { Some("sandbox: a simulation, nothing here is real") }
    }

    /// Whether the documents go to terraform as they were synthesized.
    pub fn is_real(&self) -> bool {
        self.simulation.is_none()
    }

    /// The document that terraform gets for a stack's synthesized one. `stacks` are the names of the program's stacks.
    #[must_use]
    pub fn document(&self, entry: &ManifestStack, mut document: Value, stacks: &[&str]) -> Value {
        if self.is_real() {
            return document;
        }
        keep_state_here(&mut document, stacks);
        reach_modules(&mut document, &entry.name);
        if let Some(values) = entry.annotations.get(SIMULATED_VARIABLE) {
            stand_in(&mut document, values);
        }
        document
    }
}

/// Gives variables without a default the values that the program states for simulations, so that nobody has to make
/// something real, such as a machine image, to try a stack. A value that is given counts more.
fn stand_in(document: &mut Value, values: &BTreeMap<String, Value>) {
    let Some(variables) = document.get_mut("variable").and_then(Value::as_object_mut) else { return };
    for (name, value) in values {
        if let Some(variable) = variables.get_mut(name).and_then(Value::as_object_mut) {
            variable.entry("default").or_insert_with(|| value.clone());
        }
    }
}

/// Replaces every place of state in a document by a file in the stack's own folder or in that of a sibling, so that
/// simulated and real state never meet.
fn keep_state_here(document: &mut Value, stacks: &[&str]) {
    if let Some(settings) = document.get_mut("terraform").and_then(Value::as_object_mut) {
        settings.remove("cloud");
        // Terraform learns its address from the environment.
        settings.insert("backend".to_owned(), json!({"http": {}}));
    }
    let Some(states) = document.pointer_mut("/data/terraform_remote_state").and_then(Value::as_object_mut)
    else {
        return;
    };
    for (name, body) in states.iter_mut() {
        // A state that is no stack of the program is not simulated: terraform will not find it, and say so.
        let folder = if stacks.contains(&name.as_str()) { name } else { "outside" };
        let path = format!("../{folder}/terraform.tfstate");
        // A body may be a list of bodies in Terraform's JSON syntax.
        let bodies = match body {
            Value::Array(bodies) => bodies.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for body in bodies.iter_mut().filter_map(Value::as_object_mut) {
            local_state(body, &path);
        }
    }
}

/// Leads the calls of modules in folders from the sandbox's folder of a stack to where they led from its document.
fn reach_modules(document: &mut Value, stack: &str) {
    let Some(calls) = document.get_mut("module").and_then(Value::as_object_mut) else { return };
    for call in calls.values_mut() {
        // A call may be a list of one in Terraform's JSON syntax.
        let bodies = match call {
            Value::Array(bodies) => bodies.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for source in bodies.iter_mut().filter_map(|body| body.get_mut("source")) {
            let Some(path) = source.as_str() else { continue };
            let reached = match (path.strip_prefix("../"), path.strip_prefix("./")) {
                (Some(outside), _) => format!("../../{outside}"),
                (_, Some(inside)) => format!("../../{stack}/{inside}"),
                _ => continue,
            };
            *source = reached.into();
        }
    }
}

fn local_state(body: &mut Map<String, Value>, path: &str) {
    body.remove("workspace");
    body.insert("backend".to_owned(), "local".into());
    body.insert("config".to_owned(), json!({"path": path}));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(annotations: Value) -> ManifestStack {
        serde_json::from_value(json!({
            "name": "a", "path": "a/main.tf.json", "digest": "", "dependencies": [], "providers": {},
            "counts": {"resources": 0, "data": 0, "outputs": 0}, "annotations": annotations,
        }))
        .unwrap()
    }

    #[test]
    fn a_variable_without_a_value_gets_the_stated_one() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::sandbox(folder.path(), &Library::embedded()).unwrap();
        let entry = entry(json!({"simulated_variable": {"image": "ami-1", "size": "large", "gone": "x"}}));
        let document = json!({"variable": {"image": {"type": "string"}, "size": {"default": "small"}}});
        let rewritten = environment.document(&entry, document, &["a"]);
        assert_eq!(
            rewritten,
            json!({"variable": {"image": {"type": "string", "default": "ami-1"}, "size": {"default": "small"}}})
        );
    }

    #[test]
    fn modules_in_folders_are_reached_from_the_sandbox() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::sandbox(folder.path(), &Library::embedded()).unwrap();
        let document = json!({"module": {
            "own": {"source": "../../modules/net"},
            "asset": [{"source": "./net"}],
            "registry": {"source": "acme/net/aws"},
        }});
        let rewritten = environment.document(&entry(json!({})), document, &["a"]);
        assert_eq!(
            rewritten["module"],
            json!({
                "own": {"source": "../../../modules/net"},
                "asset": [{"source": "../../a/net"}],
                "registry": {"source": "acme/net/aws"},
            })
        );
    }

    #[test]
    fn simulated_state_never_meets_real_state() {
        let document = json!({
            "terraform": {"required_version": ">= 1.10", "backend": {"s3": {"bucket": "states", "key": "a"}}},
            "data": {"terraform_remote_state": {
                "network": {"backend": "s3", "config": {"bucket": "states", "key": "network"}},
                "theirs": {"backend": "s3", "config": {"bucket": "others", "key": "x"}, "workspace": "prod"},
            }},
        });
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::sandbox(folder.path(), &Library::embedded()).unwrap();
        let rewritten = environment.document(&entry(json!({})), document, &["a", "network"]);
        assert_eq!(
            rewritten,
            json!({
                "terraform": {"required_version": ">= 1.10", "backend": {"http": {}}},
                "data": {"terraform_remote_state": {
                    "network": {"backend": "local", "config": {"path": "../network/terraform.tfstate"}},
                    "theirs": {"backend": "local", "config": {"path": "../outside/terraform.tfstate"}},
                }},
            })
        );
        assert_eq!(environment.root(), folder.path().join(".sandbox"));
    }

    #[test]
    fn real_documents_stay_as_they_are() {
        let document = json!({"terraform": {}});
        let real = Environment::real(Path::new("out"));
        assert_eq!(real.document(&entry(json!({})), document.clone(), &[]), document);
    }
}
