//! Stacks that are no longer part of the program: from what was written here, and from what was committed.

use std::collections::BTreeSet;
use std::path::Path;

use formwork_core::{Stack, StatePlace};
use formwork_synth::{Retired, Synthesized};
use serde_json::Value;

use crate::diff::revision;

/// Those that the folder of the documents knows, but what a stack of the program goes on with: under another name, or with
/// the same state.
///
/// # Errors
/// Fails if the folder cannot be read.
pub(crate) fn known(folder: &Path, synthesis: &Synthesized) -> std::io::Result<Vec<Retired>> {
    let stacks = &synthesis.stacks;
    let names: Vec<&str> =
        stacks.iter().flat_map(|it| std::iter::once(it.name()).chain(it.former_names())).collect();
    let mut found = Retired::find(folder, &names)?;
    retain_own(&mut found, synthesis);
    Ok(found)
}

/// The same, and those whose documents or snapshots git has or had: what was applied on another machine was committed
/// before. Where there is no repository, or one without its history, nothing follows from that.
///
/// # Errors
/// Fails if the folder cannot be read.
pub(crate) fn known_or_committed(
    folder: &Path,
    snapshots: &Path,
    synthesis: &Synthesized,
) -> std::io::Result<Vec<Retired>> {
    let mut found = known(folder, synthesis)?;
    let stacks = &synthesis.stacks;
    let mut names: BTreeSet<String> = stacks.iter().map(|it| it.name().to_owned()).collect();
    names.extend(stacks.iter().flat_map(Stack::former_names).map(str::to_owned));
    names.extend(found.iter().map(|it| it.entry.name.clone()));
    let committed = revision::last_documents(folder, snapshots, &names);
    let mut committed: Vec<Retired> = committed
        .into_iter()
        .filter_map(|(name, document)| Retired::of_document(&name, document))
        .filter(|it| it.objects(folder) != Some(0))
        .collect();
    retain_own(&mut committed, synthesis);
    found.append(&mut committed);
    found.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
    Ok(found)
}

/// Leaves out those whose state is that of a stack of the program.
fn retain_own(retired: &mut Vec<Retired>, synthesis: &Synthesized) {
    let places: BTreeSet<StatePlace> =
        synthesis.stacks.iter().filter(|it| !it.is_module()).filter_map(Stack::state_place).collect();
    retired.retain(|it| place(&it.document, &it.entry.name).is_none_or(|place| !places.contains(&place)));
}

fn place(document: &Value, stack: &str) -> Option<StatePlace> {
    let backends = document.pointer("/terraform/backend").and_then(Value::as_object);
    let cloud = document.pointer("/terraform/cloud").map(|settings| ("cloud", settings));
    let backend = backends.and_then(|it| it.iter().next()).map(|(kind, settings)| (kind.as_str(), settings));
    match backend.or(cloud) {
        Some((kind, settings)) => StatePlace::new(kind, settings, stack),
        None => StatePlace::new("local", &Value::Null, stack),
    }
}
