//! `validate`: terraform's own check of the documents, with the real provider schemas and no credentials.

use formwork_terraform::validate;

use crate::ExitStatus;
use crate::Program;
use crate::findings::{FormatArgs, check_one_output};
use crate::runner::{Order, Session, SessionArgs, StackArgs, StackReport, Status};

/// Have terraform check the documents; needs no credentials and no state
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let format = args.format.format;
    check_one_output(args.stacks.json, format)?;
    let arguments = args.session.printing(format);
    let Some(session) = Session::open(program, &arguments, &args.stacks.patterns)? else {
        return Ok(ExitStatus::Failure);
    };
    let workspaces = session.workspaces()?;
    let order = vec![Vec::new(); workspaces.len()];
    let report = session.run(
        &workspaces,
        Order::After(&order),
        args.stacks.stack_parallelism,
        |workspace, progress| {
            progress.begin("validating", 0);
            let diagnostics = validate(workspace)?;
            Ok(StackReport { diagnostics, ..StackReport::new(workspace.name(), Status::Valid) })
        },
    );
    if args.stacks.json {
        report.write_json()?;
    }
    report.write_findings(format)?;
    let status = report.exit_status();
    report.summarize(status);
    Ok(status)
}
