//! The sandbox behind terraform: which providers a stack gets, and how terraform is told of them.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use formwork_core::Hint;
use formwork_sandbox::Sandbox;
use formwork_schema::{Catalogue, Constraint, Library};
use formwork_synth::ManifestStack;
use serde_json::Value;

use crate::ScratchFolder;

/// Tells terraform of providers that are running already.
const REATTACH: &str = "TF_REATTACH_PROVIDERS";
/// Tells terraform's backend `http` where the state is.
const STATE_ADDRESS: &str = "TF_HTTP_ADDRESS";
/// Part of terraform itself.
const BUILT_IN: &str = "terraform.io/builtin/terraform";

/// The simulated providers of a run.
#[derive(Debug)]
pub(crate) struct Simulation {
    sandbox: Sandbox,
    /// Where the servers listen.
    _sockets: ScratchFolder,
    library: Library,
    /// Where the providers of each stack are, by the stack's folder.
    places: Mutex<HashMap<PathBuf, String>>,
}

impl Simulation {
    /// Opens the sandbox in a folder.
    ///
    /// # Errors
    /// Fails if another command uses it.
    pub(crate) fn open(folder: &Path, library: Library) -> anyhow::Result<Self> {
        let sockets = ScratchFolder::new()?;
        let sandbox = Sandbox::open(folder, sockets.path())?;
        Ok(Self { sandbox, _sockets: sockets, library, places: Mutex::default() })
    }

    /// The simulated cloud.
    pub(crate) const fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// What there is to say about the simulated cloud as it was found.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.sandbox.notice()
    }

    /// Serves the providers of a stack, with the types that its document and its state name.
    ///
    /// # Errors
    /// Fails for a provider of which there is no catalogue.
    pub(crate) fn serve(&self, entry: &ManifestStack, document: &Value, folder: &Path) -> anyhow::Result<()> {
        let mut catalogues = self.catalogues(entry)?;
        let state = read_state(folder);
        let left = state.iter().filter_map(|resource| provider_of(resource["provider"].as_str()?));
        for address in left.filter(|address| *address != BUILT_IN) {
            if !catalogues.iter().any(|catalogue| catalogue.address() == address) {
                catalogues.extend(self.library.versions(address).first().cloned());
            }
        }
        let kinds =
            ["resource", "data", "ephemeral"].into_iter().filter_map(|kind| document[kind].as_object());
        let mut types: BTreeSet<String> = kinds.flat_map(|kind| kind.keys().cloned()).collect();
        types.extend(state.iter().filter_map(|resource| resource["type"].as_str().map(str::to_owned)));
        let place = self.sandbox.serve(&entry.name, &catalogues, &types)?;
        self.places.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), place);
        Ok(())
    }

    /// What terraform needs in its environment in a stack's folder.
    pub(crate) fn environment(&self, folder: &Path) -> Vec<(OsString, OsString)> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let providers = places.get(folder).map(|place| (REATTACH.into(), place.into()));
        let stack = folder.file_name().unwrap_or_default().to_string_lossy();
        let state = (STATE_ADDRESS.into(), self.sandbox.state_address(&stack).into());
        providers.into_iter().chain([state]).collect()
    }

    /// The newest catalogue of each provider that the stack's constraint allows.
    fn catalogues(&self, entry: &ManifestStack) -> anyhow::Result<Vec<Arc<Catalogue>>> {
        let mut catalogues = Vec::new();
        for provider in entry.providers.values().filter(|provider| provider.source != BUILT_IN) {
            let constraint = provider.version.parse().unwrap_or_else(|_| Constraint::any());
            if let Some(catalogue) = self.library.matching(&provider.source, &constraint).next() {
                catalogues.push(Arc::clone(catalogue));
                continue;
            }
            let (stack, source, version) = (&entry.name, &provider.source, &provider.version);
            let known: Vec<String> =
                self.library.versions(source).iter().map(|it| it.version().to_string()).collect();
            let message = if known.is_empty() {
                format!(
                    "the sandbox cannot simulate {source}, which `{stack}` needs: no catalogue of it is known{}",
                    Hint::new("make one with `bindings import` and add it with `Program::catalogue`")
                )
            } else {
                format!(
                    "the sandbox cannot simulate {source} {version}, which `{stack}` needs{}",
                    Hint::new(format!("there are catalogues of {}", known.join(" and ")))
                )
            };
            anyhow::bail!(message);
        }
        Ok(catalogues)
    }
}

/// The resources in the state of a stack in the sandbox, which is always a file in its folder. One that cannot be read
/// is for terraform to complain about.
pub fn read_state(folder: &Path) -> Vec<Value> {
    let text = fs::read(folder.join("terraform.tfstate")).unwrap_or_default();
    let state: Value = serde_json::from_slice(&text).unwrap_or_default();
    state["resources"].as_array().cloned().unwrap_or_default()
}

/// The address in a state's `provider["registry.terraform.io/hashicorp/aws"].alias`.
pub fn provider_of(reference: &str) -> Option<&str> {
    let (_, rest) = reference.split_once("provider[\"")?;
    rest.split_once('"').map(|(address, _)| address)
}
