//! `providers`: the versions of providers and of terraform, locked in the repository.

mod lock;
mod locking;
mod upgrade;

use clap::Subcommand;

use crate::{ExitStatus, Program};

/// Lock the versions of providers and of terraform in the repository
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lock(lock::Args),
    Upgrade(upgrade::Args),
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Lock(args) => lock::run(args, program),
        Command::Upgrade(args) => upgrade::run(args, program),
    }
}
