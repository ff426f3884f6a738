//! The document that was applied last, kept beside what terraform has initialized: the next one is compared with it until
//! that is applied too, so that nothing vanishes unsaid. Where it is not known, as on another machine, nothing follows
//! from that.

use std::fs;
use std::path::Path;

use formwork_synth::{remove_file, write_json};

use crate::{Environment, StackError, Workspace};

const FILE: &str = ".terraform/formwork-applied.json";

/// Notes that the document of a stack is applied as it is.
///
/// # Errors
/// Fails if the folder cannot be written to.
pub fn record(workspace: &Workspace<'_>) -> Result<(), StackError> {
    Ok(write_json(workspace.folder.join(FILE), &workspace.document)?)
}

/// Notes that nothing of a stack is applied.
///
/// # Errors
/// Fails if the folder cannot be written to.
pub fn forget(workspace: &Workspace<'_>) -> Result<(), StackError> {
    Ok(remove_file(&workspace.folder.join(FILE))?)
}

/// Takes over what is known of a stack under the name that it had before.
pub(crate) fn inherit(workspace: &Workspace<'_>, former: &Workspace<'_>) {
    // It is a hint and no more: where it can't be moved, nothing follows from that.
    let _ = fs::create_dir_all(workspace.folder.join(".terraform"));
    let _ = fs::rename(former.folder.join(FILE), workspace.folder.join(FILE));
}

/// The documents of a stack that were applied last, for real and in the sandbox, as far as this machine knows.
#[must_use]
pub fn known(documents: &Path, stack: &str) -> Vec<Vec<u8>> {
    let roots = [documents.to_owned(), Environment::sandbox_folder(documents)];
    roots.iter().filter_map(|root| fs::read(root.join(stack).join(FILE)).ok()).collect()
}
