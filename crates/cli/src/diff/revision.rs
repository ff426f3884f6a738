//! Documents of a git revision.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use formwork_core::Hint;
use serde_json::Value;

use crate::diff::worktree;
use crate::git::{git, git_reading};

/// What the path of a document ends with, behind the name of its stack.
const DOCUMENT: &str = "/main.tf.json";
/// What that of a snapshot ends with.
const SNAPSHOT: &str = ".snap";
/// Branches that may be the main one, the likeliest first, where the remote does not say which it is.
const MAIN: [&str; 4] = ["origin/main", "origin/master", "main", "master"];

/// The documents of stacks at a revision, as text, by stack.
pub(crate) type Texts = BTreeMap<String, Vec<u8>>;

/// The documents that were synthesized at a revision; where they are not tracked, the snapshots of them; where there are
/// none either, those that its program makes.
///
/// # Errors
/// Fails outside a git repository, for an unknown revision, and if what is found is not a document.
pub(crate) fn documents(
    revision: &str,
    out: &Path,
    snapshots: &Path,
) -> anyhow::Result<BTreeMap<String, Value>> {
    let commit = commit(revision, "--against")?;
    let parsed = |(name, text): (String, Vec<u8>)| {
        let document = serde_json::from_slice(&text)
            .with_context(|| format!("the document of `{name}` at {revision} is not JSON"))?;
        Ok((name, document))
    };
    texts(revision, &commit, out, snapshots)?.into_iter().map(parsed).collect()
}

/// The same as text; `commit` is what [`commit`] says of the revision.
///
/// # Errors
/// Fails as git does, and where the revision has no documents and no program.
pub(crate) fn texts(revision: &str, commit: &str, out: &Path, snapshots: &Path) -> anyhow::Result<Texts> {
    let mut texts = Texts::new();
    let snapshot_files = files(commit, snapshots, SNAPSHOT)?;
    for (name, text) in contents(snapshot_files)? {
        // Other tests may keep their snapshots there, of other things.
        if let Some(document) = snapshot(&text?) {
            texts.insert(name, document.to_owned());
        }
    }
    // Documents are nearer to the truth than snapshots of them.
    for (name, text) in contents(files(commit, out, DOCUMENT)?)? {
        texts.insert(name, text?);
    }
    if texts.is_empty()
        && let Some(made) = worktree::synthesized_at(revision, commit)?
    {
        return Ok(made);
    }
    if texts.is_empty() {
        bail!(
            "the revision `{revision}` has no documents in {} and no snapshots in {}{}",
            out.display(),
            snapshots.display(),
            Hint::new("name the folders with --out and --snapshots")
        );
    }
    Ok(texts)
}

/// The last documents, or snapshots of them, that git has or had of stacks, but of those with these names. It is what was
/// committed on whatever machine; without a repository, or without its history, there is nothing.
pub(crate) fn last_documents(
    out: &Path,
    snapshots: &Path,
    but: &BTreeSet<String>,
) -> BTreeMap<String, Value> {
    // A snapshot that is there may be of another program, whose stack is not gone.
    let mut found = files("HEAD", out, DOCUMENT).unwrap_or_default();
    found.extend(deleted(out, DOCUMENT).unwrap_or_default());
    found.extend(deleted(snapshots, SNAPSHOT).unwrap_or_default());
    found.retain(|(name, _)| !but.contains(name));
    let mut documents = BTreeMap::new();
    for (name, text) in contents(found).unwrap_or_default() {
        // What git lost of one stack is no reason to know none.
        let document = || serde_json::from_slice(snapshot(text.as_ref().ok()?)?).ok();
        if !documents.contains_key(&name) {
            documents.extend(document().map(|document| (name, document)));
        }
    }
    documents
}

/// The files of stacks in a folder that commits have deleted, as names of the stacks and of git's objects, the latest first.
fn deleted(folder: &Path, ending: &str) -> anyhow::Result<Vec<(String, String)>> {
    let folder = folder.to_string_lossy();
    let log = answer(&[
        "-c",
        "core.quotePath=false",
        "log",
        "--no-renames",
        "--diff-filter=D",
        "--raw",
        "--no-abbrev",
        "--relative",
        "--format=",
        "--",
        &folder,
    ])?;
    // `:100644 000000 <object> <zeros> D\t<path>`
    let of_stack = |line: &str| {
        let (facts, path) = line.split_once('\t')?;
        let object = facts.split(' ').nth(2)?;
        Some((stack_of(path, &folder, ending)?, object.to_owned()))
    };
    Ok(log.lines().filter_map(of_stack).collect())
}

/// The stack that a file is of: what stands between the folder and an ending.
fn stack_of(path: &str, folder: &str, ending: &str) -> Option<String> {
    let name = path.strip_prefix(folder.trim_start_matches("./").trim_end_matches('/'))?;
    let name = name.strip_prefix('/')?.strip_suffix(ending)?;
    // Deeper down are things that were not written by us, such as modules that Terraform fetched.
    formwork_core::is_identifier(name).then(|| name.to_owned())
}

/// The commit that a revision is, by its hash; `option` is what it was given to.
///
/// # Errors
/// Fails outside a git repository and for an unknown revision.
pub(crate) fn commit(revision: &str, option: &str) -> anyhow::Result<String> {
    // A revision that looks like an option would be taken for one.
    if !revision.starts_with('-')
        && let Ok(commit) = answer(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
    {
        return Ok(commit.trim().to_owned());
    }
    // Says whether it is the repository or the revision that is missing.
    answer(&["rev-parse", "--show-toplevel"])
        .with_context(|| format!("`{option}` needs a git repository"))?;
    bail!("git does not know the revision `{revision}`");
}

/// The main branch, and the commit at which the branch at hand left it.
///
/// # Errors
/// Fails outside a git repository, without a main branch, and where history does not reach back that far.
pub(crate) fn branch_point() -> anyhow::Result<(String, String)> {
    commit("HEAD", "--changed")?;
    let hint = Hint::new("name a revision: `--changed REVISION`");
    let of_remote = answer(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
    let candidates = of_remote.iter().map(|name| name.trim()).chain(MAIN);
    let mut known = candidates.filter(|name| commit(name, "--changed").is_ok());
    let Some(main) = known.next() else {
        bail!("there is no branch {} to compare with{hint}", MAIN.join(", "));
    };
    let Ok(base) = answer(&["merge-base", main, "HEAD"]) else {
        let hint = Hint::new("fetch more of the history (`git fetch --unshallow`), or name a revision");
        bail!("it is not known where this branch left {main}{hint}");
    };
    Ok((main.to_owned(), base.trim().to_owned()))
}

/// The files of stacks in a folder, as names of the stacks and of git's objects: what stands between the folder and an
/// ending is the name.
fn files(commit: &str, folder: &Path, ending: &str) -> anyhow::Result<Vec<(String, String)>> {
    let folder = folder.to_string_lossy();
    let folder = folder.trim_end_matches('/');
    // Git says itself how the folder is called from here; it may have been given as an absolute path.
    let base = answer(&["ls-tree", "-d", "-z", "--name-only", commit, "--", folder])?;
    let Some(base) = base.strip_suffix('\0') else { return Ok(Vec::new()) };
    let listed = answer(&["ls-tree", "-r", "-z", commit, "--", base])?;
    // `100644 blob <object>\t<path>`
    let of_stack = |line: &str| {
        let (facts, path) = line.split_once('\t')?;
        let object = facts.split(' ').nth(2).filter(|_| facts.contains(" blob "))?;
        Some((stack_of(path, base, ending)?, object.to_owned()))
    };
    Ok(listed.split('\0').filter_map(of_stack).collect())
}

/// What objects of git hold, in their order: one process for all of them.
///
/// # Errors
/// Fails without git; an object that git does not have, as in a damaged or a partial clone, has an error of its own.
fn contents(files: Vec<(String, String)>) -> anyhow::Result<Vec<(String, anyhow::Result<Vec<u8>>)>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let input: String = files.iter().map(|(_, object)| format!("{object}\n")).collect();
    let output = git_reading(".", &["cat-file", "--batch"], input.as_bytes()).context("cannot run git")?;
    let mut rest = output.stdout.as_slice();
    let mut contents = Vec::new();
    for (name, object) in files {
        // `<object> blob <size>`, then so many bytes and a line break; or `<object> missing`.
        let content = (|| {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let header = &rest[..end];
            rest = &rest[end + 1..];
            let size = std::str::from_utf8(header).ok()?.rsplit(' ').next()?.parse::<usize>().ok()?;
            let content = rest.get(..size)?.to_vec();
            rest = rest.get(size + 1..)?;
            Some(content)
        })();
        contents.push((name, content.with_context(|| format!("git has no content of {object}"))));
    }
    Ok(contents)
}

/// The document in a text snapshot: what stands behind its header, if that is one.
fn snapshot(text: &[u8]) -> Option<&[u8]> {
    let text = std::str::from_utf8(text).ok()?;
    let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let body = body.map_or(text, |(_, body)| body);
    let document: Value = serde_json::from_str(body).ok()?;
    document.get("terraform").map(|_| body.as_bytes())
}

/// What git prints.
///
/// # Errors
/// Fails if git refuses.
pub(super) fn answer(arguments: &[&str]) -> anyhow::Result<String> {
    let output = git(".", arguments).context("cannot run git")?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("`git {}` failed: {}", arguments.join(" "), message.trim());
    }
    String::from_utf8(output.stdout).context("git's answer is not UTF-8")
}
