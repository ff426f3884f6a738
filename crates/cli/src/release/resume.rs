//! `release resume`: a release that was cut off goes on, or goes back.

use formwork_release::engine::{CurrentStep, Direction};
use formwork_release::permissions::Verb;

use crate::ExitStatus;
use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::ServiceArgs;

/// Go on with a release that was cut off, from what is true in AWS
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Go back instead
    #[arg(long, conflicts_with = "judged")]
    back: bool,
    /// Take the step that it is at as passed: a person judged it
    #[arg(long)]
    judged: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(services) = args.services.open(program)? else { return Ok(ExitStatus::Failure) };
    let (verb, direction) = match (args.back, args.judged) {
        (true, _) => (Verb::Rollback, Direction::Back),
        (false, true) => (Verb::Resume, Direction::Forward(CurrentStep::TakenAsPassed)),
        (false, false) => (Verb::Resume, Direction::Forward(CurrentStep::Analyzed)),
    };
    args.change.run_and_tell(&services, verb, |()| None, async |run| run.resume(direction).await)?;
    Ok(ExitStatus::Success)
}
