//! Reads the inventory from a program's synthesized documents.

use std::collections::BTreeMap;

use formwork_synth::Synthesized;

use crate::Inventory;

/// The kind of annotation that stacks describe releases under.
const RELEASE: &str = "release";

/// What the documents hold that workflows may name.
///
/// # Errors
/// Fails if a document is not JSON, which synthesis does not write.
pub fn inventory(synthesized: &Synthesized) -> serde_json::Result<Inventory> {
    let documents = synthesized.documents.iter();
    let documents = documents.map(|(entry, bytes)| Ok((entry.name.clone(), serde_json::from_slice(bytes)?)));
    let mut inventory = Inventory::read(&documents.collect::<serde_json::Result<BTreeMap<_, _>>>()?);
    for (entry, _) in &synthesized.documents {
        if let Some(releases) = entry.annotations.get(RELEASE) {
            inventory.releases.insert(entry.name.clone(), releases.keys().cloned().collect());
        }
    }
    Ok(inventory)
}
