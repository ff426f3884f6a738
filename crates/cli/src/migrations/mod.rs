//! `migrations`: SQL migrations that cannot break a running release.

mod check;
mod compat;
mod log;
mod new;
mod policy;

use clap::Subcommand;

use crate::{ExitStatus, Program};

/// Check PostgreSQL migrations for what would break or block a running release
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Compat(compat::Args),
    Log(log::Args),
    New(new::Args),
    /// Parse files for `check`: the parser can end the process that it runs in
    #[command(hide = true)]
    Parse,
}

pub(crate) fn run(args: &Args, _: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Check(args) => check::run(args),
        Command::Compat(args) => compat::run(args),
        Command::Log(args) => log::run(args),
        Command::New(args) => new::run(args),
        Command::Parse => {
            formwork_migrations::serve(std::io::stdin(), std::io::stdout())?;
            Ok(ExitStatus::Success)
        }
    }
}
