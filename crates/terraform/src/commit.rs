//! The commit that a stack was applied from, kept where its state is.
//!
//! An old run that is run again would take back what was applied since. So the commit is an output of the stack, in a
//! document of our own that is laid beside the stack's while it is planned, and the state has it on whatever machine the next
//! plan is made. By itself it is no change: an apply that changes nothing leaves the state, and plans of it, as they are.

use std::path::Path;

use formwork_synth::{pretty, remove_file, write_json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Workspace;

/// The output with the commit.
pub const OUTPUT: &str = "formwork_commit";
/// The document with the output.
pub(crate) const FILE: &str = "formwork_commit.tf.json";

/// The commit that a program is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its name: hexadecimal digits.
    #[serde(rename = "commit")]
    pub id: String,
    /// When it was made, in seconds since 1970 (UTC).
    pub time: u64,
}

impl Commit {
    /// Whether it is older than a commit that was applied: an ancestor of it, as far as `is_ancestor` knows of the first and
    /// the second; else by when they were made.
    pub fn is_older(&self, applied: &Self, is_ancestor: impl FnOnce(&str, &str) -> Option<bool>) -> bool {
        // One name may be the beginning of the other.
        let is_same = self.id.starts_with(&applied.id) || applied.id.starts_with(&self.id);
        !is_same && is_ancestor(&self.id, &applied.id).unwrap_or(self.time < applied.time)
    }

    /// The first digits of its name.
    #[must_use]
    pub fn short(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    /// The one that the value of an output says.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }

    fn document(&self) -> Value {
        let description = "The commit that this was applied from";
        json!({ "output": { OUTPUT: { "value": self, "description": description } } })
    }
}

/// Has terraform note the commit of the program in the plan that is made next.
///
/// # Errors
/// Fails if the folder cannot be written to.
pub(crate) fn lay<'a>(workspace: &'a Workspace<'_>) -> anyhow::Result<Laid<'a>> {
    let laid = Laid { folder: &workspace.folder };
    let is_taken = workspace.blocks("output").is_some_and(|outputs| outputs.contains_key(OUTPUT));
    match workspace.estate.commit.filter(|_| !is_taken) {
        Some(commit) => write_json(workspace.folder.join(FILE), &commit.document())?,
        // What a killed process left.
        None => remove_file(&workspace.folder.join(FILE))?,
    }
    Ok(laid)
}

/// Whether a file in a plan is what [`lay`] writes for some commit, and nothing else.
pub(crate) fn is_laid(name: &str, bytes: &[u8]) -> bool {
    let Ok(given) = serde_json::from_slice::<Value>(bytes) else { return false };
    let commit = Commit::of(&given["output"][OUTPUT]["value"]);
    name == FILE && commit.is_some_and(|it| pretty(&it.document()).is_ok_and(|expected| expected == bytes))
}

/// The document in a stack's folder; it goes when this is dropped.
pub(crate) struct Laid<'a> {
    folder: &'a Path,
}

impl Drop for Laid<'_> {
    fn drop(&mut self) {
        // The next plan writes it anew.
        let _ = remove_file(&self.folder.join(FILE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(id: &str, time: u64) -> Commit {
        Commit { id: id.to_owned(), time }
    }

    #[test]
    fn what_git_knows_counts_and_else_when_a_commit_was_made() {
        let (old, new) = (commit("aaaaaaa1", 1), commit("bbbbbbb2", 2));
        assert!(old.is_older(&new, |_, _| Some(true)) && old.is_older(&new, |_, _| None));
        assert!(!old.is_older(&new, |_, _| Some(false)) && !new.is_older(&old, |_, _| None));
        let same = commit("aaaaaaa", 2);
        assert!(!old.is_older(&same, |_, _| Some(true)) && !same.is_older(&old, |_, _| Some(true)));
    }

    #[test]
    fn what_is_laid_beside_a_document_is_known_again() {
        let document = commit("aaaaaaa1", 1).document();
        assert_eq!(Commit::of(&document["output"][OUTPUT]["value"]), Some(commit("aaaaaaa1", 1)));
        let bytes = pretty(&document).unwrap();
        assert!(is_laid(FILE, &bytes) && !is_laid("other.tf.json", &bytes));
        let mut more = document;
        more["resource"] = json!({});
        assert!(!is_laid(FILE, &pretty(&more).unwrap()));
    }
}
