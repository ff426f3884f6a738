//! `release verify`: the candidates are asked what a version must answer before it may serve.

use std::path::PathBuf;

use formwork_core::Hint;
use formwork_release::engine::Verification;
use formwork_release::permissions::Verb;
use formwork_release::target::SmokeTests as Asked;

use crate::Program;
use crate::release::change::ChangeArgs;
use crate::release::services::{ServiceArgs, Services};
use crate::release::smoke_tests::SmokeTests;
use crate::runner::assignment;
use crate::{ExitStatus, UsageError, print};

/// Run smoke tests against the candidates; if all pass, they may be promoted
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// A file of smoke tests, besides those that the stack names
    #[arg(long, value_name = "FILE")]
    smoke: Vec<PathBuf>,
    /// Where the candidate answers, instead of each file's own `url`
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A value for a variable of the smoke tests
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// What was tested elsewhere: the candidates pass without smoke tests, and this is noted
    #[arg(long, value_name = "REASON")]
    attest: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(services) = args.services.open(program)? else { return Ok(ExitStatus::Failure) };
    let tests = smoke_tests(args, &services)?;
    let failed = |verified: &Vec<Verification>| {
        let failures: Vec<String> = verified.iter().filter_map(Verification::first_failure).collect();
        (!failures.is_empty()).then(|| failures.join("; "))
    };
    let verified =
        args.change.run_and_tell(&services, Verb::Verify, failed, async |run| run.verify(&tests).await)?;
    let bad = verified.iter().filter(|it| !it.passed()).map(|it| it.outcome.service.as_str());
    let bad: Vec<&str> = bad.collect();
    if bad.is_empty() {
        return Ok(ExitStatus::Success);
    }
    print::error(&format!("{} did not pass; no alias was moved", bad.join(" and ")));
    Ok(ExitStatus::Failure)
}

/// What is asked of candidates that answer before they serve. Those that do not are asked by `release promote`.
fn smoke_tests(args: &Args, services: &Services) -> anyhow::Result<SmokeTests> {
    if services.described.iter().all(|it| it.kind().smoke_tests == Asked::OnceItServes) {
        return Ok(SmokeTests::none());
    }
    let tests = SmokeTests::read(&args.services, services, &args.smoke)?;
    if let Some(service) = tests.unasked().filter(|_| args.attest.is_none()) {
        let hint = Hint::new(
            "name smoke tests with --smoke or `Release::smoke`, or say with --attest REASON what was tested elsewhere",
        );
        return Err(UsageError(format!("nothing is known to ask the candidate of `{service}`{hint}")).into());
    }
    tests.with(args.url.clone(), &args.var, args.attest.clone())
}
