//! `release`: versions that serve, and those that are to.

mod change;
mod deployment;
mod history;
mod overdue;
mod promote;
mod resume;
mod rollback;
mod services;
mod smoke_tests;
mod start;
mod status;
mod verify;

use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Release services: upload, test, promote, watch, and take back
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Start(start::Args),
    Verify(verify::Args),
    Promote(promote::Args),
    Rollback(rollback::Args),
    Resume(resume::Args),
    Status(status::Args),
    History(history::Args),
    Overdue(overdue::Args),
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Start(args) => start::run(args, program),
        Command::Verify(args) => verify::run(args, program),
        Command::Promote(args) => promote::run(args, program),
        Command::Rollback(args) => rollback::run(args, program),
        Command::Resume(args) => resume::run(args, program),
        Command::Status(args) => status::run(args, program),
        Command::History(args) => history::run(args, program),
        Command::Overdue(args) => overdue::run(args, program),
    }
}
