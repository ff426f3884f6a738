//! `validate`: terraform's own check of the documents, with the real provider schemas and no credentials.

use crate::Program;
use crate::Verdict;
use crate::runner::{PlaceArgs, Site, StackArgs, StackReport, Status};
use formwork_terraform::validate;

/// Have terraform check the documents; needs no credentials and no state
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some(site) = Site::open(program, &args.place, &args.stacks.patterns)? else {
        return Ok(Verdict::Bad);
    };
    let workspaces = site.workspaces()?;
    let order = vec![Vec::new(); workspaces.len()];
    let report = site.run(&workspaces, &order, args.stacks.stack_parallelism, |workspace, progress| {
        progress.begin("validating", 0);
        let diagnostics = validate(workspace)?;
        Ok(StackReport { diagnostics, ..StackReport::new(workspace.name(), Status::Valid) })
    });
    if args.stacks.json {
        report.write_json()?;
    }
    let verdict = report.verdict();
    report.summarize(verdict);
    Ok(verdict)
}
