//! `pipelines`: GitHub workflows that are rendered from the program.

#[cfg(feature = "pipelines")]
mod check;
#[cfg(feature = "pipelines")]
mod graph;
#[cfg(feature = "pipelines")]
mod init;
#[cfg(feature = "pipelines")]
mod linters;
#[cfg(feature = "pipelines")]
mod render;
#[cfg(feature = "pipelines")]
mod rendered;

#[cfg(feature = "pipelines")]
use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Render GitHub workflows from the program, and check them
#[derive(Debug, clap::Args)]
#[cfg(feature = "pipelines")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "pipelines")]
#[derive(Debug, Subcommand)]
enum Command {
    Render(render::Args),
    Check(check::Args),
    Init(init::Args),
    Graph(graph::Args),
}

#[cfg(feature = "pipelines")]
pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Render(args) => render::run(args, program),
        Command::Check(args) => check::run(args, program),
        Command::Init(args) => init::run(args, program),
        Command::Graph(args) => graph::run(args, program),
    }
}

/// Render GitHub workflows from the program (needs the feature `pipelines`)
#[derive(Debug, clap::Args)]
#[cfg(not(feature = "pipelines"))]
pub(crate) struct Args {
    /// A verb and its arguments: render, check, init or graph
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[cfg(not(feature = "pipelines"))]
pub(crate) fn run(args: &Args, _: &Program) -> anyhow::Result<ExitStatus> {
    Err(crate::missing("pipelines", "the template engine", "pipelines", &args.rest))
}
