//! `moves`: what is gone since the last synthesis or a revision, and the lines that say where it went.

use std::io::Write;
use std::path::{Path, PathBuf};

use formwork_core::Hint;
use formwork_review::moves::{self, RemovedAddress};
use formwork_synth::{Synthesized, read_manifest};
use formwork_terraform::applied_document;

use crate::Program;
use crate::diff::revision;
use crate::usage::folder_parser;
use crate::{ExitStatus, print, select, synthesized};

/// How many addresses of a stack are named one by one.
const SHOWN: usize = 10;

/// Print the lines that keep renamed resources from being replaced
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to look at, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Folder of the documents to compare with
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    out: PathBuf,
    /// Compare with a git revision instead: with its documents, or with its snapshots of them
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Folder of the snapshots that a revision is asked for
    #[arg(long, value_name = "DIR", default_value = "snapshots")]
    snapshots: PathBuf,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "there is nothing to compare")? else {
        return Ok(ExitStatus::Failure);
    };
    let selected = select::stacks(&synthesis.names(), &args.stacks)?;
    let gone = match &args.against {
        None => since_synthesis(&args.out, &synthesis, &selected)?,
        Some(revision) => {
            let documents = revision::documents(revision, &args.out, &args.snapshots)?;
            let stacks = selected.iter().map(|index| &synthesis.stacks[*index]);
            let known = stacks.filter_map(|stack| Some((stack, documents.get(stack.name())?)));
            known
                .map(|(stack, document)| {
                    (stack.name().to_owned(), moves::since(document.to_string().as_bytes(), stack))
                })
                .collect()
        }
    };
    let mut stdout = anstream::stdout().lock();
    let mut count = 0;
    for (stack, removed) in &gone {
        let lines = moves::lines(removed);
        if !lines.is_empty() {
            writeln!(stdout, "// {stack}")?;
        }
        for line in &lines {
            writeln!(stdout, "{}", line.rust())?;
        }
        count += lines.len();
        for one in removed.iter().filter(|one| one.likely.is_none()) {
            print::note(&format!("{} of {stack} is gone, and nothing like it came", one.address));
        }
    }
    if count == 0 {
        print::done("Compared", "nothing seems to be renamed");
    }
    Ok(ExitStatus::Success)
}

/// What is gone from each stack since it was applied, where that is known; else since its document in a folder was written.
pub(crate) fn since_synthesis(
    folder: &Path,
    synthesis: &Synthesized,
    selected: &[usize],
) -> anyhow::Result<Vec<(String, Vec<RemovedAddress>)>> {
    let previous = read_manifest(folder)?.unwrap_or_default().stacks;
    let mut gone = Vec::new();
    for index in selected {
        let (entry, stack) = (&synthesis.documents[*index].0, &synthesis.stacks[*index]);
        let applied = applied_document::known(folder, &entry.name);
        if !applied.is_empty() {
            let mut removed: Vec<RemovedAddress> = Vec::new();
            for one in applied.iter().flat_map(|document| moves::since(document, stack)) {
                if removed.iter().all(|known| known.address != one.address) {
                    removed.push(one);
                }
            }
            gone.push((entry.name.clone(), removed));
            continue;
        }
        // The digest tells an unchanged document without reading it.
        let changed = previous.iter().find(|old| old.name == entry.name && old.digest != entry.digest);
        let document = changed.and_then(|old| std::fs::read(folder.join(&old.path)).ok());
        if let Some(document) = document {
            let mut removed = moves::since(&document, stack);
            // Nobody knows whether it was ever applied.
            removed.iter_mut().for_each(|one| one.is_protected = false);
            gone.push((entry.name.clone(), removed));
        }
    }
    gone.retain(|(_, removed)| !removed.is_empty());
    Ok(gone)
}

/// Warns about what is gone: the next apply destroys it. Whether anything is among it that must not be destroyed: that is
/// an error, as long as the program does not say what becomes of it.
#[must_use]
pub(crate) fn warn(gone: &[(String, Vec<RemovedAddress>)]) -> bool {
    for (stack, removed) in gone {
        for one in removed.iter().filter(|one| one.is_protected) {
            let address = &one.address;
            let renamed = one
                .likely
                .as_ref()
                .map(|new| format!("; if it was renamed: `stack.moved({address:?}, {new:?})`"));
            let hint = Hint::new(format!(
                "say what becomes of it: `stack.removed(Removed::keep({address:?}))` leaves it be, `Removed::destroy` destroys it{}",
                renamed.unwrap_or_default()
            ));
            print::error(&format!(
                "{address} must not be destroyed (`prevent_destroy`), and is gone from the program\n  in {}{hint}",
                stack
            ));
        }
        // What was probably renamed comes first, and among that what cannot be made again.
        let mut sorted: Vec<&RemovedAddress> = removed.iter().filter(|one| !one.is_protected).collect();
        sorted.sort_by_key(|one| (one.likely.is_none(), one.keeps.is_none()));
        for one in sorted.iter().take(SHOWN) {
            let address = &one.address;
            let lost = one.keeps.map(|what| format!(", and {what} with it")).unwrap_or_default();
            let message = match &one.likely {
                None if one.is_instance => format!(
                    "{address} is gone: the next apply destroys it{lost}\n  in {}{}",
                    stack,
                    Hint::new(format!(
                        "if it has another address now, say so: `stack.moved({address:?}, …)`"
                    ))
                ),
                Some(new) => format!(
                    "{address} is gone and {new} came: the next apply replaces it{lost}\n  in {}{}",
                    stack,
                    Hint::new(format!("if it was renamed, say so: `stack.moved({address:?}, {new:?})`"))
                ),
                None => format!(
                    "{address} is gone: the next apply destroys it{lost}\n  in {}{}",
                    stack,
                    Hint::new(format!(
                        "if that is meant, say so: `stack.removed(Removed::destroy({address:?}))`; `Removed::keep` leaves it be"
                    ))
                ),
            };
            print::warning(&message);
        }
        let mut providers: Vec<(&str, &str)> =
            removed.iter().filter_map(|one| Some((one.provider.as_deref()?, one.address.as_str()))).collect();
        providers.sort_unstable();
        providers.dedup_by_key(|(provider, _)| *provider);
        for (provider, address) in providers {
            print::warning(&format!(
                "the provider `{provider}` is gone, and terraform needs it to destroy {address}\n  in {stack}{}",
                Hint::new("leave the provider in the program until that is applied")
            ));
        }
        if sorted.len() > SHOWN {
            print::warning(&format!("{} more are gone from {}", sorted.len() - SHOWN, stack));
        }
        let lines = moves::lines(removed);
        if lines.len() > 1 || lines.iter().any(|line| matches!(line, moves::Line::MovedScope(..))) {
            let text: Vec<String> = lines.iter().map(moves::Line::rust).collect();
            print::hint(&format!(
                "these lines explain all renames of {}:\n    {}",
                stack,
                text.join("\n    ")
            ));
        }
    }
    gone.iter().any(|(_, removed)| removed.iter().any(|one| one.is_protected))
}
