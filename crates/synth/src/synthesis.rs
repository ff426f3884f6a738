//! From a filled [`App`] to checked documents.

use formwork_core::{App, Diagnostic, Stack};
use formwork_schema::Library;

use crate::conflicts;
use crate::manifest::{ManifestStack, digest};
use crate::provider_locks::ProviderLocks;

/// A settled and checked program with its documents.
#[derive(Debug)]
pub struct Synthesized {
    /// The stacks, sorted by name.
    pub stacks: Vec<Stack>,
    /// The mistakes. As long as there are any, there are no documents.
    pub diagnostics: Vec<Diagnostic>,
    /// Providers whose resources were not checked, since no catalogue of them is known.
    pub unchecked: Vec<String>,
    /// What the manifest says of each stack, and the document, in the order of the stacks.
    pub documents: Vec<(ManifestStack, Vec<u8>)>,
    /// The lock files of providers.
    pub locks: ProviderLocks,
    /// What would be wrong after an upgrade of what is locked.
    pub after_upgrade: Vec<Diagnostic>,
}

impl Synthesized {
    /// The names of the stacks, sorted.
    pub fn names(&self) -> Vec<&str> {
        self.stacks.iter().map(Stack::name).collect()
    }
}

/// Settles a program, checks it against the catalogues too, and makes its documents.
///
/// # Errors
/// Fails if a catalogue cannot be read. Mistakes in the program are diagnostics of the result, not errors.
pub fn synthesize(app: App, library: &Library) -> anyhow::Result<Synthesized> {
    synthesize_locked(app, library, |_| Ok(ProviderLocks::default()))
}

/// The same with lock files of providers, which are read once the stacks are known.
///
/// # Errors
/// Fails as [`synthesize`] and `locks` do.
pub fn synthesize_locked(
    app: App,
    library: &Library,
    locks: impl FnOnce(&[Stack]) -> anyhow::Result<ProviderLocks>,
) -> anyhow::Result<Synthesized> {
    let settled = app.settle();
    let stacks = &settled.stacks;
    let locks = locks(stacks)?;
    // Checks only read the stacks, so that the documents are made at the same time.
    let (checked, documents) = std::thread::scope(|scope| {
        let documents = scope.spawn(|| stacks.iter().map(ManifestStack::of).collect::<Vec<_>>());
        let mut diagnostics = formwork_core::check(stacks);
        let checked = formwork_schema::check_locked(stacks, library, |stack| locks.of(stack));
        let checked = checked.map(|report| {
            diagnostics.extend(report.diagnostics);
            diagnostics.extend(conflicts::check(stacks));
            (diagnostics, report.unchecked, report.after_upgrade)
        });
        (checked, documents.join())
    });
    let (found, unchecked, after_upgrade) = checked?;
    let mut diagnostics = settled.diagnostics;
    diagnostics.extend(found);
    // By stack, then by the line that has to change, whichever check found it.
    diagnostics.sort_by(|a, b| {
        let key =
            |diagnostic: &Diagnostic| diagnostic.sources.first().map(|source| (source.file(), source.line()));
        (&a.stack, key(a)).cmp(&(&b.stack, key(b)))
    });
    let mut documents: Vec<(ManifestStack, Vec<u8>)> = match (diagnostics.is_empty(), documents) {
        (false, _) => Vec::new(),
        (true, Ok(documents)) => documents.into_iter().collect::<Result<_, _>>()?,
        (true, Err(panic)) => std::panic::resume_unwind(panic),
    };
    for (entry, _) in &mut documents {
        entry.provider_lock = locks.text(&entry.name).map(|text| digest(text.as_bytes()));
    }
    Ok(Synthesized { stacks: settled.stacks, diagnostics, unchecked, documents, locks, after_upgrade })
}
