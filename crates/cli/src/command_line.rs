//! What the command line takes, and where it goes.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
#[cfg(not(all(feature = "delivery", feature = "hcl", feature = "migrations", feature = "pipelines")))]
use formwork_core::Hint;
use formwork_synth::{Synthesized, synthesize};

#[cfg(feature = "sandbox")]
use crate::sandbox;
use crate::{Program, print};
use crate::{
    apply, bindings, bootstrap, completions, cost, destroy, diff, drift, gate, graph, import, list,
    migrations, moves, output, pipelines, plan, release, schema, smoke, synth, unlock, validate,
};

/// Typed Rust infrastructure, synthesized to Terraform JSON.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo run --", disable_help_subcommand = true)]
pub(crate) struct CommandLine {
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
    Apply(apply::Args),
    Destroy(destroy::Args),
    Output(output::Args),
    Drift(drift::Args),
    Import(import::Args),
    Unlock(unlock::Args),
    Bootstrap(bootstrap::Args),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Args),
    Bindings(bindings::Args),
    Schema(schema::Args),
    Migrations(migrations::Args),
    Release(release::Args),
    Gate(gate::Args),
    Pipelines(pipelines::Args),
    Smoke(smoke::Args),
    Completions(completions::Args),
}

/// What a command found: a failed check is not an error, but it ends with exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Exit code 0.
    Success,
    /// Exit code 1.
    Failure,
    /// There is something to apply, and the caller asked to be told so by exit code 2.
    Changes,
}

impl ExitStatus {
    /// A success if a check passed, else a failure.
    pub(crate) const fn of(passed: bool) -> Self {
        if passed { Self::Success } else { Self::Failure }
    }
}

/// A command that was called in a way that makes no sense: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub String);

/// Says how to get a verb that this program was built without: by a feature, and what that brings.
#[cfg(not(all(feature = "delivery", feature = "hcl", feature = "migrations", feature = "pipelines")))]
pub(crate) fn missing(feature: &str, brings: &str, verb: &str, rest: &[String]) -> anyhow::Error {
    let rest = rest.join(" ");
    let rest = if rest.is_empty() { "--help" } else { &rest };
    UsageError(format!("this program was built without the feature `{feature}`, which brings {brings}{}", Hint::new(format!("run `cargo run --features {feature} -- {verb} {rest}`; your own package forwards the feature with `{feature} = [\"formwork/{feature}\"]`"))))
    .into()
}

/// Says how to get a verb that talks to AWS or GitHub.
#[cfg(not(feature = "delivery"))]
pub(crate) fn missing_delivery(verb: &str, rest: &[String]) -> anyhow::Error {
    missing("delivery", "the clients of AWS and GitHub", verb, rest)
}

/// Synthesizes the program. Mistakes in it are printed, with what follows from them; then there is nothing.
pub(crate) fn synthesized(program: &Program, consequence: &str) -> anyhow::Result<Option<Synthesized>> {
    let synthesized = synthesize(program.build()?, &program.library)?;
    if !synthesized.diagnostics.is_empty() {
        print::diagnostics(&synthesized.diagnostics, consequence);
        return Ok(None);
    }
    Ok(Some(synthesized))
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
            Command::Apply(args) => apply::run(&args, program),
            Command::Destroy(args) => destroy::run(&args, program),
            Command::Output(args) => output::run(&args, program),
            Command::Drift(args) => drift::run(&args, program),
            Command::Import(args) => import::run(&args, program),
            Command::Unlock(args) => unlock::run(&args, program),
            Command::Bootstrap(args) => bootstrap::run(&args, program),
            #[cfg(feature = "sandbox")]
            Command::Sandbox(args) => sandbox::run(&args, program),
            Command::Bindings(args) => bindings::run(&args, program),
            Command::Schema(args) => schema::run(&args, program),
            Command::Migrations(args) => migrations::run(&args),
            Command::Release(args) => release::run(&args, program),
            Command::Gate(args) => gate::run(&args, program),
            Command::Pipelines(args) => pipelines::run(&args, program),
            Command::Smoke(args) => smoke::run(&args, program),
            Command::Completions(args) => completions::run(&args),
        };
        match result {
            Ok(ExitStatus::Success) => ExitCode::SUCCESS,
            Ok(ExitStatus::Failure) => ExitCode::FAILURE,
            Ok(ExitStatus::Changes) => ExitCode::from(2),
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
