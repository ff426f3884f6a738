//! What is in a plan file of terraform's: the configuration that it was made from, and what it is for.
//!
//! A plan file is a zip. `tfplan` is a protocol buffer, of which two fields are read here; `tfconfig/` holds the
//! configuration as terraform read it, a folder `m-KEY` for each module, and `modules.json` says where those came from:
//! <https://github.com/hashicorp/terraform/tree/main/internal/plans/planfile>. What is said beside a plan file may have
//! been written by anybody; what is in it is what terraform does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use formwork_synth::{bounded_file, digest, read_bounded};
use prost::Message;
use serde::Deserialize;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::overlay::is_overlay;
use crate::{PlanMode, StackError, Workspace, commit};

/// A larger plan is not one.
const MAX_PLAN: u64 = 1 << 30;
/// A larger file of a configuration is not one.
const MAX_CONFIGURATION: u64 = 256 << 20;
/// What terraform is going to do.
const PLAN: &str = "tfplan";
/// The files beside the configuration.
const OTHERS: [&str; 5] = [PLAN, "tfstate", "tfstate-prev", MODULES, ".terraform.lock.hcl"];
/// Where terraform found each module.
const MODULES: &str = "tfconfig/modules.json";
/// What the folders of a configuration begin with; a module's key follows.
const CONFIGURATION: &str = "tfconfig/m-";
/// What terraform and tofu read in a module's folder.
const EXTENSIONS: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];

/// A plan file that was looked into.
#[derive(Debug)]
pub(crate) struct PlanFile {
    /// What it was made for.
    pub(crate) mode: PlanMode,
    /// The addresses that it is limited to; none for all.
    pub(crate) targets: Vec<String>,
    /// The kind of backend that it writes its state to, and the workspace of terraform's in that.
    backend: (String, String),
    /// The files of each module, by its key; that of the root is empty.
    modules: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// Its other files, by name.
    others: BTreeMap<String, Vec<u8>>,
}

/// The fields of terraform's message `Plan` that matter here.
#[derive(Clone, PartialEq, Message)]
struct PlanMessage {
    #[prost(string, repeated, tag = "5")]
    targets: Vec<String>,
    #[prost(message, optional, tag = "13")]
    backend: Option<BackendMessage>,
    #[prost(int32, tag = "17")]
    mode: i32,
}

/// The fields of terraform's message `Backend` that matter here.
#[derive(Clone, PartialEq, Message)]
struct BackendMessage {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "3")]
    workspace: String,
}

/// `.terraform/modules/modules.json`: where the modules of a folder are.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ModuleManifest {
    modules: Vec<ModuleRecord>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ModuleRecord {
    key: String,
    dir: String,
}

impl PlanFile {
    /// Looks into the bytes of a plan file.
    ///
    /// # Errors
    /// Fails if they are not a plan that this can understand.
    pub(crate) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).context("it is not a plan of terraform's")?;
        let mut modules: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        let mut message = None;
        let mut others = BTreeMap::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).context("it is damaged")?;
            let name = entry.name().context("it is damaged")?.into_owned();
            let limit = if name == PLAN { MAX_PLAN } else { MAX_CONFIGURATION };
            let bytes = read_bounded(&mut entry, limit)?;
            if name == PLAN {
                message = Some(PlanMessage::decode(&*bytes).context("its file `tfplan` is damaged")?);
            }
            if OTHERS.contains(&name.as_str()) {
                others.insert(name, bytes);
                continue;
            }
            let path = name.strip_prefix(CONFIGURATION).and_then(|path| path.split_once('/'));
            let Some((module, file)) = path.filter(|(_, file)| !file.is_empty() && !file.contains('/'))
            else {
                bail!("it has a file `{name}`, which no plan has");
            };
            modules.entry(module.to_owned()).or_default().insert(file.to_owned(), bytes);
        }
        let message = message.context("it has no file `tfplan`")?;
        let mode = match message.mode {
            0 => PlanMode::Apply,
            1 => PlanMode::Destroy,
            2 => PlanMode::RefreshOnly,
            other => bail!("it was made for something that is not known here (mode {other})"),
        };
        let backend = message.backend.unwrap_or_default();
        let backend = (backend.kind, backend.workspace);
        Ok(Self { mode, targets: message.targets, backend, modules, others })
    }

    /// The key of each module and its folder, as often as they are said.
    fn places(&self) -> Vec<(String, String)> {
        let records = self.others.get(MODULES).and_then(|bytes| serde_json::from_slice(bytes).ok());
        let records: Vec<ModuleRecord> = records.unwrap_or_default();
        let mut places: Vec<(String, String)> = records.into_iter().map(|it| (it.key, it.dir)).collect();
        places.sort();
        places
    }

    /// The same plan as a file that has exactly what was read here: whoever reads a zip in another way, where that can be
    /// done, finds nothing else in it.
    ///
    /// # Errors
    /// Fails where files cannot be made.
    pub(crate) fn rewritten(&self) -> anyhow::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let of_module = |(key, files): (&String, &BTreeMap<String, Vec<u8>>)| {
            let name = |file: &String| format!("{CONFIGURATION}{key}/{file}");
            files.iter().map(|(file, bytes)| (name(file), bytes.clone())).collect::<Vec<_>>()
        };
        let others = self.others.iter().map(|(name, bytes)| (name.clone(), bytes.clone()));
        for (name, bytes) in others.chain(self.modules.iter().flat_map(of_module)) {
            zip.start_file(name, SimpleFileOptions::default())?;
            zip.write_all(&bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// What of it is not what a stack's folder holds: its document and the modules that the document calls.
    ///
    /// # Errors
    /// Fails if a file of the folder cannot be read.
    pub(crate) fn differences(&self, workspace: &Workspace<'_>) -> Result<Vec<String>, StackError> {
        let mut differences = Vec::new();
        let is_cloud = workspace.document.pointer("/terraform/cloud").is_some();
        let kind = if is_cloud { "cloud" } else { workspace.backend().0 };
        let selected = workspace.selected_workspace();
        // Without one, terraform keeps the state in a file and says so.
        if self.backend.0 != kind {
            differences
                .push(format!("it keeps its state in a backend `{}`, not in `{kind}`", self.backend.0));
        }
        if self.backend.1 != selected {
            differences.push(format!(
                "it is for the workspace `{}` of terraform's, not for `{selected}`",
                self.backend.1
            ));
        }
        let mut places = BTreeMap::from([(String::new(), ".".to_owned())]);
        places.extend(installed(&workspace.folder)?.modules.into_iter().map(|it| (it.key, it.dir)));
        // Or the folder of one module might be taken for that of another.
        if self.places() != places.clone().into_iter().collect::<Vec<_>>() {
            differences.push("its modules are in other folders".to_owned());
        }
        let folder = |(key, place): (String, String)| (key, workspace.folder.join(place));
        let expected: BTreeMap<String, PathBuf> = places.into_iter().map(folder).collect();
        for key in self.modules.keys().filter(|key| !expected.contains_key(*key)) {
            differences.push(format!("it has a module `{key}`, which the document does not call"));
        }
        for (key, folder) in &expected {
            let Some(files) = self.modules.get(key) else {
                let what = if key.is_empty() { "document".to_owned() } else { format!("module `{key}`") };
                differences.push(format!("it was made without the {what}"));
                continue;
            };
            if key.is_empty() {
                let is_document = |(name, bytes): (&String, &Vec<u8>)| {
                    name == "main.tf.json" && digest(bytes) == workspace.digest
                };
                if !files.iter().any(is_document) {
                    differences.push("it was made from another document".to_owned());
                }
            }
            let mut files = files.clone();
            if key.is_empty() {
                // Made by us for outputs of other stacks and for the commit, and compared with what we would make.
                files.retain(|name, bytes| {
                    !is_overlay(name, bytes, workspace) && !commit::is_laid(name, bytes)
                });
            }
            differences.extend(differing(key, &files, folder)?);
        }
        Ok(differences)
    }
}

/// Says which files of a module are other ones in a plan than in a folder.
fn differing(key: &str, files: &BTreeMap<String, Vec<u8>>, folder: &Path) -> Result<Vec<String>, StackError> {
    let of = if key.is_empty() { String::new() } else { format!(" of module `{key}`") };
    let mut present = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if EXTENSIONS.iter().any(|extension| name.ends_with(extension)) && !name.starts_with('.') {
            present.insert(name);
        }
    }
    let mut differences = Vec::new();
    for name in present.iter().filter(|name| !files.contains_key(*name)) {
        // An editor's copies are read by nobody, and what a plan leaves that was killed is another one's commit.
        let is_commit = key.is_empty() && name == commit::FILE;
        if !(is_commit || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))) {
            differences.push(format!("it was made without the file `{name}`{of}"));
        }
    }
    for (name, bytes) in files {
        let is_document = key.is_empty() && name == "main.tf.json";
        let path = folder.join(name);
        let is_same = present.contains(name)
            && bounded_file(&path, MAX_CONFIGURATION).is_ok_and(|present| present == *bytes);
        if !is_document && !is_same {
            differences.push(format!("it was made with another file `{name}`{of}"));
        }
    }
    Ok(differences)
}

/// The modules that an initialization put into a folder.
fn installed(folder: &Path) -> Result<ModuleManifest, StackError> {
    let path = folder.join(".terraform/modules/modules.json");
    match fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not what terraform writes", path.display()))?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(ModuleManifest::default()),
        Err(error) => Err(error.into()),
    }
}

/// Reads a plan file that somebody else may have put there.
///
/// # Errors
/// Fails as [`bounded_file`] does.
pub(crate) fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    bounded_file(path, MAX_PLAN)
}
