//! `list`: the stacks and what they need of each other.

use std::io::Write;
use std::path::PathBuf;

use formwork_synth::{ManifestStack, Retired, in_order};

use crate::Program;
use crate::changed::{ChangedArgs, present};
use crate::runner::given::given_stacks;
use crate::select::Selection;
use crate::usage::folder_parser;
use crate::{ExitStatus, print, retired, select, synthesized};

/// List the stacks in the order in which they are applied
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to list, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    #[command(flatten)]
    changed: ChangedArgs,
    /// With --changed: folder of the documents that the revision is asked for
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    out: PathBuf,
    /// List the stacks of the documents in this folder, which another program's `synth` wrote; with --changed, compared with
    /// the documents of this program
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,
    /// Print the stacks as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(Listed { entries, retired }) = args.listed(program)? else { return Ok(ExitStatus::Failure) };
    let entries = in_order(entries);
    let mut stdout = anstream::stdout().lock();
    if args.json {
        writeln!(stdout, "{}", print::json(&entries)?)?;
        args.note_retired(&retired);
        return Ok(ExitStatus::Success);
    }
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    for entry in &entries {
        let needs = if entry.dependencies.is_empty() {
            String::new()
        } else {
            format!("  after {}", entry.dependencies.join(", "))
        };
        writeln!(stdout, "{:width$}  resources: {:4}{needs}", entry.name, entry.counts.resources)?;
    }
    args.note_retired(&retired);
    Ok(ExitStatus::Success)
}

/// What is listed.
struct Listed {
    entries: Vec<ManifestStack>,
    /// The stacks that are no longer part of the program, as far as the folder of the documents tells.
    retired: Vec<Retired>,
}

impl Args {
    /// What manifests say of the stacks that are meant. There is nothing if the program has mistakes.
    fn listed(&self, program: &Program) -> anyhow::Result<Option<Listed>> {
        let selection = Selection::of(&self.stacks).changed(&self.changed);
        if let Some(folder) = &self.documents {
            let given = given_stacks(program, &self.out, selection, folder)?;
            let listed = |(given, selected): (Vec<Retired>, Vec<usize>)| {
                let entries = selected.into_iter().map(|index| given[index].entry.clone()).collect();
                Listed { entries, retired: Vec::new() }
            };
            return Ok(given.map(listed));
        }
        let Some(synthesis) = synthesized(program, "there is nothing to list")? else { return Ok(None) };
        let mut selected = select::stacks(&synthesis.names(), &self.stacks)?;
        let changed = self.changed.names(&self.out, &present(&synthesis), None)?;
        if let Some(changed) = &changed {
            selected.retain(|index| changed.contains(synthesis.stacks[*index].name()));
        }
        // Of what is gone since a revision, `--changed` says it itself.
        let retired = if changed.is_none() { retired::known(&self.out, &synthesis)? } else { Vec::new() };
        let entries = selected.into_iter().map(|index| synthesis.documents[index].0.clone()).collect();
        Ok(Some(Listed { entries, retired }))
    }

    fn note_retired(&self, listed: &[Retired]) {
        for retired in listed {
            print::retired(&retired.entry.name, retired.objects(&self.out));
        }
    }
}
