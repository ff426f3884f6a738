//! Documents of a git revision.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

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
        || git(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]).is_err()
    {
        // Says whether it is the repository or the revision that is missing.
        git(&["rev-parse", "--show-toplevel"]).context("`--against` needs a git repository")?;
        bail!("git does not know the revision `{revision}`");
    }
    let mut documents = BTreeMap::new();
    for path in files(revision, snapshots)? {
        if let Some(name) = path.rsplit('/').next().and_then(|file| file.strip_suffix(".snap")) {
            let text = git(&["show", &format!("{revision}:./{path}")])?;
            documents.insert(name.to_owned(), parse(&path, revision, snapshot_body(&text))?);
        }
    }
    // Documents are nearer to the truth than snapshots of them.
    for path in files(revision, out)? {
        let parts: Vec<&str> = path.rsplit('/').collect();
        if let ["main.tf.json", name, ..] = parts[..] {
            let text = git(&["show", &format!("{revision}:./{path}")])?;
            documents.insert(name.to_owned(), parse(&path, revision, &text)?);
        }
    }
    if documents.is_empty() {
        bail!(
            "the revision `{revision}` has no documents in {} and no snapshots in {}\n  hint: name the folders with --out and --snapshots",
            out.display(),
            snapshots.display()
        );
    }
    Ok(documents)
}

/// The files below a folder, as paths from the working directory.
fn files(revision: &str, folder: &Path) -> anyhow::Result<Vec<String>> {
    let folder = folder.to_string_lossy();
    let listed = git(&["ls-tree", "-r", "-z", "--name-only", revision, "--", &folder])?;
    Ok(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// What stands behind the header of a text snapshot.
fn snapshot_body(text: &str) -> &str {
    let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    body.map_or(text, |(_, body)| body)
}

fn parse(path: &str, revision: &str, text: &str) -> anyhow::Result<Value> {
    serde_json::from_str(text).with_context(|| format!("{path} at {revision} is not a document"))
}

fn git(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(arguments).output().context("cannot run git")?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("`git {}` failed: {}", arguments.join(" "), message.trim());
    }
    String::from_utf8(output.stdout).context("git's answer is not UTF-8")
}
