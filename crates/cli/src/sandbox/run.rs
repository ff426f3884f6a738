//! `sandbox terraform`: any other command of terraform, in front of the simulated cloud.

use std::ffi::OsString;
use std::io::Write;

use formwork_terraform::{Arguments, Initialization};

use crate::Program;
use crate::runner::{Session, SessionArgs, single};
use crate::{ExitStatus, print};

/// Run any terraform command on a stack in the sandbox
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
    let session = args.session.in_sandbox();
    let Some(session) = Session::open(program, &session, std::slice::from_ref(&args.stack))? else {
        return Ok(ExitStatus::Failure);
    };
    let workspaces = session.workspaces()?;
    let workspace = single(&workspaces)?;
    let arguments = Arguments::new(args.arguments.iter().cloned());
    match workspace.capture(Initialization::Backend, &arguments) {
        Ok(captured) => {
            write!(anstream::stdout(), "{}", captured.stdout)?;
            print::text(&captured.stderr);
            Ok(if captured.status.success() { ExitStatus::Success } else { ExitStatus::Failure })
        }
        Err(failure) => {
            failure.diagnostics.iter().for_each(|it| print::error(&format!("{} / {it}", workspace.name())));
            Ok(ExitStatus::Failure)
        }
    }
}
