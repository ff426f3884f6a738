//! `plan`: what an apply would do.

mod markdown;

use std::io::Write;
use std::path::PathBuf;

use crate::Program;
use crate::runner::{
    PlaceArgs, PlanningArgs, Progress, Report, Site, StackArgs, StackReport, Status, apply, text,
};
use crate::{Verdict, print};
use formwork_terraform::{Failure, Options, PlanFolder, PlanMode, PlanOutcome, Planned, Workspace, plan};

/// Show what an apply would change
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    place: PlaceArgs,
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

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some(site) = Site::open(program, &args.place, &args.stacks.patterns)? else {
        return Ok(Verdict::Bad);
    };
    let mode = match (args.destroy, args.refresh_only) {
        (true, _) => PlanMode::Destroy,
        (_, true) => PlanMode::RefreshOnly,
        _ => PlanMode::Apply,
    };
    let options = args.planning.options(mode);
    let workspaces = site.workspaces()?;
    Site::check_variables(&options, &workspaces)?;
    let folder = args.plan_dir.clone().map(PlanFolder::new);
    // A plan reads what other stacks have brought about so far, so that no plan waits for another.
    let order = vec![Vec::new(); workspaces.len()];
    let report = site.run(&workspaces, &order, args.stacks.stack_parallelism, |workspace, progress| {
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
    note_pending(&site, &workspaces, &report);
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
    let verdict = verdict(args, &report);
    report.summarize(verdict);
    Ok(verdict)
}

fn plan_one(
    workspace: &Workspace<'_>,
    options: &Options,
    folder: Option<&PlanFolder>,
    progress: &Progress<'_>,
) -> Result<StackReport, Failure> {
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
    let outcome = match (&planned, folder) {
        (Planned::Unchanged(_), _) => PlanOutcome::Unchanged,
        (Planned::Deferred(missing), _) => PlanOutcome::Deferred(missing.clone()),
        (Planned::Changed(plan), Some(folder)) => {
            PlanOutcome::Changed { plan: folder.plan_digest(name)?, summary: plan.summary }
        }
        (Planned::Changed(plan), None) => PlanOutcome::Changed { plan: String::new(), summary: plan.summary },
    };
    if let Some(folder) = folder {
        folder.record(workspace, options, outcome)?;
    }
    Ok(match planned {
        Planned::Unchanged(diagnostics) => {
            StackReport { diagnostics, ..StackReport::new(name, Status::Unchanged) }
        }
        Planned::Deferred(missing) => StackReport::new(name, Status::Deferred(missing)),
        Planned::Changed(plan) => StackReport {
            summary: Some(plan.summary),
            changes: Some(plan.changes),
            diagnostics: plan.warnings,
            ..StackReport::new(name, Status::Planned)
        },
    })
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

/// Says which plans were made with outputs that another plan is about to change.
fn note_pending(site: &Site, workspaces: &[Workspace<'_>], report: &Report) {
    for (position, needs) in site.needs(workspaces).iter().enumerate() {
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

fn verdict(args: &Args, report: &Report) -> Verdict {
    // A stack that is deferred is as good as it can be before the apply.
    let is_bad =
        |stack: &StackReport| matches!(stack.status, Status::Failed | Status::Skipped(_) | Status::Stopped);
    let is_pending = |stack: &StackReport| matches!(stack.status, Status::Planned | Status::Deferred(_));
    match (report.stacks.iter().any(is_bad), report.stacks.iter().any(is_pending)) {
        (true, _) => Verdict::Bad,
        (false, true) if args.detailed_exitcode => Verdict::Changes,
        _ => Verdict::Good,
    }
}
