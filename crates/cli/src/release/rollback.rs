//! `release rollback`: what served before serves again.

use formwork_core::Hint;
use formwork_release::engine::Destination;
use formwork_release::permissions::Verb;

use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::ServiceArgs;
use crate::{ExitStatus, UsageError};

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

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(services) = args.services.open(program)? else { return Ok(ExitStatus::Failure) };
    let is_group = services.described.iter().any(|it| it.kind().is_group());
    let destination = match &args.to {
        Some(_) if is_group && services.described.len() > 1 => {
            let hint = Hint::new("name one service with --to");
            return Err(UsageError(format!("versions of several services are not the same{hint}")).into());
        }
        Some(name) => Destination::Named(name.clone()),
        None => Destination::Previous,
    };
    args.change.run_and_tell(
        &services,
        Verb::Rollback,
        |()| None,
        async |run| run.rollback(&destination).await,
    )?;
    Ok(ExitStatus::Success)
}
