//! `smoke`: requests to what is deployed, and what their answers must be.

mod list;
mod run;
mod suites;

use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Send the requests of smoke tests to what is deployed
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Args>),
    List(list::Args),
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Run(args) => run::run(args, program),
        Command::List(args) => list::run(args),
    }
}
