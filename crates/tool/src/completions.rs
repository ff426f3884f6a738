//! `completions`: what a shell needs to complete the tool's command line, the verbs of programs included.

use std::io::Write;
use std::process::ExitCode;

use clap_complete::Shell;

use crate::command_line::{command, verbs_of_programs};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut command = command().subcommands(verbs_of_programs());
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "formwork", &mut script);
    anstream::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
