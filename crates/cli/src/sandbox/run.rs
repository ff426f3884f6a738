//! `sandbox terraform`: any other command of terraform, in front of the simulated cloud.

use std::ffi::OsString;
use std::io::Write;

use crate::Program;
use crate::runner::{PlaceArgs, Site, single};
use crate::{Verdict, print};
use formwork_terraform::{Arguments, Initialization};

/// Run any terraform command on a stack in the sandbox
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    stack: String,
    #[command(flatten)]
    place: PlaceArgs,
    /// The command and its arguments, such as `state list`
    #[arg(last = true, required = true, value_name = "ARGUMENT")]
    arguments: Vec<OsString>,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let place = args.place.in_sandbox();
    let Some(site) = Site::open(program, &place, std::slice::from_ref(&args.stack))? else {
        return Ok(Verdict::Bad);
    };
    let workspaces = site.workspaces()?;
    let workspace = single(&workspaces)?;
    let arguments = Arguments::new(args.arguments.iter().cloned());
    match workspace.capture(Initialization::Backend, &arguments) {
        Ok(captured) => {
            write!(anstream::stdout(), "{}", captured.stdout)?;
            print::text(&captured.stderr);
            Ok(if captured.status.success() { Verdict::Good } else { Verdict::Bad })
        }
        Err(failure) => {
            failure.diagnostics.iter().for_each(|it| print::error(&format!("{} / {it}", workspace.name())));
            Ok(Verdict::Bad)
        }
    }
}
