//! `--changed`: the stacks whose documents changed since a git revision, and those that read them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use formwork_core::{Hint, Packing, Stack};
use formwork_synth::{ManifestStack, Synthesized, with_dependents};
use serde_json::Value;

use crate::diff::SNAPSHOTS;
use crate::diff::revision::{self, Texts};
use crate::{git, print};

/// Only what changed.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ChangedArgs {
    /// Only stacks whose documents changed since a git revision, and those that read them [default: since the main branch
    /// was left]
    #[arg(long, value_name = "REVISION", num_args = 0..=1, default_missing_value = "")]
    changed: Option<String>,
    /// With --changed: without those that only read what changed
    #[arg(long, requires = "changed")]
    no_dependents: bool,
    /// With --changed: folder of the snapshots that the revision is asked for
    #[arg(long, value_name = "DIR", default_value = SNAPSHOTS)]
    snapshots: PathBuf,
}

/// A stack as it is now.
#[derive(Clone, Copy)]
pub(crate) struct Present<'a> {
    pub(crate) entry: &'a ManifestStack,
    pub(crate) document: &'a [u8],
    /// The stack itself, unless another program made the document.
    pub(crate) stack: Option<&'a Stack>,
}

/// The stacks of a program as they are now, to be compared with others.
pub(crate) fn present(synthesis: &Synthesized) -> Vec<Present<'_>> {
    let of_stack = |((entry, document), stack)| Present { entry, document, stack: Some(stack) };
    let documents = synthesis.documents.iter().map(|(entry, document)| (entry, document.as_slice()));
    documents.zip(&synthesis.stacks).map(of_stack).collect()
}

/// What a document may be compared with.
struct Before {
    texts: Texts,
    /// The commit, if they are of one.
    commit: Option<String>,
    /// In words.
    name: String,
}

impl ChangedArgs {
    /// Whether only what changed is asked for.
    pub(crate) const fn is_given(&self) -> bool {
        self.changed.is_some()
    }

    /// The names of the stacks that changed, which it says; none if they were not asked for. Without a revision, documents of
    /// another program are compared with `own`, those of this one.
    ///
    /// # Errors
    /// Fails as git does, for an unknown revision, and where that has no documents and no program.
    pub(crate) fn names(
        &self,
        out: &Path,
        present: &[Present<'_>],
        own: Option<Texts>,
    ) -> anyhow::Result<Option<BTreeSet<String>>> {
        let Some(revision) = &self.changed else { return Ok(None) };
        let before = match (revision.as_str(), own) {
            ("", Some(texts)) => {
                Before { texts, commit: None, name: "the documents of this program".to_owned() }
            }
            ("", None) => {
                let (main, base) = revision::branch_point()?;
                let texts = revision::texts(&main, &base, out, &self.snapshots)?;
                let name = format!("{}, where this branch left {main}", short(&base));
                Before { texts, commit: Some(base), name }
            }
            (revision, _) => {
                let commit = revision::commit(revision, "--changed").map_err(|error| {
                    // `plan --changed shop` reads like `plan shop --changed`.
                    let is_stack = present.iter().any(|it| it.entry.name == *revision);
                    let hint = Hint::new(format!("`{revision}` is a stack: name stacks before `--changed`"));
                    if is_stack { anyhow::anyhow!("{error}{hint}") } else { error }
                })?;
                let texts = revision::texts(revision, &commit, out, &self.snapshots)?;
                let is_short = commit.starts_with(revision);
                let name = if is_short { short(&commit) } else { format!("{revision} ({})", short(&commit)) };
                Before { texts, commit: Some(commit), name }
            }
        };
        let is_changed = |it: &&Present<'_>| before.is_changed(it, out);
        let changed: BTreeSet<String> =
            present.iter().filter(is_changed).map(|it| it.entry.name.clone()).collect();
        let entries: Vec<&ManifestStack> = present.iter().map(|it| it.entry).collect();
        let all = if self.no_dependents { changed.clone() } else { with_dependents(&entries, &changed) };
        say(&before, &changed, &all, &entries);
        Ok(Some(all))
    }
}

impl Before {
    fn is_changed(&self, present: &Present<'_>, out: &Path) -> bool {
        let Some(before) = self.texts.get(&present.entry.name) else { return true };
        // Bytes that differ may still say the same, as a snapshot's that ends with another line break.
        let is_same = before == present.document || {
            let parsed = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
            parsed(before).is_some_and(|before| parsed(present.document) == Some(before))
        };
        !is_same || self.has_other_files(present, out)
    }

    /// Whether files changed that a document names by a path which says nothing of their content.
    fn has_other_files(&self, present: &Present<'_>, out: &Path) -> bool {
        let (Some(commit), Some(stack)) = (&self.commit, present.stack) else { return false };
        let in_place = stack.attachments().iter().filter(|it| it.packing == Packing::InPlace);
        let modules = local_modules(present.document, &out.join(stack.name()));
        let mut files = in_place.map(|it| it.from.clone()).chain(modules);
        files.any(|path| is_other_file(commit, &path))
    }
}

/// The folders of the modules that a document calls by a path.
fn local_modules(document: &[u8], folder: &Path) -> Vec<PathBuf> {
    // Most documents call none, and need not be read.
    if !document.windows(MODULE.len()).any(|part| part == MODULE) {
        return Vec::new();
    }
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let calls = document["module"].as_object().into_iter().flatten();
    let sources = calls.filter_map(|(_, call)| call["source"].as_str());
    sources.filter(|source| source.starts_with('.')).map(|source| folder.join(source)).collect()
}

/// How a document begins its calls of modules.
const MODULE: &[u8] = b"\"module\":";

/// Whether a file or folder is another one than at a commit. One that git does not have is: nobody knows.
fn is_other_file(commit: &str, path: &Path) -> bool {
    let path = path.to_string_lossy();
    let said = |arguments: &[&str]| {
        let output = git(".", &[arguments, &["--", &path]].concat()).ok()?;
        output.status.success().then_some(output.stdout)
    };
    let is_known = said(&["ls-tree", "-z", "--name-only", commit]).is_some_and(|names| !names.is_empty());
    let is_same = || said(&["diff", "--quiet", commit]).is_some();
    let has_more = || said(&["ls-files", "-z", "--others"]).is_none_or(|names| !names.is_empty());
    !is_known || !is_same() || has_more()
}

/// Says what changed, which stacks read it, and what is gone.
fn say(before: &Before, changed: &BTreeSet<String>, all: &BTreeSet<String>, entries: &[&ManifestStack]) {
    let listed = |names: Vec<&str>| names.join(", ");
    let since = &before.name;
    let reading: Vec<&str> = all.difference(changed).map(String::as_str).collect();
    let readers =
        if reading.is_empty() { String::new() } else { format!("; reading it: {}", listed(reading)) };
    if changed.is_empty() {
        print::note(&format!("nothing changed since {since}"));
    } else {
        let changed = listed(changed.iter().map(String::as_str).collect());
        print::note(&format!("changed since {since}: {changed}{readers}"));
    }
    // What has another name now goes on.
    let present: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| std::iter::once(&entry.name).chain(entry.former.iter().map(|former| &former.name)))
        .map(String::as_str)
        .collect();
    let gone = before.texts.keys().filter(|name| !present.contains(name.as_str()));
    for name in gone {
        print::note(&format!(
            "gone since {since}: {name}; if it was applied, `cargo run -- destroy {name}` destroys it"
        ));
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(8).collect()
}
