//! `release`: versions that serve, and those that are to.

#[cfg(feature = "delivery")]
mod change;
#[cfg(feature = "delivery")]
mod deployment;
#[cfg(feature = "delivery")]
mod history;
#[cfg(feature = "delivery")]
mod promote;
#[cfg(feature = "delivery")]
mod resume;
#[cfg(feature = "delivery")]
mod rollback;
#[cfg(feature = "delivery")]
mod services;
#[cfg(feature = "delivery")]
mod smoke_tests;
#[cfg(feature = "delivery")]
mod start;
#[cfg(feature = "delivery")]
mod status;
#[cfg(feature = "delivery")]
mod verify;

#[cfg(feature = "delivery")]
use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Release services: upload, test, promote, watch, and take back
#[derive(Debug, clap::Args)]
#[cfg(feature = "delivery")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "delivery")]
#[derive(Debug, Subcommand)]
enum Command {
    Start(start::Args),
    Verify(verify::Args),
    Promote(promote::Args),
    Rollback(rollback::Args),
    Resume(resume::Args),
    Status(status::Args),
    History(history::Args),
}

#[cfg(feature = "delivery")]
pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Start(args) => start::run(args, program),
        Command::Verify(args) => verify::run(args, program),
        Command::Promote(args) => promote::run(args, program),
        Command::Rollback(args) => rollback::run(args, program),
        Command::Resume(args) => resume::run(args, program),
        Command::Status(args) => status::run(args, program),
        Command::History(args) => history::run(args, program),
    }
}

/// Release services (needs the feature `delivery`)
#[derive(Debug, clap::Args)]
#[cfg(not(feature = "delivery"))]
pub(crate) struct Args {
    /// A verb and its arguments: start, verify, promote, rollback, resume, status or history
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[cfg(not(feature = "delivery"))]
pub(crate) fn run(args: &Args, _: &Program) -> anyhow::Result<ExitStatus> {
    Err(crate::missing_delivery("release", &args.rest))
}
