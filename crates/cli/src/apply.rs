//! `apply`: brings what there is in line with the program.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use formwork_core::Hint;
use formwork_terraform::{PlanFolder, PlanMode};

use crate::Program;
use crate::changed::ChangedArgs;
use crate::runner::age::Older;
use crate::runner::apply::{ApplySettings, Approval, HookRuns};
use crate::runner::letting_go::LettingGo;
use crate::runner::{
    Order, PlanningArgs, Reach, ReportArgs, Session, SessionArgs, StackArgs, check_terminal,
};
use crate::select::Selection;
use crate::{ExitStatus, UsageError};

/// Apply the stacks, each after those that it needs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    changed: ChangedArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Only take over into the state what has changed outside
    #[arg(long, conflicts_with = "plan_dir")]
    refresh_only: bool,
    /// Apply the plans that `plan --plan-dir` kept in this folder, and nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["target", "further"])]
    plan_dir: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
    /// Run the stacks' `before_apply` and `after_apply` in the sandbox too
    #[arg(long)]
    run_hooks: bool,
    /// Apply a commit that is older than what was applied: somebody means it
    #[arg(long, env = "FORMWORK_OLDER", value_parser = FalseyValueParser::new())]
    older: bool,
    /// Begin no further stack once one has failed
    #[arg(long)]
    fail_fast: bool,
    /// Go on with what does not need a stack that has failed: the default
    #[arg(long, conflicts_with = "fail_fast")]
    keep_going: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let file = args.report.begin("apply")?;
    let approval = if args.auto_approve { Approval::Given } else { Approval::Asked };
    let can_ask = || {
        if args.plan_dir.is_none() && approval == Approval::Asked {
            check_terminal(
                "review with `plan --plan-dir` and apply with `apply --plan-dir`, or give --auto-approve",
            )?;
            check_not_json(args.stacks.json)?;
        }
        Ok(())
    };
    let selection = Selection::of(&args.stacks.patterns).changed(&args.changed);
    let Some(session) = Session::open_if(program, &args.session, selection, Reach::Program, can_ask)? else {
        return Ok(ExitStatus::Failure);
    };
    let session = session.fail_fast(args.fail_fast);
    if !session.check_gone() {
        file.write(&session.none_begun(), ExitStatus::Failure)?;
        return Ok(ExitStatus::Failure);
    }
    let mode = if args.refresh_only { PlanMode::RefreshOnly } else { PlanMode::Apply };
    let settings = ApplySettings {
        options: args.planning.options(mode),
        guards: &args.planning.fail_on,
        approval,
        reviewed: args.plan_dir.clone().map(PlanFolder::new),
        older: if args.older { Older::Applied } else { Older::Refused },
        hooks: if args.run_hooks { HookRuns::Everywhere } else { HookRuns::ForReal },
    };
    let workspaces = session.workspaces()?;
    Session::check_variables(&settings.options, &workspaces)?;
    let needs = session.needs(&workspaces);
    let width = args.stacks.stack_parallelism;
    let all = LettingGo::new(&session, &settings, &workspaces, width);
    let report = session
        .run(&workspaces, Order::Needs(&needs), width, |workspace, progress| all.apply(workspace, progress));
    if args.stacks.json {
        report.write_json()?;
    }
    let status = report.exit_status();
    report.summarize(status);
    file.write(&report, status)?;
    session.note_retired(selection, args.stacks.stack_parallelism);
    Ok(status)
}

/// Fails if a question would come among JSON.
///
/// # Errors
/// To ask and to write JSON at once is wrong usage.
pub(crate) fn check_not_json(json: bool) -> Result<(), UsageError> {
    if json {
        let hint = Hint::new("give --auto-approve too");
        return Err(UsageError(format!("--json asks no questions{hint}")));
    }
    Ok(())
}
