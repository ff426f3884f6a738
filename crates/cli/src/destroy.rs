//! `destroy`: takes down what the stacks have built.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use formwork_core::Hint;
use formwork_synth::reversed;
use formwork_terraform::{Done, PlanFolder, PlanMode, Planned, Schedule, Workspace};

use crate::ExitStatus;
use crate::Program;
use crate::apply::check_not_json;
use crate::print;
use crate::runner::age::Older;
use crate::runner::apply::{ApplySettings, Approval, HookRuns, Prepared};
use crate::runner::{
    Order, PlanningArgs, Progress, Reach, Report, ReportArgs, Session, SessionArgs, StackArgs, StackReport,
    Status, ask, check_terminal, readers,
};
use crate::select::Selection;

/// Destroy everything in the stacks, each before those that it needs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Carry out the plans that `plan --destroy --plan-dir` kept in this folder, and nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["target", "further"])]
    plan_dir: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
    /// Also what stacks that stay have read when they were applied
    #[arg(long)]
    despite_readers: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let file = args.report.begin("destroy")?;
    let approval = if args.auto_approve { Approval::Given } else { Approval::Asked };
    let can_ask = || {
        if args.plan_dir.is_none() && approval == Approval::Asked {
            check_terminal("look with `plan --destroy`, then give --auto-approve")?;
            check_not_json(args.stacks.json)?;
        }
        Ok(())
    };
    let Some(session) = Session::open_if(
        program,
        &args.session,
        Selection::of(&args.stacks.patterns),
        Reach::Retired,
        can_ask,
    )?
    else {
        return Ok(ExitStatus::Failure);
    };
    let settings = ApplySettings {
        options: args.planning.options(PlanMode::Destroy),
        guards: &args.planning.fail_on,
        approval,
        reviewed: args.plan_dir.clone().map(PlanFolder::new),
        older: Older::Refused,
        hooks: HookRuns::ForReal,
    };
    let workspaces = session.workspaces()?;
    Session::check_variables(&settings.options, &workspaces)?;
    let width = args.stacks.stack_parallelism;
    if !args.despite_readers && !may_leave_readers(&session, &workspaces, &settings, width)? {
        file.write(&session.none_begun(), ExitStatus::Failure)?;
        return Ok(ExitStatus::Failure);
    }
    let needs = reversed(&session.needs(&workspaces));
    let report = if settings.reviewed.is_some() {
        session.run(&workspaces, Order::Needs(&needs), width, |workspace, progress| {
            settings.apply(workspace, progress)
        })
    } else {
        match prepare(&session, &settings, &workspaces, width) {
            Ok(prepared) if is_for_nothing(&settings, &prepared) => {
                let targets = settings.options.targets.join(", ");
                print::error(&format!("nothing that was applied is {targets}; nothing was destroyed"));
                file.write(&session.none_begun(), ExitStatus::Failure)?;
                return Ok(ExitStatus::Failure);
            }
            Ok(prepared) => destroy(&session, &settings, &workspaces, prepared, &needs, width),
            Err(report) => report,
        }
    };
    if args.stacks.json {
        report.write_json()?;
    }
    session.forget_retired(&report)?;
    let status = report.exit_status();
    report.summarize(status);
    file.write(&report, status)?;
    Ok(status)
}

/// Whether stacks that stay may lose what they have read.
fn may_leave_readers(
    session: &Session,
    workspaces: &[Workspace<'_>],
    settings: &ApplySettings<'_>,
    width: usize,
) -> anyhow::Result<bool> {
    let readers = match readers::of(session, workspaces, &settings.options, width) {
        Ok(readers) => readers,
        Err(failure) => {
            let failure = failure.hint("--despite-readers destroys it all the same");
            failure.diagnostics.iter().for_each(|diagnostic| print::error(&diagnostic.to_string()));
            return Ok(false);
        }
    };
    if readers.is_empty() {
        return Ok(true);
    }
    let described = readers::describe(&readers);
    // A destroy by reviewed plans asks nothing.
    if settings.approval == Approval::Asked && settings.reviewed.is_none() {
        print::note(&format!("these stacks stay, and need what is to be destroyed:\n{described}"));
        let question = "Go on all the same? Only `yes` does it:";
        return Ok(session.display.apart(|| ask(&session.terraform.interrupt, question)));
    }
    let names: Vec<&str> = readers.iter().map(|reader| reader.stack.as_str()).collect();
    let hint = format!(
        "destroy them too (`destroy {} …`), apply them without it first, or give --despite-readers",
        names.join(" ")
    );
    print::error(&format!(
        "stacks that stay need what is to be destroyed; nothing was destroyed\n{described}{}",
        Hint::new(hint)
    ));
    Ok(false)
}

/// Plans everything before anything goes: a chain of stacks that need each other is destroyed as a whole or stays.
fn prepare(
    session: &Session,
    settings: &ApplySettings<'_>,
    workspaces: &[Workspace<'_>],
    width: usize,
) -> Result<Vec<Prepared>, Report> {
    let order = vec![Vec::new(); workspaces.len()];
    let is_stopped = || session.terraform.interrupt.is_requested();
    let done = Schedule { needs: &order, width, is_stopped: &is_stopped }.run(
        |position| {
            let workspace = &workspaces[position];
            let progress = Progress::new(&session.display, workspace.name());
            let prepared = session.timed(workspace.name(), || settings.prepare(workspace, &progress));
            session.display.end(workspace.name());
            prepared
        },
        |_| false,
    );
    let (mut prepared, mut failed) = (Vec::new(), Vec::new());
    for (workspace, done) in workspaces.iter().zip(done) {
        match done {
            Done::Finished(Ok(one)) => prepared.push(one),
            Done::Finished(Err(failure)) => failed.push((workspace.name(), failure)),
            Done::Blocked(_) | Done::Stopped => {}
        }
    }
    if prepared.len() == workspaces.len() {
        return Ok(prepared);
    }
    let mut stacks: Vec<StackReport> =
        workspaces.iter().map(|workspace| StackReport::new(workspace.name(), Status::Stopped)).collect();
    for (name, failure) in failed {
        if let Some(report) = stacks.iter_mut().find(|report| report.stack == name) {
            *report = StackReport::failed(name, failure);
        }
    }
    stacks.iter().for_each(StackReport::print_outcome);
    Err(session.report(stacks))
}

/// Whether targets were given, and no stack has any of them.
fn is_for_nothing(settings: &ApplySettings<'_>, prepared: &[Prepared]) -> bool {
    let is_unchanged = |prepared: &Prepared| matches!(prepared.planned, Planned::Unchanged(_));
    !settings.options.targets.is_empty() && prepared.iter().all(is_unchanged)
}

/// Destroys what was planned, each stack before those that it needs, after all questions were answered.
fn destroy(
    session: &Session,
    settings: &ApplySettings<'_>,
    workspaces: &[Workspace<'_>],
    prepared: Vec<Prepared>,
    needs: &[Vec<usize>],
    width: usize,
) -> Report {
    let mut permitted = BTreeMap::new();
    for (workspace, prepared) in workspaces.iter().zip(prepared) {
        let is_permitted = match &prepared.planned {
            Planned::Changed(plan) => settings.is_permitted(workspace, plan, &session.display),
            _ => true,
        };
        if is_permitted {
            permitted.insert(workspace.name(), prepared);
        }
    }
    let permitted = Mutex::new(permitted);
    session.run(workspaces, Order::Needs(needs), width, |workspace, progress| {
        let prepared = permitted.lock().unwrap_or_else(PoisonError::into_inner).remove(workspace.name());
        match prepared {
            Some(prepared) => settings.apply_prepared(prepared, workspace, progress),
            None => Ok(StackReport::new(workspace.name(), Status::Declined)),
        }
    })
}
