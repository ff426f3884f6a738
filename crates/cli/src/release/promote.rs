//! `release promote`: the candidates serve.

use formwork_release::engine::{Candidates, CurrentStep, Freezes, Promotion, parse_wanted};
use formwork_release::permissions::Verb;
use formwork_release::target::SmokeTests as Asked;

use crate::ExitStatus;
use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::ServiceArgs;
use crate::release::smoke_tests::SmokeTests;

/// Move the stable aliases to the verified candidates, step by step, judged at each
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// Only if the candidates are of this release, or of this commit
    #[arg(long, value_name = "RELEASE|SHA", value_parser = wanted)]
    release: Option<String>,
    /// Also candidates that `verify` did not pass
    #[arg(long)]
    unverified: bool,
    /// Also in a time in which the stack promotes nothing
    #[arg(long)]
    despite_freeze: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

fn wanted(text: &str) -> Result<String, &'static str> {
    parse_wanted(text)
        .ok_or("a release is named by its id of 12 hexadecimal digits, or by 7 or more of its commit")
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(services) = args.services.open(program)? else { return Ok(ExitStatus::Failure) };
    let promotion = Promotion {
        wanted: args.release.clone(),
        candidates: if args.unverified { Candidates::AsStarted } else { Candidates::Verified },
        current_step: CurrentStep::Analyzed,
    };
    let freezes = if args.despite_freeze { Freezes::Ignored } else { Freezes::Kept };
    let tests = if services.described.iter().all(|it| it.kind().smoke_tests == Asked::OfCandidate) {
        SmokeTests::none()
    } else {
        SmokeTests::read(&args.services, &services, &[])?.until_failure()
    };
    let failure = args.change.run_and_tell(&services, Verb::Promote, Option::clone, async |run| {
        run.promote(&promotion, freezes, &tests).await
    })?;
    Ok(if failure.is_some() { ExitStatus::Failure } else { ExitStatus::Success })
}
