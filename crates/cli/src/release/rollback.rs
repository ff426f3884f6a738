//! `release rollback`: the stable aliases go back.

use formwork_release::release::{Destination, RolledBack, rollback};

use crate::Program;
use crate::release::other;
use crate::release::place::ChangeArgs;
use crate::release::services::{Opened, ServiceArgs};
use crate::{UsageError, Verdict, print};

/// Move the stable aliases back, in one call each, whatever state things are in
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// The version to go back to [default: the one that served before]
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let services = match args.services.open(program)? {
        Some(Opened::Functions(_, services)) => services,
        Some(Opened::Others(opened)) => return other::rollback(&opened, args.to.as_deref(), &args.change),
        None => return Ok(Verdict::Bad),
    };
    let destination = match &args.to {
        Some(_) if services.len() > 1 => {
            let message = "versions of several services are not the same\n  hint: name one service with --to";
            return Err(UsageError(message.to_owned()).into());
        }
        Some(version) => Destination::Version(version.clone()),
        None => Destination::Before,
    };
    let outcomes = args.change.with_functions(
        &services,
        |_| None,
        async |deployer| rollback(deployer, &services, &destination).await,
    )?;
    outcomes.iter().for_each(|outcome| tell(&args.change, outcome));
    Ok(Verdict::Good)
}

pub(crate) fn tell(change: &ChangeArgs, outcome: &RolledBack) {
    let RolledBack { service, from, to, moved } = outcome;
    match moved {
        true => print::done(&change.verb("Rolled back"), &format!("{service}: from {from} to version {to}")),
        false => print::note(&format!("{service}: version {to} serves already")),
    }
}
