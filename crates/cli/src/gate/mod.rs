//! `gate`: checks elsewhere that a release waits for.

#[cfg(feature = "delivery")]
mod audit;
#[cfg(feature = "delivery")]
pub(crate) mod connection;
#[cfg(feature = "delivery")]
mod dispatch;
#[cfg(feature = "delivery")]
mod failure;
#[cfg(feature = "delivery")]
mod report;
#[cfg(feature = "delivery")]
mod wait;

#[cfg(feature = "delivery")]
use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Wait for checks in other repositories before a release goes on
#[derive(Debug, clap::Args)]
#[cfg(feature = "delivery")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "delivery")]
#[derive(Debug, Subcommand)]
enum Command {
    Dispatch(dispatch::Args),
    Report(report::Args),
    Wait(wait::Args),
    Audit(audit::Args),
}

#[cfg(feature = "delivery")]
pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Dispatch(args) => dispatch::run(args),
        Command::Report(args) => report::run(args),
        Command::Wait(args) => wait::run(args),
        Command::Audit(args) => audit::run(args, program),
    }
}

/// Wait for checks in other repositories (needs the feature `delivery`)
#[derive(Debug, clap::Args)]
#[cfg(not(feature = "delivery"))]
pub(crate) struct Args {
    /// A verb and its arguments: dispatch, report, wait or audit
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[cfg(not(feature = "delivery"))]
pub(crate) fn run(args: &Args, _program: &Program) -> anyhow::Result<ExitStatus> {
    Err(crate::missing_delivery("gate", &args.rest))
}
