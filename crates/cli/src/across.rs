//! `moves --across`: what moves resources from one state to another.

use std::io::Write;
use std::path::Path;

use formwork_core::Hint;
use formwork_review::moves::{Crossing, Documents, across};
use formwork_synth::{Synthesized, read_manifest};
use formwork_terraform::{Applied, applied_document};

use crate::diff::revision;
use crate::runner::{Session, SessionArgs};
use crate::{ExitStatus, Program, print, select, synthesized};

/// Prints the statements of each stack, for what was in another one `against` a revision and its folder of snapshots, or
/// when it was applied. They hold in whatever order the stacks are applied.
pub(crate) fn run(
    session: &SessionArgs,
    patterns: &[String],
    against: Option<(&str, &Path)>,
    program: &Program,
) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "there is nothing to compare")? else {
        return Ok(ExitStatus::Failure);
    };
    let names = synthesis.names();
    let selected: Vec<&str> =
        select::stacks(&names, patterns)?.into_iter().map(|index| names[index]).collect();
    let before = match against {
        Some((revision, snapshots)) => revision::documents(revision, session.out(), snapshots)?,
        None => last_documents(session.out(), &synthesis)?,
    };
    let mut now = Documents::new();
    for stack in synthesis.stacks.iter().filter(|stack| !stack.is_module()) {
        now.insert(stack.name().to_owned(), serde_json::to_value(stack)?);
    }
    let mut crossings = across(&before, &now);
    crossings.retain(|it| [&it.from.0, &it.to.0].iter().any(|stack| selected.contains(&stack.as_str())));
    if crossings.is_empty() {
        print::done("Compared", "nothing seems to have moved from one stack to another");
        return Ok(ExitStatus::Success);
    }
    let (moved, changed): (Vec<_>, Vec<_>) = crossings.into_iter().partition(|it| it.changes.is_empty());
    changed.iter().for_each(refuse);
    if moved.is_empty() {
        return Ok(ExitStatus::Failure);
    }
    let Some(session) = Session::open(program, session, &[])? else { return Ok(ExitStatus::Failure) };
    let is_whole = write(&session, &moved)?;
    Ok(ExitStatus::of(is_whole && changed.is_empty()))
}

/// The documents of the stacks that were applied last, where that is known; else those in the folder.
fn last_documents(folder: &Path, synthesis: &Synthesized) -> anyhow::Result<Documents> {
    let written = read_manifest(folder)?.unwrap_or_default().stacks;
    let mut documents = Documents::new();
    for name in synthesis.names() {
        let applied = applied_document::known(folder, name).into_iter().next();
        let written = || {
            let entry = written.iter().find(|entry| entry.name == name)?;
            std::fs::read(folder.join(&entry.path)).ok()
        };
        let document = applied.or_else(written).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        documents.extend(document.map(|document| (name.to_owned(), document)));
    }
    Ok(documents)
}

/// Says what else than its place changed.
fn refuse(crossing: &Crossing) {
    let ((from, old), (to, new)) = (&crossing.from, &crossing.to);
    let arguments: Vec<&str> = crossing.changes.iter().map(|change| change.path.as_str()).collect();
    let hint = Hint::new("move it as it is, apply that, and change it then");
    print::error(&format!(
        "{old} of {from} is {new} of {to} now, and more than its place changed: {}{hint}",
        arguments.join(", ")
    ));
}

/// Writes the lines of each stack. Whether there are lines for all of it.
fn write(session: &Session, moved: &[Crossing]) -> anyhow::Result<bool> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    let mut is_whole = true;
    for crossing in moved {
        let ((from, old), (to, new)) = (&crossing.from, &crossing.to);
        let Some(workspace) = session.estate().stack(from)? else { continue };
        let applied = match Applied::read(&workspace) {
            Ok(applied) => applied,
            Err(failure) => {
                failure.diagnostics.iter().for_each(|it| print::error(&format!("{from} / {it}")));
                return Ok(false);
            }
        };
        let ids = applied.ids().get(old).map_or(&[][..], Vec::as_slice);
        if ids.is_empty() {
            print::error(&format!("{old} is not in the state of {from}: there is nothing to move"));
            is_whole = false;
            continue;
        }
        lines.push((from, format!("stack.removed(Removed::keep({old:?}));")));
        for (address, id) in ids {
            let address = format!("{new}{}", &address[old.len()..]);
            lines.push((to, format!("stack.import_existing(Import::id({address:?}, {id:?}));")));
        }
    }
    lines.sort_by_key(|(stack, _)| *stack);
    let mut stdout = anstream::stdout().lock();
    let mut current = "";
    for (stack, line) in &lines {
        if *stack != current {
            writeln!(stdout, "// {stack}")?;
            current = stack;
        }
        writeln!(stdout, "{line}")?;
    }
    Ok(is_whole)
}
