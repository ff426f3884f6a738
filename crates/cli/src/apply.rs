//! `apply`: brings what there is in line with the program.

use std::path::PathBuf;

use crate::Program;
use crate::runner::apply::{ApplySettings, Approval};
use crate::runner::{PlaceArgs, PlanningArgs, Site, StackArgs, check_terminal};
use crate::{UsageError, Verdict};
use formwork_terraform::{PlanFolder, PlanMode};

/// Apply the stacks, each after those that it needs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    /// Only take over into the state what has changed outside
    #[arg(long, conflicts_with = "plan_dir")]
    refresh_only: bool,
    /// Apply the plans that `plan --plan-dir` kept in this folder, and nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["target", "further"])]
    plan_dir: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let approval = if args.auto_approve { Approval::Given } else { Approval::Asked };
    if args.plan_dir.is_none() && approval == Approval::Asked {
        check_terminal(
            "review with `plan --plan-dir` and apply with `apply --plan-dir`, or give --auto-approve",
        )?;
        check_not_json(args.stacks.json)?;
    }
    let Some(site) = Site::open(program, &args.place, &args.stacks.patterns)? else {
        return Ok(Verdict::Bad);
    };
    let mode = if args.refresh_only { PlanMode::RefreshOnly } else { PlanMode::Apply };
    let settings = ApplySettings {
        options: args.planning.options(mode),
        guards: &args.planning.fail_on,
        approval,
        reviewed: args.plan_dir.clone().map(PlanFolder::new),
    };
    let workspaces = site.workspaces()?;
    Site::check_variables(&settings.options, &workspaces)?;
    let needs = site.needs(&workspaces);
    let report = site.run(&workspaces, &needs, args.stacks.stack_parallelism, |workspace, progress| {
        settings.apply(workspace, progress)
    });
    if args.stacks.json {
        report.write_json()?;
    }
    let verdict = settings.verdict(&report);
    report.summarize(verdict);
    Ok(verdict)
}

/// Fails if a question would come among JSON.
///
/// # Errors
/// To ask and to write JSON at once is wrong usage.
pub(crate) fn check_not_json(json: bool) -> Result<(), UsageError> {
    match json {
        true => Err(UsageError("--json asks no questions\n  hint: give --auto-approve too".to_owned())),
        false => Ok(()),
    }
}
