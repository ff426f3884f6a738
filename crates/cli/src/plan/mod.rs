//! `plan`: what an apply would do.

mod markdown;

use std::io::Write;
use std::path::PathBuf;

use formwork_terraform::{Options, PlanFolder, PlanMode, StackError, Workspace, plan};

use crate::Program;
use crate::runner::{
    PlanningArgs, Progress, Reach, Report, Session, SessionArgs, StackArgs, StackReport, Status, apply,
    letting_go, report, text,
};
use crate::{ExitStatus, print};

/// Show what an apply would change
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    /// Only take over into the state what has changed outside
    #[arg(long)]
    refresh_only: bool,
    /// Plan to destroy everything
    #[arg(long, conflicts_with = "refresh_only")]
    destroy: bool,
    /// Keep the plans in this folder, for `apply --plan-dir`
    #[arg(long, value_name = "DIR")]
    plan_dir: Option<PathBuf>,
    /// Print a comment for a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Exit with 2 if there is something to apply
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let reach = if args.destroy { Reach::Retired } else { Reach::Program };
    let opened = Session::open_if(program, &args.session, &args.stacks.patterns, reach, || Ok(()));
    let Some(session) = opened? else {
        return Ok(ExitStatus::Failure);
    };
    let mode = match (args.destroy, args.refresh_only) {
        (true, _) => PlanMode::Destroy,
        (_, true) => PlanMode::RefreshOnly,
        _ => PlanMode::Apply,
    };
    if mode == PlanMode::Apply && !session.check_gone() {
        return Ok(ExitStatus::Failure);
    }
    let options = args.planning.options(mode);
    let workspaces = session.workspaces()?;
    Session::check_variables(&options, &workspaces)?;
    let folder = args.plan_dir.clone().map(PlanFolder::new);
    // A plan reads what other stacks have brought about so far, so that no plan waits for another.
    let order = vec![Vec::new(); workspaces.len()];
    let report = session.run(&workspaces, &order, args.stacks.stack_parallelism, |workspace, progress| {
        let report = plan_one(workspace, &options, folder.as_ref(), progress)?;
        let guarded = report.changes.as_ref().map(|changes| apply::check(&args.planning.fail_on, changes));
        Ok(match guarded {
            // The plan stays in the report, to be seen by who has to decide.
            Some(Err(failure)) => StackReport {
                status: Status::Failed,
                diagnostics: [failure.diagnostics, report.diagnostics].concat(),
                ..report
            },
            _ => report,
        })
    });
    note_pending(&session, &workspaces, &report);
    if mode == PlanMode::Apply {
        note_dropped(&report);
    }
    if args.markdown {
        let pointer = match &args.plan_dir {
            Some(folder) => format!("the plans in `{}`", folder.display()),
            None => "`cargo run -- plan`".to_owned(),
        };
        anstream::stdout().write_all(markdown::comment(&report, &pointer).as_bytes())?;
    } else if args.stacks.json {
        report.write_json()?;
    } else {
        // In the order of the names, whichever was ready first.
        write_plans(&report, &mut anstream::stdout().lock())?;
    }
    let status = exit_status(args, &report);
    report.summarize(status);
    session.note_retired(&args.stacks.patterns);
    Ok(status)
}

fn plan_one(
    workspace: &Workspace<'_>,
    options: &Options,
    folder: Option<&PlanFolder>,
    progress: &Progress<'_>,
) -> Result<StackReport, StackError> {
    let name = workspace.name();
    let scratch = tempfile::Builder::new().prefix("formwork-plan-").tempdir()?;
    let file = match folder {
        Some(folder) => {
            // An earlier plan must not outlive a failure of this one.
            folder.clear(name)?;
            folder.plan_file(name)
        }
        None => scratch.path().join("plan"),
    };
    progress.begin("planning", 0);
    let planned = plan(workspace, options, &file, |event| progress.event(event))?;
    if let Some(folder) = folder {
        folder.record(workspace, options, &planned)?;
    }
    Ok(StackReport::of_plan(name, planned))
}

fn write_plans(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    for stack in &report.stacks {
        if let (Some(changes), Some(summary)) = (&stack.changes, stack.summary) {
            text::write(&stack.stack, changes, out)?;
            writeln!(out, "  {}\n", apply::planned(summary))?;
        }
    }
    Ok(())
}

/// Says which stacks are applied in another order than they read each other.
fn note_dropped(report: &Report) {
    for stack in &report.stacks {
        let dropped = stack.changes.as_ref().map(letting_go::dropped_outputs).unwrap_or_default();
        if !dropped.is_empty() {
            let (name, dropped) = (&stack.stack, report::listed(&dropped));
            print::note(&format!("{name}: drops {dropped}: stacks that have read it are applied before it"));
        }
    }
}

/// Says which plans were made with outputs that another plan is about to change.
fn note_pending(session: &Session, workspaces: &[Workspace<'_>], report: &Report) {
    for (position, needs) in session.needs(workspaces).iter().enumerate() {
        let is_pending = |need: &&usize| report.stacks[**need].changes.is_some();
        let pending: Vec<&str> =
            needs.iter().filter(is_pending).map(|need| workspaces[*need].name()).collect();
        if matches!(report.stacks[position].status, Status::Planned | Status::Unchanged)
            && !pending.is_empty()
        {
            let name = workspaces[position].name();
            print::note(&format!("{name}: planned with the present outputs of {}", pending.join(", ")));
        }
    }
}

fn exit_status(args: &Args, report: &Report) -> ExitStatus {
    // A stack that is deferred is as good as it can be before the apply.
    let is_bad =
        |stack: &StackReport| matches!(stack.status, Status::Failed | Status::Skipped(_) | Status::Stopped);
    let is_pending = |stack: &StackReport| matches!(stack.status, Status::Planned | Status::Deferred(_));
    match (report.stacks.iter().any(is_bad), report.stacks.iter().any(is_pending)) {
        (true, _) => ExitStatus::Failure,
        (false, true) if args.detailed_exitcode => ExitStatus::Changes,
        _ => ExitStatus::Success,
    }
}
