//! `unlock`: takes the lock of a stack's state away from a run that is gone.

use formwork_core::Hint;
use formwork_terraform::{Lock, StackError, lock};

use crate::Program;
use crate::runner::{Session, SessionArgs, ask, check_terminal, single};
use crate::{ExitStatus, print};

/// Say who has locked the state of a stack, and unlock it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    stack: String,
    /// The id of the lock, as the message about it says: unlocks only if it is this one
    lock_id: Option<String>,
    #[command(flatten)]
    session: SessionArgs,
    /// Do not ask
    #[arg(long, requires = "lock_id")]
    auto_approve: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(session) = Session::open(program, &args.session, std::slice::from_ref(&args.stack))? else {
        return Ok(ExitStatus::Failure);
    };
    let workspaces = session.workspaces()?;
    let workspace = single(&workspaces)?;
    let name = workspace.name();
    let fail = |failure: StackError| {
        failure.diagnostics.iter().for_each(|it| print::error(&format!("{name} / {it}")));
        Ok(ExitStatus::Failure)
    };
    let holder = match lock::holder(workspace) {
        Err(failure) => return fail(failure),
        Ok(Lock::Free) => {
            print::done("Free", &format!("{name}: nobody has locked its state"));
            return Ok(ExitStatus::Success);
        }
        Ok(Lock::HeldByProcess(holder)) => {
            print::error(&format!(
                "{name}: its state is locked by {holder}{}",
                Hint::new(
                    "a running process holds it; the lock ends with the process, and can't be taken away"
                )
            ));
            return Ok(ExitStatus::Failure);
        }
        Ok(Lock::Held(holder)) => holder,
    };
    print::note(&format!("{name}: its state is locked by {holder}"));
    if args.lock_id.as_ref().is_some_and(|id| *id != holder.id) {
        let hint = Hint::new("somebody else works on it now");
        print::error(&format!("that is another lock than the one that was named{hint}"));
        return Ok(ExitStatus::Failure);
    }
    if !args.auto_approve {
        check_terminal(&format!(
            "give the lock's id and --auto-approve: `unlock {name} {} --auto-approve`",
            holder.id
        ))?;
        let question =
            "Take the lock away? If that run is still going, two will write the state. Only `yes` does it:";
        if !ask(&session.terraform.interrupt, question) {
            print::error("nothing was unlocked");
            return Ok(ExitStatus::Failure);
        }
    }
    match lock::unlock(workspace, &holder.id) {
        Ok(()) => {
            print::done("Unlocked", name);
            Ok(ExitStatus::Success)
        }
        Err(failure) => fail(failure),
    }
}
