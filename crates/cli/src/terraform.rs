//! `terraform`: any other command of terraform, on one stack.

use std::ffi::OsString;

use formwork_terraform::{Arguments, Initialization, former};

use crate::runner::{Reach, Session, SessionArgs, single};
use crate::select::Selection;
use crate::{ExitStatus, Program, print};

/// Run any terraform command on a stack, such as `state list`, `state mv`, `taint` or `console`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    stack: String,
    #[command(flatten)]
    session: SessionArgs,
    /// The command and its arguments, such as `state list`
    #[arg(last = true, required = true, value_name = "ARGUMENT")]
    arguments: Vec<OsString>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    run_in(&args.session, args, program)
}

/// The same in front of the simulated cloud.
#[cfg(feature = "sandbox")]
pub(crate) fn run_in_sandbox(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    run_in(&args.session.in_sandbox(), args, program)
}

fn run_in(session: &SessionArgs, args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let selection = Selection::of(std::slice::from_ref(&args.stack));
    let Some(session) = Session::open_if(program, session, selection, Reach::Retired, || Ok(()))? else {
        return Ok(ExitStatus::Failure);
    };
    let workspaces = session.workspaces()?;
    let workspace = single(&workspaces)?;
    if let Err(failure) = former::check(workspace) {
        failure.diagnostics.iter().for_each(|it| print::error(&it.to_string()));
        return Ok(ExitStatus::Failure);
    }
    let arguments = Arguments::new(args.arguments.iter().cloned());
    match workspace.hand_over(Initialization::Backend, &arguments) {
        Ok(status) => Ok(ExitStatus::of(status.success())),
        Err(failure) => {
            failure.diagnostics.iter().for_each(|it| print::error(&format!("{} / {it}", workspace.name())));
            Ok(ExitStatus::Failure)
        }
    }
}
