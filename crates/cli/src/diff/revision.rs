//! Documents of a git revision.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use formwork_core::Hint;
use serde_json::Value;

use crate::git;

/// What the path of a document ends with, behind the name of its stack.
const DOCUMENT: &str = "/main.tf.json";
/// What that of a snapshot ends with.
const SNAPSHOT: &str = ".snap";

/// The documents that were synthesized at a revision; where they are not tracked, the snapshots of them.
///
/// # Errors
/// Fails outside a git repository, for an unknown revision, and if what is found is not a document.
pub(crate) fn documents(
    revision: &str,
    out: &Path,
    snapshots: &Path,
) -> anyhow::Result<BTreeMap<String, Value>> {
    // A revision that looks like an option would be taken for one.
    if revision.starts_with('-')
        || answer(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]).is_err()
    {
        // Says whether it is the repository or the revision that is missing.
        answer(&["rev-parse", "--show-toplevel"]).context("`--against` needs a git repository")?;
        bail!("git does not know the revision `{revision}`");
    }
    let mut documents = BTreeMap::new();
    for (name, path) in files(revision, snapshots, SNAPSHOT)? {
        // Other tests may keep their snapshots there, of other things.
        if let Some(document) = snapshot(&show(revision, &path)?) {
            documents.insert(name, document);
        }
    }
    // Documents are nearer to the truth than snapshots of them.
    for (name, path) in files(revision, out, DOCUMENT)? {
        let document = serde_json::from_str(&show(revision, &path)?)
            .with_context(|| format!("{path} at {revision} is not a document"))?;
        documents.insert(name, document);
    }
    if documents.is_empty() {
        bail!(
            "the revision `{revision}` has no documents in {} and no snapshots in {}{}",
            out.display(),
            snapshots.display(),
            Hint::new("name the folders with --out and --snapshots")
        );
    }
    Ok(documents)
}

/// The last documents, or snapshots of them, that git has or had of stacks, but of those with these names. It is what was
/// committed on whatever machine; without a repository, or without its history, there is nothing.
pub(crate) fn last_documents(
    out: &Path,
    snapshots: &Path,
    but: &BTreeSet<String>,
) -> BTreeMap<String, Value> {
    let mut documents = BTreeMap::new();
    let mut add = |name: String, revision: &str, path: &str| {
        if but.contains(&name) || documents.contains_key(&name) {
            return;
        }
        let Ok(text) = show(revision, path) else { return };
        let is_snapshot = path.ends_with(SNAPSHOT);
        let document = if is_snapshot { snapshot(&text) } else { serde_json::from_str(&text).ok() };
        documents.extend(document.map(|document| (name, document)));
    };
    let kinds = [(out, DOCUMENT), (snapshots, SNAPSHOT)];
    // A snapshot that is there may be of another program, whose stack is not gone.
    for (name, path) in files("HEAD", out, DOCUMENT).unwrap_or_default() {
        add(name, "HEAD", &path);
    }
    for (folder, ending) in kinds {
        for (commit, path) in deleted(folder).unwrap_or_default() {
            if let Some(name) = stack_of(&path, &folder.to_string_lossy(), ending) {
                add(name, &format!("{commit}^"), &path);
            }
        }
    }
    documents
}

/// The files below a folder that commits have deleted, as paths from the working directory, the latest first.
fn deleted(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    const COMMIT: &str = "commit ";
    let folder = folder.to_string_lossy();
    let log = answer(&[
        "-c",
        "core.quotePath=false",
        "log",
        "--no-renames",
        "--diff-filter=D",
        "--name-only",
        "--relative",
        "--format=commit %H",
        "--",
        &folder,
    ])?;
    let (mut commit, mut deleted) = (String::new(), Vec::new());
    for line in log.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix(COMMIT) {
            Some(hash) => commit = hash.to_owned(),
            None => deleted.push((commit.clone(), line.to_owned())),
        }
    }
    Ok(deleted)
}

/// The stack that a file is of: what stands between the folder and an ending.
fn stack_of(path: &str, folder: &str, ending: &str) -> Option<String> {
    let name = path.strip_prefix(folder.trim_start_matches("./").trim_end_matches('/'))?;
    let name = name.strip_prefix('/')?.strip_suffix(ending)?;
    // Deeper down are things that were not written by us, such as modules that Terraform fetched.
    formwork_core::is_identifier(name).then(|| name.to_owned())
}

/// The files of stacks in a folder, as paths from the working directory, with the names of the stacks: what stands
/// between the folder and an ending.
fn files(revision: &str, folder: &Path, ending: &str) -> anyhow::Result<Vec<(String, String)>> {
    let folder = folder.to_string_lossy();
    let folder = folder.trim_end_matches('/');
    // Git says itself how the folder is called from here; it may have been given as an absolute path.
    let base = answer(&["ls-tree", "-d", "-z", "--name-only", revision, "--", folder])?;
    let Some(base) = base.strip_suffix('\0') else { return Ok(Vec::new()) };
    let listed = answer(&["ls-tree", "-r", "-z", "--name-only", revision, "--", base])?;
    let of_stack = |path: &str| Some((stack_of(path, base, ending)?, path.to_owned()));
    Ok(listed.split('\0').filter_map(of_stack).collect())
}

fn show(revision: &str, path: &str) -> anyhow::Result<String> {
    answer(&["show", &format!("{revision}:./{path}")])
}

/// The document in a text snapshot: what stands behind its header, if that is one.
fn snapshot(text: &str) -> Option<Value> {
    let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let document: Value = serde_json::from_str(body.map_or(text, |(_, body)| body)).ok()?;
    document.get("terraform").is_some().then_some(document)
}

fn answer(arguments: &[&str]) -> anyhow::Result<String> {
    let output = git(".", arguments).context("cannot run git")?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("`git {}` failed: {}", arguments.join(" "), message.trim());
    }
    String::from_utf8(output.stdout).context("git's answer is not UTF-8")
}
