//! `destroy`: takes down what the stacks have built.

use std::path::PathBuf;

use crate::Program;
use crate::Verdict;
use crate::apply::check_not_json;
use crate::runner::apply::{ApplySettings, Approval};
use crate::runner::{PlaceArgs, PlanningArgs, Site, StackArgs, check_terminal};
use formwork_synth::reversed;
use formwork_terraform::{PlanFolder, PlanMode};

/// Destroy everything in the stacks, each before those that it needs
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    /// Carry out the plans that `plan --destroy --plan-dir` kept in this folder, and nothing else
    #[arg(long, value_name = "DIR", conflicts_with_all = ["target", "further"])]
    plan_dir: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let approval = if args.auto_approve { Approval::Given } else { Approval::Asked };
    if args.plan_dir.is_none() && approval == Approval::Asked {
        check_terminal("look with `plan --destroy`, then give --auto-approve")?;
        check_not_json(args.stacks.json)?;
    }
    let Some(site) = Site::open(program, &args.place, &args.stacks.patterns)? else {
        return Ok(Verdict::Bad);
    };
    let settings = ApplySettings {
        options: args.planning.options(PlanMode::Destroy),
        guards: &args.planning.fail_on,
        approval,
        reviewed: args.plan_dir.clone().map(PlanFolder::new),
    };
    let workspaces = site.workspaces()?;
    Site::check_variables(&settings.options, &workspaces)?;
    let needs = reversed(&site.needs(&workspaces));
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
