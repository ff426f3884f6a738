//! `bootstrap`: creates the stack that holds the states, and moves its own state there.

use formwork_core::Hint;
use formwork_terraform::{PlanMode, Remaining, StackError, Workspace, bootstrap};

use crate::Program;
use crate::apply::check_not_json;
use crate::runner::age::Older;
use crate::runner::apply::{ApplySettings, Approval, HookRuns};
use crate::runner::{
    Order, PlanningArgs, Progress, Session, SessionArgs, StackReport, Status, check_terminal,
};
use crate::{ExitStatus, UsageError, print};

/// Create the stack that holds the states, and move its own state there; safe to run again at any time
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack [default: the one that creates the bucket of its own state]
    stack: Option<String>,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let approval = if args.auto_approve { Approval::Given } else { Approval::Asked };
    if approval == Approval::Asked {
        check_terminal("give --auto-approve")?;
        check_not_json(args.json)?;
    }
    let patterns: Vec<String> = args.stack.iter().cloned().collect();
    let Some(session) = Session::open(program, &args.session, &patterns)? else {
        return Ok(ExitStatus::Failure);
    };
    let mut workspaces = session.workspaces()?;
    if args.stack.is_none() {
        workspaces.retain(bootstrap::makes_its_own_backend);
    }
    if workspaces.len() != 1 {
        let names: Vec<&str> = workspaces.iter().map(Workspace::name).collect();
        let found = if names.is_empty() {
            "no stack creates".to_owned()
        } else {
            format!("not one stack, but {} create", names.join(", "))
        };
        return Err(UsageError(format!(
            "{found} the bucket of its own state{}",
            Hint::new("name the stack")
        ))
        .into());
    }
    let workspaces: Vec<Workspace<'_>> = workspaces.into_iter().map(Workspace::bootstrapping).collect();
    let settings = ApplySettings {
        older: Older::Refused,
        hooks: HookRuns::ForReal,
        options: args.planning.options(PlanMode::Apply),
        guards: &args.planning.fail_on,
        approval,
        reviewed: None,
    };
    Session::check_variables(&settings.options, &workspaces)?;
    let report = session.run(&workspaces, Order::Needs(&[Vec::new()]), 1, |workspace, progress| {
        bootstrap_one(workspace, &settings, progress)
    });
    if args.json {
        report.write_json()?;
    }
    let status = report.exit_status();
    report.summarize(status);
    Ok(status)
}

fn bootstrap_one(
    workspace: &Workspace<'_>,
    settings: &ApplySettings<'_>,
    progress: &Progress<'_>,
) -> Result<StackReport, StackError> {
    let name = workspace.name();
    progress.begin("looking for its state", 0);
    match bootstrap::remaining(workspace)? {
        Remaining::Nothing => {
            progress.display.apart(|| print::note(&format!("{name}: its state is where it belongs already")));
            return Ok(StackReport::new(name, Status::Unchanged));
        }
        Remaining::FromLocalFile => {
            progress
                .display
                .apart(|| print::note(&format!("{name}: continues with the state in the local file")));
        }
        Remaining::Everything => {}
    }
    bootstrap::use_local_file(workspace)?;
    let report = settings.apply(workspace, progress)?;
    if !report.status.is_good() {
        return Ok(report);
    }
    progress.begin("moving its state to where it belongs", 0);
    bootstrap::move_state(workspace)?;
    Ok(StackReport { status: Status::Applied, ..report })
}
