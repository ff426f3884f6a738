//! `unlock`: takes the lock of a stack's state away from a run that is gone.

use crate::Program;
use crate::runner::{PlaceArgs, Site, ask, check_terminal, single};
use crate::{Verdict, print};
use formwork_terraform::{Failure, Lock, lock};

/// Say who has locked the state of a stack, and unlock it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stack
    stack: String,
    /// The id of the lock, as the message about it says: unlocks only if it is this one
    lock_id: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
    /// Do not ask
    #[arg(long, requires = "lock_id")]
    auto_approve: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let Some(site) = Site::open(program, &args.place, std::slice::from_ref(&args.stack))? else {
        return Ok(Verdict::Bad);
    };
    let workspaces = site.workspaces()?;
    let workspace = single(&workspaces)?;
    let name = workspace.name();
    let fail = |failure: Failure| {
        failure.diagnostics.iter().for_each(|it| print::error(&format!("{name} / {it}")));
        Ok(Verdict::Bad)
    };
    let holder = match lock::holder(workspace) {
        Err(failure) => return fail(failure),
        Ok(Lock::Free) => {
            print::done("Free", &format!("{name}: nobody has locked its state"));
            return Ok(Verdict::Good);
        }
        Ok(Lock::HeldByProcess(holder)) => {
            print::error(&format!(
                "{name}: its state is locked by {holder}\n  hint: a running process holds it; the lock ends with the process, and can't be taken away"
            ));
            return Ok(Verdict::Bad);
        }
        Ok(Lock::Held(holder)) => holder,
    };
    print::note(&format!("{name}: its state is locked by {holder}"));
    if args.lock_id.as_ref().is_some_and(|id| *id != holder.id) {
        print::error(
            "that is another lock than the one that was named\n  hint: somebody else works on it now",
        );
        return Ok(Verdict::Bad);
    }
    if !args.auto_approve {
        check_terminal(&format!(
            "give the lock's id and --auto-approve: `unlock {name} {} --auto-approve`",
            holder.id
        ))?;
        let question =
            "Take the lock away? If that run is still going, two will write the state. Only `yes` does it:";
        if !ask(&site.terraform.interrupt, question) {
            print::error("nothing was unlocked");
            return Ok(Verdict::Bad);
        }
    }
    match lock::unlock(workspace, &holder.id) {
        Ok(()) => {
            print::done("Unlocked", name);
            Ok(Verdict::Good)
        }
        Err(failure) => fail(failure),
    }
}
