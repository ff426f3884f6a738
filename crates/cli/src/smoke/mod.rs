//! `smoke`: requests to what is deployed, and what their answers must be.

#[cfg(feature = "delivery")]
mod list;
#[cfg(feature = "delivery")]
mod run;

#[cfg(feature = "delivery")]
use clap::Subcommand;

use crate::Program;
use crate::Verdict;

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
pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    match &args.command {
        Command::Run(args) => run::run(args, program),
        Command::List(args) => list::run(args),
    }
}

/// The suites in these files, or in all files of the folder `smoke`.
///
/// # Errors
/// Fails for a file that is no suite. No file at all is wrong usage.
#[cfg(feature = "delivery")]
fn suites(files: &[std::path::PathBuf]) -> anyhow::Result<Vec<formwork_release::smoke::Suite>> {
    use formwork_release::smoke::Suite;

    let mut files = files.to_vec();
    if files.is_empty() {
        files = glob::glob("smoke/*.toml")?.collect::<Result<_, _>>()?;
        if files.is_empty() {
            return Err(crate::UsageError(
                "there are no smoke tests: no `smoke/*.toml` here\n  hint: name the files".to_owned(),
            )
            .into());
        }
    }
    Ok(files.iter().map(|file| Suite::read(file)).collect::<Result<_, _>>()?)
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
pub(crate) fn run(args: &Args, _program: &Program) -> anyhow::Result<Verdict> {
    Err(crate::missing_delivery("smoke", &args.rest))
}
