//! `diff`: what changed, by meaning.

mod cost;
mod markdown;
pub(crate) mod revision;
pub(crate) mod text;
mod worktree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_review::comparison::Comparison;
use formwork_synth::{Manifest, read_manifest};
use serde_json::Value;

use crate::Program;
use crate::usage::folder_parser;
use crate::{ExitStatus, print, select, synthesized};

/// The folder of the snapshots, unless it is named.
pub(crate) const SNAPSHOTS: &str = "snapshots";

/// Show which resources and arguments changed since the last synthesis or a git revision
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to compare, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Folder of the documents to compare with
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    out: PathBuf,
    /// Compare with a git revision instead: with its documents, or with its snapshots of them
    #[arg(long, value_name = "REVISION")]
    against: Option<String>,
    /// Folder of the snapshots that a revision is asked for
    #[arg(long, value_name = "DIR", default_value = SNAPSHOTS)]
    snapshots: PathBuf,
    /// Say what a month costs before and after too, by list prices
    #[arg(long)]
    cost: bool,
    /// Print the changes as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the changes as a comment for a pull request
    #[arg(long)]
    markdown: bool,
    /// Exit with 1 if there are changes
    #[arg(long)]
    exit_code: bool,
}

/// What is printed as JSON.
#[derive(serde::Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    comparison: &'a Comparison,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<&'a Vec<cost::StackCost>>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "there is nothing to compare")? else {
        return Ok(ExitStatus::Failure);
    };
    let mut after = BTreeMap::new();
    for (entry, bytes) in &synthesis.documents {
        after.insert(entry.name.clone(), serde_json::from_slice(bytes)?);
    }
    let mut before = match &args.against {
        Some(revision) => revision::documents(revision, &args.out, &args.snapshots)?,
        None => on_disk(&args.out)?,
    };
    // A pattern may also mean a stack that is gone.
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let selected: BTreeSet<&str> =
        select::stacks(&names, &args.stacks)?.into_iter().map(|index| names[index]).collect();
    before.retain(|name, _| selected.contains(name.as_str()));
    after.retain(|name, _| selected.contains(name.as_str()));
    let comparison = Comparison::of(&before, &after);
    let costs = if args.cost { cost::between(&before, &after)? } else { Vec::new() };
    let mut stdout = anstream::stdout().lock();
    if args.json {
        let all = Written { comparison: &comparison, cost: args.cost.then_some(&costs) };
        writeln!(stdout, "{}", print::json(&all)?)?;
    } else if args.markdown {
        stdout.write_all(markdown::comment(&comparison).as_bytes())?;
        stdout.write_all(cost::table(&costs).as_bytes())?;
    } else {
        text::write(&comparison, &mut stdout)?;
        stdout.write_all(cost::lines(&costs).as_bytes())?;
        if comparison.is_empty() {
            print::done("Unchanged", "no resource or argument differs");
        }
    }
    Ok(if args.exit_code && !comparison.is_empty() { ExitStatus::Failure } else { ExitStatus::Success })
}

/// The documents that the folder's manifest names.
fn on_disk(folder: &Path) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut documents = BTreeMap::new();
    let Some(Manifest { stacks, .. }) = read_manifest(folder)? else {
        print::hint(&format!(
            "nothing was synthesized to {} yet, so that everything is new",
            folder.display()
        ));
        return Ok(documents);
    };
    for entry in stacks {
        let path = folder.join(&entry.path);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let document =
            serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))?;
        documents.insert(entry.name, document);
    }
    Ok(documents)
}
