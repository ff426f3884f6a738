//! `review`: shows plans that were kept, to who has to decide.

use std::path::PathBuf;

use crate::plan;
use crate::runner::{PlanningArgs, SessionArgs, StackArgs};
use crate::usage::folder_parser;
use crate::{ExitStatus, Program};

/// Show the plans in a folder to who reviews them, as a page with --html
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    /// The folder that `plan --plan-dir` kept them in
    #[arg(long, value_name = "DIR", value_parser = folder_parser())]
    plan_dir: PathBuf,
    /// Write a page to this file, which needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print a comment for a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

pub(crate) fn run(args: Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Args { stacks, session, planning, plan_dir, html, markdown } = args;
    plan::run(
        &plan::Args::of_reviewed(stacks, session, planning, plan::Kept { plan_dir, html, markdown }),
        program,
    )
}
