//! `list`: the stacks and what they need of each other.

use std::io::Write;

use formwork_synth::in_order;

use crate::Program;
use crate::{ExitStatus, select, synthesized};

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
    Ok(ExitStatus::Success)
}
