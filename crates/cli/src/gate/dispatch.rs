//! `gate dispatch`: starts a workflow elsewhere, and ends as its run does.

use std::io::Write;
use std::time::Duration;

use formwork_release::gate::{Conclusion, Correlation, Dispatch, DispatchError, Event, Workflow, dispatch};
use formwork_release::parse_duration;
use serde_json::json;

use crate::gate::connection::GateArgs;
use crate::gate::failure::FailureArgs;
use crate::runner::assignment;
use crate::{ExitStatus, UsageError, print};

/// Start a workflow in a repository, wait for its run, and fail unless it succeeds
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub(crate) struct Args {
    #[command(flatten)]
    gate: GateArgs,
    /// Send `repository_dispatch` with this type
    #[arg(long, value_name = "TYPE", group = "what")]
    event: Option<String>,
    /// Send `workflow_dispatch` to this workflow, by its file's name: GitHub then names the run
    #[arg(long, value_name = "FILE", group = "what")]
    workflow: Option<String>,
    /// The branch or tag that the workflow is taken from
    #[arg(long = "ref", value_name = "REF", default_value = "main", requires = "workflow")]
    reference: String,
    /// What the run is recognized by; the same id again waits for the same run [default: a new one]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Goes along as `service`
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Goes along as `commit`
    #[arg(long, value_name = "SHA")]
    commit: Option<String>,
    /// Goes along as `environment`
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Goes along as `api_url`
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// Goes along under its name; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    payload: Vec<(String, String)>,
    /// How long the run may take to appear
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = parse_duration)]
    appearance: Duration,
    #[command(flatten)]
    failure: FailureArgs,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let gate = args.dispatch()?;
    let on_wait = |text: &str| print::note(text);
    let github = args.gate.github(&on_wait)?;
    formwork_release::block_on(async {
        match dispatch(&github, &gate, &mut show).await {
            Ok((run, conclusion)) => {
                let word = match &conclusion {
                    Conclusion::Success => "success",
                    Conclusion::Other(word) => word,
                };
                if args.json {
                    let result = json!({
                        "run_id": run.id, "url": run.html_url, "conclusion": word,
                        "correlation_id": gate.correlation.as_str(),
                    });
                    writeln!(anstream::stdout(), "{}", print::json(&result)?)?;
                }
                if conclusion == Conclusion::Success {
                    print::done("Passed", &format!("{}: {}", run.title(), run.html_url));
                    return Ok(ExitStatus::Success);
                }
                print::error(&format!("{}: {word}: {}", run.title(), run.html_url));
                let text = format!("The run {} in {} ended with {word}.", run.title(), args.gate.repository);
                args.failure.tell(&args.name(), &args.gate.repository, &text, Some(&run.html_url)).await;
                Ok(ExitStatus::Failure)
            }
            Err(error @ DispatchError::Payload { .. }) => Err(UsageError(error.to_string()).into()),
            Err(error) => {
                let url = match &error {
                    DispatchError::Unfinished { run } => Some(run.html_url.as_str()),
                    _ => None,
                };
                // What the hint says is for whoever runs the command.
                args.failure.tell(&args.name(), &args.gate.repository, &error.summary(), url).await;
                Err(error.into())
            }
        }
    })?
}

impl Args {
    fn name(&self) -> String {
        let what = self.event.as_deref().or(self.workflow.as_deref()).unwrap_or_default();
        format!("Gate `{what}` of {}", self.gate.repository)
    }

    fn dispatch(&self) -> Result<Dispatch, UsageError> {
        let correlation = match &self.id {
            Some(id) => Correlation::parse(id),
            None => Correlation::random(),
        };
        let workflow = match (&self.event, &self.workflow) {
            (Some(event_type), _) => Workflow::Repository { event_type: event_type.clone() },
            (None, Some(workflow)) => {
                Workflow::File { workflow: workflow.clone(), reference: self.reference.clone() }
            }
            (None, None) => return Err(UsageError("name `--event` or `--workflow`".to_owned())),
        };
        let own = [
            ("service", &self.service),
            ("commit", &self.commit),
            ("environment", &self.environment),
            ("api_url", &self.api_url),
        ];
        let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        let payload = own.chain(self.payload.iter().cloned()).map(|(name, value)| (name, value.into()));
        Ok(Dispatch {
            workflow,
            correlation: correlation.map_err(|error| UsageError(error.to_string()))?,
            reuses_run: self.id.is_some(),
            payload: payload.collect(),
            appearance: self.appearance,
            interval: self.gate.interval,
        })
    }
}

fn show(event: Event<'_>) {
    match event {
        Event::Found(run) => print::note(&format!("a run with this id is there already: {}", run.html_url)),
        Event::Sent { lost: None } => print::note("sent; waiting for the run"),
        Event::Sent { lost: Some(reason) } => print::warning(&format!(
            "{reason}\n  note: it is not sent again, since it may have arrived; waiting for the run"
        )),
        Event::Appeared(run) => print::note(&format!("{}: {}", run.title(), run.html_url)),
        Event::Progress(text) => print::note(text),
    }
}
