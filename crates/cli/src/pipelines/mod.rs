//! `pipelines`: GitHub workflows that are rendered from the program.

mod check;
mod graph;
mod init;
mod linters;
mod protections;
mod render;
mod rendered;

use clap::Subcommand;

use crate::ExitStatus;
use crate::Program;

/// Render GitHub workflows from the program, and check them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Render(render::Args),
    Check(check::Args),
    Init(Box<init::Args>),
    Graph(graph::Args),
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Render(args) => render::run(args, program),
        Command::Check(args) => check::run(args, program),
        Command::Init(args) => init::run(args, program),
        Command::Graph(args) => graph::run(args, program),
    }
}
