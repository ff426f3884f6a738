//! `smoke`: requests to what is deployed, and what their answers must be.

#[cfg(feature = "delivery")]
mod list;
#[cfg(feature = "delivery")]
mod run;
#[cfg(feature = "delivery")]
mod suites;

#[cfg(feature = "delivery")]
use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Send the requests of smoke tests to what is deployed
#[derive(Debug, clap::Args)]
#[cfg(feature = "delivery")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "delivery")]
#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Args>),
    List(list::Args),
}

#[cfg(feature = "delivery")]
pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Run(args) => run::run(args, program),
        Command::List(args) => list::run(args),
    }
}

/// Send the requests of smoke tests (needs the feature `delivery`)
#[derive(Debug, clap::Args)]
#[cfg(not(feature = "delivery"))]
pub(crate) struct Args {
    /// A verb and its arguments: run or list
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[cfg(not(feature = "delivery"))]
pub(crate) fn run(args: &Args, _program: &Program) -> anyhow::Result<ExitStatus> {
    Err(crate::missing_delivery("smoke", &args.rest))
}
