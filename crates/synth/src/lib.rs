//! From a filled [`App`](formwork_core::App) to checked documents, and from them to a folder on disk.
//!
//! [`synthesize`] settles a program, checks it against the catalogues and makes its documents. Then come the folder that
//! they are written to with their assets and a manifest, and the order in which stacks are applied.
//!
//! It may import `formwork-core` and `formwork-schema`. It knows no verb and starts no program.

pub mod assets;
mod conflicts;
mod document;
mod folder;
mod given;
mod manifest;
mod order;
mod plain_file;
mod provider_locks;
mod replacement;
mod retired;
mod synthesis;

pub use document::{document, pretty};
pub use folder::{OutputFolder, Written, WrittenStack};
pub use given::{copy_assets, given_documents};
pub use manifest::{Counts, FormerStack, Manifest, ManifestProvider, ManifestStack, digest, read_manifest};
pub use order::{in_order, needs, reversed, waves, with_dependents};
pub use plain_file::{bounded_file, read_bounded};
pub use provider_locks::{LOCK_FILE, OF_STACK, ProviderLocks, ProviderSet, leftover};
pub use replacement::{Replacement, holds, remove_file, write_json};
pub use retired::{Retired, SANDBOX, managed_objects};
pub use synthesis::{Synthesized, synthesize, synthesize_locked};
