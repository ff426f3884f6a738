//! Stacks that were written once and are no longer part of the program, though something of them may be left.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::pretty;
use crate::manifest::{DOCUMENT, ManifestProvider, ManifestStack, digest, read_manifest};
use crate::replacement::{Replacement, remove_file, write_json};

/// What is kept of such a stack, in its folder.
const RECORD: &str = "retired.json";
/// The folder of the sandbox in that of the documents.
pub const SANDBOX: &str = ".sandbox";

/// A stack that is no longer part of the program, with what it takes to destroy it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retired {
    /// What the manifest said of it last.
    pub entry: ManifestStack,
    /// Its last document.
    pub document: Value,
    /// The bytes of the document, where they count.
    #[serde(skip)]
    pub(crate) bytes: Option<Vec<u8>>,
}

impl Retired {
    /// The stacks in a folder of documents that have gone and may have left something, but those of these names, which
    /// are back. Sorted by name. A record that cannot be read is none.
    ///
    /// # Errors
    /// Fails if the folder cannot be read.
    pub fn find(folder: &Path, known: &[&str]) -> std::io::Result<Vec<Self>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let Ok(bytes) = fs::read(entry?.path().join(RECORD)) else { continue };
            found.extend(serde_json::from_slice::<Self>(&bytes));
        }
        // Those that have just gone have their documents still.
        let manifest = read_manifest(folder).ok().flatten().unwrap_or_default();
        found.extend(manifest.stacks.into_iter().filter_map(|entry| Self::of(entry, folder)));
        found.retain(|it| {
            let name = it.entry.name.as_str();
            formwork_core::is_identifier(name) && !known.contains(&name) && it.objects(folder) != Some(0)
        });
        found.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
        found.dedup_by(|later, first| later.entry.name == first.entry.name);
        Ok(found)
    }

    /// A stack of a manifest, with its document on disk.
    pub(crate) fn of(entry: ManifestStack, folder: &Path) -> Option<Self> {
        let bytes = fs::read(folder.join(&entry.name).join(DOCUMENT)).ok()?;
        Some(Self { entry, document: serde_json::from_slice(&bytes).ok()?, bytes: None })
    }

    /// A stack that is known by its document alone, as it was committed. None for what is no document.
    #[must_use]
    pub fn of_document(name: &str, document: Value) -> Option<Self> {
        let names = |pointer: &str| {
            let named = document.pointer(pointer).and_then(Value::as_object);
            named.into_iter().flatten().map(|(name, body)| (name.clone(), body.clone())).collect::<Vec<_>>()
        };
        let text = |body: &Value, key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let provider = |(name, body): (String, Value)| {
            (name, ManifestProvider { source: text(&body, "source"), version: text(&body, "version") })
        };
        let entry = ManifestStack {
            name: name.to_owned(),
            path: format!("{name}/{DOCUMENT}"),
            digest: digest(&pretty(&document).ok()?),
            dependencies: names("/data/terraform_remote_state").into_iter().map(|(name, _)| name).collect(),
            providers: names("/terraform/required_providers").into_iter().map(provider).collect(),
            counts: Default::default(),
            former: Vec::new(),
            provider_lock: None,
            annotations: Default::default(),
        };
        document.get("terraform")?;
        Some(Self { entry, document, bytes: None })
    }

    /// How many objects are in its state, as far as files on this machine tell, the sandbox's included: nothing if its
    /// state is elsewhere and the sandbox has none of it.
    #[must_use]
    pub fn objects(&self, folder: &Path) -> Option<usize> {
        let name = &self.entry.name;
        let in_sandbox = objects(&folder.join(SANDBOX).join(name).join("terraform.tfstate"));
        let backend = self.document.pointer("/terraform/backend").and_then(Value::as_object);
        let backend = backend.and_then(|backend| backend.iter().next());
        let is_elsewhere = self.document.pointer("/terraform/cloud").is_some()
            || backend.is_some_and(|(kind, _)| kind != "local");
        if is_elsewhere {
            return Some(in_sandbox).filter(|objects| *objects > 0);
        }
        let path = backend.and_then(|(_, settings)| settings.get("path")?.as_str());
        let path = plain(&folder.join(name).join(path.unwrap_or("terraform.tfstate")));
        Some(in_sandbox + objects(&path))
    }

    /// The text of a document that another program has made; nothing of one that was kept.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// Keeps it, in the place of its document.
    pub(crate) fn keep(&self, folder: &Path) -> anyhow::Result<()> {
        write_json(self.record(folder), self)
    }

    /// Puts its document where terraform looks for it.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn restore(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(&self.entry.name).join(DOCUMENT);
        let Some(bytes) = &self.bytes else { return write_json(path, &self.document) };
        let mut replacement = Replacement::default();
        replacement.add(path, bytes)?;
        Ok(replacement.finish()?)
    }

    /// Takes its document away from where terraform looks for it, for whoever applies all that is there.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn hide(&self, folder: &Path) -> std::io::Result<()> {
        remove_file(&folder.join(&self.entry.name).join(DOCUMENT))
    }

    /// Forgets it, since nothing of it is left.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn forget(&self, folder: &Path) -> std::io::Result<()> {
        self.hide(folder)?;
        remove_file(&self.record(folder))
    }

    fn record(&self, folder: &Path) -> PathBuf {
        folder.join(&self.entry.name).join(RECORD)
    }
}

/// Removes the record of a stack that is part of the program again.
pub(crate) fn welcome_back(folder: &Path, name: &str) -> std::io::Result<()> {
    remove_file(&folder.join(name).join(RECORD))
}

/// A path without `..` where what stands before is a name, so that the folder of that name need not be there.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        let is_name = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        if component == Component::ParentDir && is_name {
            plain.pop();
        } else {
            plain.push(component);
        }
    }
    plain
}

/// How many objects a state file has; none if there is no such file.
fn objects(path: &Path) -> usize {
    managed_objects(&serde_json::from_slice(&fs::read(path).unwrap_or_default()).unwrap_or_default())
}

/// How many objects terraform manages, by a state of version 4.
#[must_use]
pub fn managed_objects(state: &Value) -> usize {
    let resources = state["resources"].as_array().into_iter().flatten();
    let managed = resources.filter(|resource| resource["mode"] == "managed");
    managed.map(|resource| resource["instances"].as_array().map_or(0, Vec::len)).sum()
}
