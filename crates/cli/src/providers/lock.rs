//! `providers lock`: lock files for what the stacks require now.

use crate::providers::locking::{LockingArgs, lock};
use crate::{ExitStatus, Program};

/// Lock what the stacks require; versions that are locked and still allowed stay
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    locking: LockingArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    lock(&args.locking, program, |set, lock, text| set.still_allowed(lock, text))
}
