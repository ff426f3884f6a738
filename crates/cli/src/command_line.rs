//! What the command line takes, and where it goes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::print;
use crate::program::Program;
#[cfg(feature = "sandbox")]
use crate::sandbox;
use crate::usage::UsageError;
use crate::{
    adopt, apply, bindings, bootstrap, comment, completions, convert, cost, destroy, diff, drift, gate,
    graph, import, list, migrations, moves, output, pipelines, plan, port, providers, release, review,
    schema, smoke, synth, terraform, unlock, validate,
};

/// Typed Rust infrastructure, synthesized to Terraform JSON.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo run --", disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    /// Folder with the lock files of providers
    #[arg(long, global = true, value_name = "DIR", env = "FORMWORK_LOCKS", default_value = "providers")]
    locks: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Synth(synth::Args),
    List(list::Args),
    Diff(diff::Args),
    Moves(moves::Args),
    Graph(graph::Args),
    Cost(cost::Args),
    Validate(validate::Args),
    Plan(plan::Args),
    Review(review::Args),
    Apply(apply::Args),
    Destroy(destroy::Args),
    Output(output::Args),
    Comment(comment::Args),
    Drift(drift::Args),
    Import(import::Args),
    Unlock(unlock::Args),
    Terraform(terraform::Args),
    Bootstrap(bootstrap::Args),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Args),
    Providers(providers::Args),
    Bindings(bindings::Args),
    Convert(convert::Args),
    Port(port::Args),
    Adopt(adopt::Args),
    Schema(schema::Args),
    Migrations(migrations::Args),
    Release(release::Args),
    Gate(gate::Args),
    Pipelines(pipelines::Args),
    Smoke(smoke::Args),
    Completions(completions::Args),
}

impl Program {
    /// Runs the command line of this process.
    #[must_use]
    pub fn run(self) -> ExitCode {
        self.run_with(std::env::args_os())
    }

    /// Runs a command line; the first argument is the program's name.
    #[must_use]
    pub fn run_with(mut self, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        match parsed(arguments) {
            Ok(command_line) => {
                self.locks.clone_from(&command_line.locks);
                command_line.run(&self)
            }
            Err(error) => {
                // Nothing can be done if the terminal is gone.
                let _ = error.print();
                ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
            }
        }
    }
}

/// The verbs of a program, as their help shows them.
#[must_use]
pub fn verbs() -> clap::Command {
    CommandLine::command()
}

/// Reads a command line. What it is called in texts is what whoever wrote it called it.
fn parsed(arguments: Vec<OsString>) -> Result<CommandLine, clap::Error> {
    let is_tool = arguments.first().is_some_and(|name| name == "formwork");
    let command = CommandLine::command();
    let command = if is_tool { command.bin_name("formwork") } else { command };
    CommandLine::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

impl CommandLine {
    pub(crate) fn run(self, program: &Program) -> ExitCode {
        let result = match self.command {
            Command::Synth(args) => synth::run(&args, program),
            Command::List(args) => list::run(&args, program),
            Command::Diff(args) => diff::run(&args, program),
            Command::Cost(args) => cost::run(&args, program),
            Command::Moves(args) => moves::run(&args, program),
            Command::Graph(args) => graph::run(&args, program),
            Command::Validate(args) => validate::run(&args, program),
            Command::Plan(args) => plan::run(&args, program),
            Command::Review(args) => review::run(args, program),
            Command::Apply(args) => apply::run(&args, program),
            Command::Destroy(args) => destroy::run(&args, program),
            Command::Output(args) => output::run(&args, program),
            Command::Comment(args) => comment::run(&args),
            Command::Drift(args) => drift::run(&args, program),
            Command::Import(args) => import::run(&args, program),
            Command::Terraform(args) => terraform::run(&args, program),
            Command::Unlock(args) => unlock::run(&args, program),
            Command::Bootstrap(args) => bootstrap::run(&args, program),
            #[cfg(feature = "sandbox")]
            Command::Sandbox(args) => sandbox::run(&args, program),
            Command::Providers(args) => providers::run(&args, program),
            Command::Bindings(args) => bindings::run(&args, program),
            Command::Convert(args) => convert::run(&args, program),
            Command::Port(args) => port::run(&args, program),
            Command::Adopt(args) => adopt::run(&args, program),
            Command::Schema(args) => schema::run(&args, program),
            Command::Migrations(args) => migrations::run(&args, program),
            Command::Release(args) => release::run(&args, program),
            Command::Gate(args) => gate::run(&args, program),
            Command::Pipelines(args) => pipelines::run(&args, program),
            Command::Smoke(args) => smoke::run(&args, program),
            Command::Completions(args) => completions::run(&args),
        };
        match result {
            Ok(status) => ExitCode::from(status.code()),
            Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
            Err(error) => {
                print::error(&format!("{error:#}"));
                ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
            }
        }
    }
}

/// The reader of our output went away, as `head` does: that is its right.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(is_pipe))
}
