//! `completions`: what a shell needs to complete this command line.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{CommandLine, ExitStatus};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let name = std::env::args_os()
        .next()
        .and_then(|path| Some(std::path::Path::new(&path).file_stem()?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "formwork".to_owned());
    let mut command = CommandLine::command().bin_name(name.clone());
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    anstream::stdout().write_all(&script)?;
    Ok(ExitStatus::Success)
}
