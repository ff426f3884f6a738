//! What stands in `manifest.json` beside the documents: the stacks, their order, providers and assets.

pub use formwork_synth::{Counts, FormerStack, Manifest, ManifestProvider, ManifestStack};
