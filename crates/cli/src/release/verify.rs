//! `release verify`: the candidates are asked what a version must answer before it may serve.

use std::path::{Path, PathBuf};

use formwork_release::release::{Check, Verified, verify};
use formwork_release::smoke::{Inputs, Outcome, Output, Suite, TestResult, run as run_suite};
use formwork_release::web::WebClient;

use crate::Program;
use crate::release::other;
use crate::release::place::ChangeArgs;
use crate::release::services::{Opened, ServiceArgs};
use crate::runner::assignment;
use crate::{UsageError, Verdict, print};

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

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let (described, services) = match args.services.open(program)? {
        Some(Opened::Functions(described, services)) => (described, services),
        Some(Opened::Others(opened)) => return other::verify(&opened, &args.change),
        None => return Ok(Verdict::Bad),
    };
    let mut suites = Vec::new();
    for (it, service) in described.iter().zip(&services) {
        let named = it.release.smoke.iter().map(Path::new).chain(args.smoke.iter().map(PathBuf::as_path));
        let of_service: Vec<Suite> = named.map(Suite::read).collect::<Result<_, _>>()?;
        if of_service.is_empty() && args.attest.is_none() {
            return Err(UsageError(format!(
                "nothing is known to ask the candidate of `{}`\n  hint: name smoke tests with --smoke or `Release::smoke`, or say with --attest REASON what was tested elsewhere",
                service.name
            ))
            .into());
        }
        suites.push((service.name.clone(), of_service));
    }
    let inputs = inputs(args, &suites)?;
    let client = WebClient::new()?;
    let failed = |verified: &Vec<Verified>| {
        let bad: Vec<String> = verified.iter().filter_map(first_failure).collect();
        (!bad.is_empty()).then(|| bad.join("; "))
    };
    let verified = args.change.with_functions(&services, failed, async |deployer| {
        verify(deployer, &services, async |service, _| {
            let mut checks = Vec::new();
            let of_service = suites.iter().filter(|(name, _)| *name == service.name);
            for suite in of_service.flat_map(|(_, suites)| suites) {
                checks.extend(ask(suite, &inputs, &client).await);
            }
            if let Some(reason) = &args.attest {
                checks.push(Check { name: format!("attested: {reason}"), failure: None });
            }
            checks
        })
        .await
    })?;
    Ok(report(args, &verified))
}

fn inputs(args: &Args, suites: &[(String, Vec<Suite>)]) -> anyhow::Result<Inputs> {
    let output = |value: &String| Output { value: value.as_str().into(), sensitive: false };
    let inputs = Inputs {
        url: args.url.clone(),
        variables: args.var.iter().cloned().collect(),
        outputs: args.services.outputs().map(|(name, value)| (name.clone(), output(value))).collect(),
        // What is not text cannot be a value of a variable.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
    };
    let all: Vec<Suite> = suites.iter().flat_map(|(_, suites)| suites.iter().cloned()).collect();
    inputs.check(&all).map_err(|error| UsageError(error.to_string()))?;
    Ok(inputs)
}

pub(crate) async fn ask(suite: &Suite, inputs: &Inputs, client: &WebClient) -> Vec<Check> {
    let check = |result: &TestResult| Check {
        name: format!("{}: {}", suite.file, result.name),
        failure: match &result.outcome {
            Outcome::Passed(_) => None,
            Outcome::Failed(failures) => Some(failures.join("; ")),
            Outcome::Skipped(reason) => Some(format!("left out, since it {reason}")),
        },
    };
    match run_suite(suite, inputs, client, &mut |_| ()).await {
        Ok(result) => result.tests.iter().map(check).collect(),
        Err(error) => vec![Check { name: suite.file.clone(), failure: Some(error.to_string()) }],
    }
}

fn first_failure(verified: &Verified) -> Option<String> {
    let of_check = |check: &Check| check.failure.as_ref().map(|failure| format!("{}: {failure}", check.name));
    verified.checks.iter().find_map(of_check)
}

fn report(args: &Args, verified: &[Verified]) -> Verdict {
    for it in verified {
        for check in &it.checks {
            match &check.failure {
                None => print::done("  passed", &check.name),
                Some(failure) => print::error(&format!("{}: {failure}", check.name)),
            }
        }
    }
    let bad: Vec<&str> = verified.iter().filter(|it| !it.passed()).map(|it| it.service.as_str()).collect();
    if bad.is_empty() {
        for it in verified {
            let what = format!("version {} of {} for release {}", it.version, it.service, it.release);
            print::done(&args.change.verb("Verified"), &what);
        }
        return Verdict::Good;
    }
    print::error(&format!("{} did not pass; no alias was moved", bad.join(" and ")));
    Verdict::Bad
}
