//! `migrations`: SQL migrations that cannot break a running release.

#[cfg(feature = "migrations")]
mod check;
#[cfg(feature = "migrations")]
mod compat;
#[cfg(feature = "migrations")]
mod log;
#[cfg(feature = "migrations")]
mod new;
#[cfg(feature = "migrations")]
mod policy;

#[cfg(feature = "migrations")]
use clap::Subcommand;

use crate::ExitStatus;

/// Check PostgreSQL migrations for what would break or block a running release
#[derive(Debug, clap::Args)]
#[cfg(feature = "migrations")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "migrations")]
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

#[cfg(feature = "migrations")]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
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

/// Check PostgreSQL migrations (needs the feature `migrations`)
#[derive(Debug, clap::Args)]
#[cfg(not(feature = "migrations"))]
pub(crate) struct Args {
    /// A verb and its arguments: check, compat, log or new
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[cfg(not(feature = "migrations"))]
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    Err(crate::missing("migrations", "the SQL grammar", "migrations", &args.rest))
}
