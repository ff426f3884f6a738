//! `gate wait`: waits for what `gate report`, or any other tool, writes.

use formwork_release::gate::{ReportedStatus, State, wait};

use crate::gate::connection::GateArgs;
use crate::gate::failure::FailureArgs;
use crate::gate::report::TargetArgs;
use crate::{ExitStatus, print};

/// Wait until a commit's or a deployment's status is there, and fail unless it is a success
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    failure: FailureArgs,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let targets = [args.target.target()?];
    let on_wait = |text: &str| print::note(text);
    let github = args.gate.github(&on_wait)?;
    let repository = &args.gate.repository;
    let mut show = |result: &ReportedStatus| print::note(&describe(result));
    formwork_release::block_on(async {
        match wait(&github, &targets, args.gate.interval, &mut show).await {
            Ok(results) => match results.iter().find(|result| result.state != State::Success) {
                None => {
                    results.iter().for_each(|result| print::done("Passed", &result.what));
                    Ok(ExitStatus::Success)
                }
                Some(bad) => {
                    print::error(&describe(bad));
                    let text = format!("In {repository}, {}.", describe(bad));
                    args.failure.tell("Gate", repository, &text, bad.url.as_deref()).await;
                    Ok(ExitStatus::Failure)
                }
            },
            Err(error) => {
                args.failure.tell("Gate", repository, &error.summary(), None).await;
                Err(error.into())
            }
        }
    })?
}

fn describe(result: &ReportedStatus) -> String {
    let ReportedStatus { what, state, description, url } = result;
    let description = if description.is_empty() { String::new() } else { format!(" ({description})") };
    let url = url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
    format!("{what} is {}{description}{url}", state.name())
}
