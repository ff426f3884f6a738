//! A folder of documents on disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use formwork_core::Stack;

use crate::assets;
use crate::document::pretty;
use crate::manifest::{DOCUMENT, FORMAT, MANIFEST, Manifest, ManifestStack, read_manifest};
use crate::provider_locks::OF_STACK;
use crate::replacement::{Replacement, holds, remove_file};
use crate::retired::{Retired, welcome_back};
use crate::synthesis::Synthesized;

/// Where `terraform query` looks for searches.
const QUERIES: &str = "main.tfquery.json";

/// A folder of documents and what it should hold; nothing is written before [`OutputFolder::write`].
pub struct OutputFolder<'a> {
    folder: PathBuf,
    manifest: Vec<u8>,
    documents: Vec<(&'a ManifestStack, &'a [u8])>,
    /// The selected stacks, whose assets are written too.
    stacks: Vec<&'a Stack>,
    /// Files beside the documents, relative to the folder: searches, and the versions of providers. None for a stack that
    /// has no such file.
    beside: Vec<(String, Option<Vec<u8>>)>,
    /// Stacks of the previous manifest that are not part of the program any more.
    gone: Vec<ManifestStack>,
}

/// What was written.
pub struct Written<'a> {
    /// The selected stacks.
    pub stacks: Vec<WrittenStack<'a>>,
    /// The names of stacks that are not part of the program any more, whose documents were removed.
    pub removed: Vec<String>,
}

/// What became of one stack.
pub struct WrittenStack<'a> {
    /// What the manifest says of it.
    pub entry: &'a ManifestStack,
    /// Whether the document on disk had to change.
    pub written: bool,
}

impl<'a> OutputFolder<'a> {
    /// Compares the selected stacks with what the folder holds. The manifest keeps what it says of other stacks.
    pub fn prepare(folder: &Path, program: &'a Synthesized, selected: &[usize]) -> anyhow::Result<Self> {
        let previous = read_manifest(folder)?.unwrap_or_default().stacks;
        let known: Vec<&str> = program.stacks.iter().map(Stack::name).collect();
        let (kept, gone): (Vec<_>, Vec<_>) =
            previous.into_iter().partition(|entry| known.contains(&entry.name.as_str()));
        let mut entries: BTreeMap<String, ManifestStack> =
            kept.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        let mut documents = Vec::new();
        let stacks = selected.iter().map(|index| &program.stacks[*index]).collect();
        let mut beside = Vec::new();
        for index in selected {
            let (entry, bytes) = &program.documents[*index];
            let searches = program.stacks[*index].queries();
            let searches = searches.map(|searches| pretty(&searches)).transpose()?;
            beside.push((format!("{}/{QUERIES}", entry.name), searches));
            let lock = program.locks.text(&entry.name).map(|text| text.as_bytes().to_vec());
            beside.push((format!("{}/{OF_STACK}", entry.name), lock));
            entries.insert(entry.name.clone(), entry.clone());
            documents.push((entry, bytes.as_slice()));
        }
        let manifest = Manifest { format_version: FORMAT, stacks: entries.into_values().collect() };
        let manifest = pretty(&manifest)?;
        Ok(Self { folder: folder.to_owned(), manifest, documents, stacks, beside, gone })
    }

    /// The files that are not as they should be, relative to the working directory.
    pub fn stale(&self) -> Vec<String> {
        let documents = self.documents.iter().map(|(entry, bytes)| (entry.path.clone(), *bytes));
        let manifest = (MANIFEST.to_owned(), self.manifest.as_slice());
        let changed =
            documents.chain([manifest]).filter(|(path, bytes)| !holds(&self.folder.join(path), bytes));
        let gone = self.gone.iter().map(|entry| format!("{}/{DOCUMENT}", entry.name));
        let gone = gone.filter(|path| self.folder.join(path).exists());
        let beside = self.beside.iter().filter(|(path, bytes)| match bytes {
            Some(bytes) => !holds(&self.folder.join(path), bytes),
            None => self.folder.join(path).exists(),
        });
        let gone = gone.chain(beside.map(|(path, _)| path.clone()));
        let paths = changed.map(|(path, _)| path).chain(gone).map(|path| self.folder.join(path));
        let folders = self.stacks.iter().map(|stack| (self.folder.join(stack.name()), *stack));
        let assets = folders.flat_map(|(folder, stack)| assets::stale(&folder, stack));
        paths.chain(assets).map(|path| path.display().to_string()).collect()
    }

    /// Writes what differs: assets first, then everything else under temporary names, then one rename per file, the
    /// manifest last. Assets that nobody refers to go at the end.
    pub fn write(self) -> anyhow::Result<Written<'a>> {
        for stack in &self.stacks {
            assets::write(&self.folder.join(stack.name()), stack)?;
        }
        let mut replacement = Replacement::default();
        let mut stacks = Vec::new();
        for (entry, bytes) in self.documents {
            let written = replacement.add(self.folder.join(&entry.path), bytes)?;
            stacks.push(WrittenStack { entry, written });
        }
        for (path, bytes) in &self.beside {
            if let Some(bytes) = bytes {
                replacement.add(self.folder.join(path), bytes)?;
            }
        }
        replacement.add(self.folder.join(MANIFEST), &self.manifest)?;
        replacement.finish()?;
        for stack in &self.stacks {
            assets::prune(&self.folder.join(stack.name()), stack)?;
        }
        for (path, _) in self.beside.iter().filter(|(_, bytes)| bytes.is_none()) {
            remove_file(&self.folder.join(path))?;
        }
        for stack in &self.stacks {
            welcome_back(&self.folder, stack.name())?;
        }
        let removed = self.gone.iter().map(|entry| entry.name.clone()).collect();
        for entry in self.gone {
            retire(&self.folder, entry)?;
        }
        Ok(Written { stacks, removed })
    }
}

/// Removes the document of a stack that is no longer part of the program, and keeps it elsewhere if the stack may have left
/// something.
fn retire(folder: &Path, entry: ManifestStack) -> anyhow::Result<()> {
    let own = folder.join(&entry.name);
    match Retired::of(entry, folder).filter(|it| it.objects(folder) != Some(0)) {
        // It is destroyed with the versions of providers that it was applied with.
        Some(retired) => retired.keep(folder)?,
        None => remove_file(&own.join(OF_STACK))?,
    }
    Ok(remove_document(&own)?)
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
