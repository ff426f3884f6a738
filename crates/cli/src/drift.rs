//! `drift`: what has changed outside since the last apply.

use formwork_terraform::{PlanMode, Reading, ScratchFolder, plan};

use crate::runner::{
    Order, ReadingArgs, ReportArgs, Session, SessionArgs, StackArgs, StackReport, Status, text,
};
use crate::{ExitStatus, Program};

/// Find what has changed outside since the last apply; exit with 1 if anything has
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let file = args.report.begin("drift")?;
    let Some(session) = Session::open(program, &args.session, &args.stacks.patterns)? else {
        return Ok(ExitStatus::Failure);
    };
    let options = args.reading.options(PlanMode::RefreshOnly);
    let workspaces = session.workspaces()?;
    Session::check_variables(&options, &workspaces)?;
    let order = vec![Vec::new(); workspaces.len()];
    let report = session.run(
        &workspaces,
        Order::After(&order),
        args.stacks.stack_parallelism,
        |workspace, progress| {
            let scratch = ScratchFolder::new()?;
            let file = scratch.file("plan")?;
            progress.begin("looking for drift", 0);
            let planned = plan(workspace, &options, &file, &Reading::Applied, |event| progress.event(event))?;
            let report = StackReport::of_plan(workspace.name(), planned);
            Ok(match report.status {
                Status::Planned => StackReport { status: Status::Drifted, summary: None, ..report },
                _ => report,
            })
        },
    );
    if args.stacks.json {
        report.write_json()?;
    } else {
        let mut stdout = anstream::stdout().lock();
        for stack in &report.stacks {
            if let Some(changes) = &stack.changes {
                text::write(&stack.stack, changes, &mut stdout)?;
            }
        }
    }
    // What was never applied has not drifted.
    let is_well = |stack: &StackReport| matches!(stack.status, Status::Unchanged | Status::Deferred(_));
    let status = ExitStatus::of(report.stacks.iter().all(is_well));
    report.summarize(status);
    file.write(&report, status)?;
    Ok(status)
}
