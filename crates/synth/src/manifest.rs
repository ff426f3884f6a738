//! `manifest.json`: what there is to apply, and in which order.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use formwork_core::{Former, Hint, Stack};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::document;

/// The name of a stack's document in its folder.
pub(crate) const DOCUMENT: &str = "main.tf.json";
/// The name of the manifest in the folder of all stacks.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The version of the manifest's format.
pub(crate) const FORMAT: u32 = 1;

/// What `manifest.json` holds: what there is to apply, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format: 1.
    pub format_version: u32,
    /// The stacks, by name.
    pub stacks: Vec<ManifestStack>,
}

/// One stack in the [`Manifest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestStack {
    /// The stack's name, also that of its folder.
    pub name: String,
    /// The document, relative to the manifest.
    pub path: String,
    /// SHA-256 of the document's bytes, as `sha256:<hexadecimal>`.
    pub digest: String,
    /// Stacks that must be applied before this one.
    pub dependencies: Vec<String>,
    /// Source address and version constraint of each provider, by local name.
    pub providers: BTreeMap<String, ManifestProvider>,
    /// SHA-256 of `providers.lock.hcl` beside the document, if the versions of the providers are locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_lock: Option<String>,
    /// How much is in the stack.
    pub counts: Counts,
    /// Names that it had before, and where its state was then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerStack>,
    /// What the program states for tools beside Terraform, by kind and name: [`Stack::annotate`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

/// A name that a stack had before: [`Stack::formerly`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerStack {
    /// The name.
    pub name: String,
    /// The backend that it had, by its kind, as in a document.
    pub backend: BTreeMap<String, serde_json::Value>,
}

/// A provider that a stack of the [`Manifest`] needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestProvider {
    /// The source address, such as `hashicorp/aws`.
    pub source: String,
    /// The version constraint; empty for any version.
    pub version: String,
}

/// How many blocks of each kind a stack has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Managed resources.
    pub resources: usize,
    /// Data sources, those for other stacks' state included.
    pub data: usize,
    /// Outputs.
    pub outputs: usize,
}

impl ManifestStack {
    /// Describes a stack; the document comes with it.
    pub fn of(stack: &Stack) -> serde_json::Result<(Self, Vec<u8>)> {
        let bytes = document(stack)?;
        let providers = stack.required_providers().map(|(name, required)| {
            let source = required.address(name);
            (name.to_owned(), ManifestProvider { source, version: required.version.clone() })
        });
        let mut annotations: BTreeMap<String, BTreeMap<String, serde_json::Value>> = BTreeMap::new();
        for (kind, name, value, _) in stack.annotations() {
            annotations.entry(kind.to_owned()).or_default().insert(name.to_owned(), value.clone());
        }
        let entry = Self {
            name: stack.name().to_owned(),
            path: format!("{}/{DOCUMENT}", stack.name()),
            digest: digest(&bytes),
            dependencies: stack.dependencies().into_iter().map(str::to_owned).collect(),
            providers: providers.collect(),
            provider_lock: None,
            counts: Counts {
                resources: stack.resource_count(),
                data: stack.data_source_count(),
                outputs: stack.outputs().len(),
            },
            former: stack.formers().map(|former| FormerStack::of(former, stack)).collect(),
            annotations,
        };
        Ok((entry, bytes))
    }
}

impl FormerStack {
    fn of(former: &Former, stack: &Stack) -> Self {
        let (kind, settings) = former.backend_of(stack);
        Self { name: former.name().to_owned(), backend: BTreeMap::from([(kind, settings)]) }
    }
}

/// Reads the manifest of a folder, if it has one.
///
/// # Errors
/// Fails if the manifest cannot be read, or is of another format.
pub fn read_manifest(folder: &Path) -> anyhow::Result<Option<Manifest>> {
    let path = folder.join(MANIFEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut manifest: Manifest = serde_json::from_slice(&text).map_err(|error| {
        let hint = "delete it, and synthesize again";
        anyhow::anyhow!("{} is not a manifest of this version: {error}{}", path.display(), Hint::new(hint))
    })?;
    if manifest.format_version != FORMAT {
        let version = manifest.format_version;
        anyhow::bail!(
            "{} is of format {version}, and this version of Formwork writes format {FORMAT}{}",
            path.display(),
            Hint::new("use a newer version, or delete the file and synthesize again")
        );
    }
    // A name that leads out of the folder was not written by us.
    manifest.stacks.retain(|entry| formwork_core::is_identifier(&entry.name));
    for entry in &mut manifest.stacks {
        entry.path = format!("{}/{DOCUMENT}", entry.name);
    }
    Ok(Some(manifest))
}

/// SHA-256 of bytes, as `sha256:<hexadecimal>`.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hexadecimal: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hexadecimal}")
}
