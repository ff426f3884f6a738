//! `list`: the stacks and what they need of each other.

use std::io::Write;
use std::path::Path;

use formwork_synth::{Synthesized, in_order};

use crate::Program;
use crate::{ExitStatus, print, retired, select, synthesized};

/// List the stacks in the order in which they are applied
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks to list, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Print the stacks as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "there is nothing to list")? else {
        return Ok(ExitStatus::Failure);
    };
    let selected = select::stacks(&synthesis.names(), &args.stacks)?;
    let entries = in_order(selected.into_iter().map(|index| synthesis.documents[index].0.clone()).collect());
    let mut stdout = anstream::stdout().lock();
    if args.json {
        writeln!(stdout, "{}", serde_json::to_string_pretty(&entries)?)?;
        note_retired(&synthesis)?;
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
    note_retired(&synthesis)?;
    Ok(ExitStatus::Success)
}

/// Says which stacks are no longer part of the program, as far as the folder of the documents tells.
fn note_retired(synthesis: &Synthesized) -> anyhow::Result<()> {
    let folder = Path::new("formwork.out");
    for retired in retired::known(folder, synthesis)? {
        print::retired(&retired.entry.name, retired.objects(folder));
    }
    Ok(())
}
