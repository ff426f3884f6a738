//! `drift`: what has changed outside since the last apply.

use crate::Program;
use crate::Verdict;
use crate::runner::{
    LockArgs, PlaceArgs, Site, StackArgs, StackReport, Status, VariableArgs, positive, text,
};
use formwork_terraform::{Options, PlanMode, Planned, plan};

/// Find what has changed outside since the last apply; exit with 1 if anything has
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    variables: VariableArgs,
    #[command(flatten)]
    lock: LockArgs,
    /// Only this resource and what it needs
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// How many resources terraform works on at a time [default: terraform's own]
    #[arg(long, value_name = "N", value_parser = positive)]
    parallelism: Option<usize>,
    /// Further arguments for `terraform plan -refresh-only`, as they are
    #[arg(last = true, value_name = "ARGUMENT")]
    further: Vec<std::ffi::OsString>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some(site) = Site::open(program, &args.place, &args.stacks.patterns)? else {
        return Ok(Verdict::Bad);
    };
    let options = Options {
        mode: PlanMode::RefreshOnly,
        variables: args.variables.variables(),
        targets: args.target.clone(),
        parallelism: args.parallelism,
        lock_timeout: args.lock.lock_timeout.clone(),
        further: args.further.clone(),
    };
    let workspaces = site.workspaces()?;
    Site::check_variables(&options, &workspaces)?;
    let order = vec![Vec::new(); workspaces.len()];
    let report = site.run(&workspaces, &order, args.stacks.stack_parallelism, |workspace, progress| {
        let scratch = tempfile::Builder::new().prefix("formwork-plan-").tempdir()?;
        let file = scratch.path().join("plan");
        progress.begin("looking for drift", 0);
        let name = workspace.name();
        Ok(match plan(workspace, &options, &file, |event| progress.event(event))? {
            Planned::Unchanged(diagnostics) => {
                StackReport { diagnostics, ..StackReport::new(name, Status::Unchanged) }
            }
            Planned::Deferred(missing) => StackReport::new(name, Status::Deferred(missing)),
            Planned::Changed(plan) => {
                let report = StackReport::new(name, Status::Drifted);
                StackReport { changes: Some(plan.changes), diagnostics: plan.warnings, ..report }
            }
        })
    });
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
    let verdict = if report.stacks.iter().all(is_well) { Verdict::Good } else { Verdict::Bad };
    report.summarize(verdict);
    Ok(verdict)
}
