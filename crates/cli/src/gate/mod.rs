//! `gate`: checks elsewhere that a release waits for.

mod audit;
pub(crate) mod connection;
mod dispatch;
mod failure;
mod report;
mod wait;

use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Wait for checks in other repositories before a release goes on
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dispatch(dispatch::Args),
    Report(report::Args),
    Wait(wait::Args),
    Audit(audit::Args),
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Dispatch(args) => dispatch::run(args),
        Command::Report(args) => report::run(args),
        Command::Wait(args) => wait::run(args),
        Command::Audit(args) => audit::run(args, program),
    }
}
