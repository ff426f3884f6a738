//! From a filled [`App`] to checked documents and a folder on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use formwork_core::{App, Diagnostic, Stack};
use formwork_schema::Library;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::assets;
use crate::replacement::{Replacement, holds};

const DOCUMENT: &str = "main.tf.json";
/// Where `terraform query` looks for searches.
const QUERIES: &str = "main.tfquery.json";
const MANIFEST: &str = "manifest.json";
/// The version of the manifest's format.
const FORMAT: u32 = 1;

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
    /// How much is in the stack.
    pub counts: Counts,
    /// What the program states for tools beside Terraform, by kind and name: [`Stack::annotate`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
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

/// A settled and checked program with its documents.
#[derive(Debug)]
pub struct Synthesized {
    /// The stacks, sorted by name.
    pub stacks: Vec<Stack>,
    /// The mistakes. As long as there are any, there are no documents.
    pub diagnostics: Vec<Diagnostic>,
    /// Providers whose resources were not checked, since no catalogue of them is known.
    pub unchecked: Vec<String>,
    /// What the manifest says of each stack, and the document, in the order of the stacks.
    pub documents: Vec<(ManifestStack, Vec<u8>)>,
}

impl Synthesized {
    /// The names of the stacks, sorted.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.stacks.iter().map(Stack::name).collect()
    }
}

/// Settles a program, checks it against the catalogues too, and makes its documents.
///
/// # Errors
/// Fails if a catalogue cannot be read. Mistakes in the program are findings of the result, not errors.
pub fn synthesize(app: App, library: &Library) -> anyhow::Result<Synthesized> {
    let settled = app.settle();
    let stacks = &settled.stacks;
    // Checks only read the stacks, so that the documents are made at the same time.
    let (checked, documents) = std::thread::scope(|scope| {
        let documents = scope.spawn(|| stacks.iter().map(ManifestStack::of).collect::<Vec<_>>());
        let mut diagnostics = formwork_core::check(stacks);
        let checked = formwork_schema::check(stacks, library).map(|report| {
            diagnostics.extend(report.diagnostics);
            (diagnostics, report.unchecked)
        });
        (checked, documents.join())
    });
    let (found, unchecked) = checked?;
    let mut diagnostics = settled.diagnostics;
    diagnostics.extend(found);
    // By stack, then by the line that has to change, whichever check found it.
    diagnostics.sort_by(|a, b| {
        let key =
            |diagnostic: &Diagnostic| diagnostic.sources.first().map(|source| (source.file(), source.line()));
        (&a.stack, key(a)).cmp(&(&b.stack, key(b)))
    });
    let documents = match (diagnostics.is_empty(), documents) {
        (false, _) => Vec::new(),
        (true, Ok(documents)) => documents.into_iter().collect::<Result<_, _>>()?,
        (true, Err(panic)) => std::panic::resume_unwind(panic),
    };
    Ok(Synthesized { stacks: settled.stacks, diagnostics, unchecked, documents })
}

/// The bytes of a stack's document: pretty-printed Terraform JSON that ends with a line break.
///
/// # Errors
/// Fails for a stack that synthesis found mistakes in.
pub fn document(stack: &Stack) -> serde_json::Result<Vec<u8>> {
    pretty(stack)
}

fn pretty(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    serde_json::to_writer_pretty(&mut bytes, value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

impl ManifestStack {
    /// Describes a stack; the document comes with it.
    pub(crate) fn of(stack: &Stack) -> serde_json::Result<(Self, Vec<u8>)> {
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
            counts: Counts {
                resources: stack.resource_count(),
                data: stack.data_source_count(),
                outputs: stack.outputs().len(),
            },
            annotations,
        };
        Ok((entry, bytes))
    }
}

/// A folder of documents and what it should hold; nothing is written before [`Output::write`].
pub(crate) struct Output<'a> {
    folder: PathBuf,
    manifest: Vec<u8>,
    documents: Vec<(&'a ManifestStack, &'a [u8])>,
    /// The selected stacks, whose assets are written too.
    stacks: Vec<&'a Stack>,
    /// The files of searches, relative to the folder; none for a stack that has no searches.
    queries: Vec<(String, Option<Vec<u8>>)>,
    /// Stacks of the previous manifest that are not part of the program any more.
    gone: Vec<String>,
}

/// What was written.
pub(crate) struct Outcome<'a> {
    pub(crate) stacks: Vec<StackOutcome<'a>>,
    pub(crate) removed: Vec<String>,
}

/// What became of one stack.
pub(crate) struct StackOutcome<'a> {
    pub(crate) entry: &'a ManifestStack,
    /// Whether the document on disk had to change.
    pub(crate) written: bool,
}

impl<'a> Output<'a> {
    /// Compares the selected stacks with what the folder holds. The manifest keeps what it says of other stacks.
    pub(crate) fn prepare(
        folder: &Path,
        program: &'a Synthesized,
        selected: &[usize],
    ) -> anyhow::Result<Self> {
        let previous = read_manifest(folder)?.unwrap_or_default().stacks;
        let known: Vec<&str> = program.stacks.iter().map(Stack::name).collect();
        let (kept, gone): (Vec<_>, Vec<_>) =
            previous.into_iter().partition(|entry| known.contains(&entry.name.as_str()));
        let mut entries: BTreeMap<String, ManifestStack> =
            kept.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        let mut documents = Vec::new();
        let stacks = selected.iter().map(|index| &program.stacks[*index]).collect();
        let mut queries = Vec::new();
        for index in selected {
            let (entry, bytes) = &program.documents[*index];
            let searches = program.stacks[*index].queries();
            let searches = searches.map(|searches| pretty(&searches)).transpose()?;
            queries.push((format!("{}/{QUERIES}", entry.name), searches));
            entries.insert(entry.name.clone(), entry.clone());
            documents.push((entry, bytes.as_slice()));
        }
        let manifest = Manifest { format_version: FORMAT, stacks: entries.into_values().collect() };
        let mut manifest = serde_json::to_vec_pretty(&manifest)?;
        manifest.push(b'\n');
        let gone = gone.into_iter().map(|entry| entry.name).collect();
        Ok(Self { folder: folder.to_owned(), manifest, documents, stacks, queries, gone })
    }

    /// The files that are not as they should be, relative to the working directory.
    pub(crate) fn stale(&self) -> Vec<String> {
        let documents = self.documents.iter().map(|(entry, bytes)| (entry.path.clone(), *bytes));
        let manifest = (MANIFEST.to_owned(), self.manifest.as_slice());
        let changed =
            documents.chain([manifest]).filter(|(path, bytes)| !holds(&self.folder.join(path), bytes));
        let gone = self.gone.iter().map(|name| format!("{name}/{DOCUMENT}"));
        let gone = gone.filter(|path| self.folder.join(path).exists());
        let queries = self.queries.iter().filter(|(path, searches)| match searches {
            Some(searches) => !holds(&self.folder.join(path), searches),
            None => self.folder.join(path).exists(),
        });
        let gone = gone.chain(queries.map(|(path, _)| path.clone()));
        let paths = changed.map(|(path, _)| path).chain(gone).map(|path| self.folder.join(path));
        let folders = self.stacks.iter().map(|stack| (self.folder.join(stack.name()), *stack));
        let assets = folders.flat_map(|(folder, stack)| assets::stale(&folder, stack));
        paths.chain(assets).map(|path| path.display().to_string()).collect()
    }

    /// Writes what differs: assets first, then everything else under temporary names, then one rename per file, the
    /// manifest last. Assets that nobody refers to go at the end.
    pub(crate) fn write(self) -> anyhow::Result<Outcome<'a>> {
        for stack in &self.stacks {
            assets::write(&self.folder.join(stack.name()), stack)?;
        }
        let mut replacement = Replacement::default();
        let mut stacks = Vec::new();
        for (entry, bytes) in self.documents {
            let written = replacement.add(self.folder.join(&entry.path), bytes)?;
            stacks.push(StackOutcome { entry, written });
        }
        for (path, searches) in &self.queries {
            if let Some(searches) = searches {
                replacement.add(self.folder.join(path), searches)?;
            }
        }
        replacement.add(self.folder.join(MANIFEST), &self.manifest)?;
        replacement.finish()?;
        for stack in &self.stacks {
            assets::prune(&self.folder.join(stack.name()), stack)?;
        }
        for (path, _) in self.queries.iter().filter(|(_, searches)| searches.is_none()) {
            remove_file(&self.folder.join(path))?;
        }
        for name in &self.gone {
            remove_document(&self.folder.join(name))?;
        }
        Ok(Outcome { stacks, removed: self.gone })
    }
}

/// Reads the manifest of a folder, if it has one.
pub(crate) fn read_manifest(folder: &Path) -> anyhow::Result<Option<Manifest>> {
    let path = folder.join(MANIFEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut manifest: Manifest = serde_json::from_slice(&text).map_err(|error| {
        let hint = "delete it, and synthesize again";
        anyhow::anyhow!("{} is not a manifest of this version: {error}\n  hint: {hint}", path.display())
    })?;
    if manifest.format_version != FORMAT {
        let version = manifest.format_version;
        anyhow::bail!(
            "{} is of format {version}, and this version of Formwork writes format {FORMAT}\n  hint: use a newer version, or delete the file and synthesize again",
            path.display()
        );
    }
    // A name that leads out of the folder was not written by us.
    manifest.stacks.retain(|entry| formwork_core::is_identifier(&entry.name));
    for entry in &mut manifest.stacks {
        entry.path = format!("{}/{DOCUMENT}", entry.name);
    }
    Ok(Some(manifest))
}

/// Removes a stack's document; state, lock files and `.terraform` beside it stay.
fn remove_document(folder: &Path) -> io::Result<()> {
    remove_file(&folder.join(DOCUMENT))?;
    remove_file(&folder.join(QUERIES))?;
    match fs::remove_dir(folder) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Removes a file, if it is there.
fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hexadecimal: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hexadecimal}")
}
