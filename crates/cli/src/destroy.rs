//! `destroy`: takes down what the stacks have built.

use std::path::PathBuf;

use formwork_synth::reversed;
use formwork_terraform::{PlanFolder, PlanMode};

use crate::ExitStatus;
use crate::Program;
use crate::apply::check_not_json;
use crate::runner::apply::{ApplySettings, Approval};
use crate::runner::{PlanningArgs, Session, SessionArgs, StackArgs, check_terminal};

/// Destroy everything in the stacks, each before those that it needs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    /// Carry out the plans that `plan --destroy --plan-dir` kept in this folder, and nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["target", "further"])]
    plan_dir: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let approval = if args.auto_approve { Approval::Given } else { Approval::Asked };
    if args.plan_dir.is_none() && approval == Approval::Asked {
        check_terminal("look with `plan --destroy`, then give --auto-approve")?;
        check_not_json(args.stacks.json)?;
    }
    let Some(session) = Session::open(program, &args.session, &args.stacks.patterns)? else {
        return Ok(ExitStatus::Failure);
    };
    let settings = ApplySettings {
        options: args.planning.options(PlanMode::Destroy),
        guards: &args.planning.fail_on,
        approval,
        reviewed: args.plan_dir.clone().map(PlanFolder::new),
    };
    let workspaces = session.workspaces()?;
    Session::check_variables(&settings.options, &workspaces)?;
    let needs = reversed(&session.needs(&workspaces));
    let report = session.run(&workspaces, &needs, args.stacks.stack_parallelism, |workspace, progress| {
        settings.apply(workspace, progress)
    });
    if args.stacks.json {
        report.write_json()?;
    }
    let status = settings.exit_status(&report);
    report.summarize(status);
    Ok(status)
}
