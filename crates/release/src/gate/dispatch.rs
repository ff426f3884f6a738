//! Starts a workflow in a repository, finds its run, and waits for how it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use formwork_core::Hint;
use http::Method;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};

use crate::duration::show_duration;
use crate::gate::run::Job;
use crate::gate::{Conclusion, Correlation, Run};
use crate::github::{GitHub, GitHubError};

/// The most top-level members that `client_payload` may have (GitHub's docs, "Create a repository dispatch event").
const PAYLOAD_MEMBERS: usize = 10;
/// How far before the dispatch a run may be dated: GitHub's clock and ours differ.
const CLOCK_SLACK: u64 = 300;
const UNFINISHED_HINT: &str = "`--limit` gives it more time; the same `--id` again waits for the same run";

/// What to start, and how long to wait.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// How the workflow is started.
    pub workflow: Workflow,
    /// What the run is recognized by; it goes along as `correlation_id`.
    pub correlation: Correlation,
    /// Whether the id was chosen, so that a run with it may be there already.
    pub reuses_run: bool,
    /// What else goes along: the service, the commit and so on.
    pub payload: BTreeMap<String, Value>,
    /// How long the run may take to appear.
    pub appearance: Duration,
    /// How long to wait between two looks.
    pub interval: Duration,
}

/// How a workflow is started.
#[derive(Clone, Debug)]
pub enum Workflow {
    /// By `repository_dispatch`: all workflows of the default branch that listen to the type start.
    Repository {
        /// The event's type.
        event_type: String,
    },
    /// By `workflow_dispatch`: one workflow, which GitHub names the run of.
    File {
        /// The file's name, or the workflow's id.
        workflow: String,
        /// The branch or tag.
        reference: String,
    },
}

/// What happens while it is waited for.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A run with the id was there before.
    Found(&'a Run),
    /// The dispatch was sent; perhaps the reply was lost.
    Sent {
        /// What came in place of a reply.
        lost: Option<String>,
    },
    /// The run is there.
    Appeared(&'a Run),
    /// Something about the run or one of its jobs is new.
    Progress(&'a str),
}

/// Why a gate has no conclusion.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// GitHub did not do what was asked.
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    /// More goes along than GitHub takes.
    #[error(
        "{count} values go along with `repository_dispatch`, which takes {PAYLOAD_MEMBERS}, the correlation id among them"
    )]
    Payload {
        /// How many.
        count: usize,
    },
    /// The run does not appear.
    #[error("{}{}{lost}", self.summary(), no_run_hint(expression))]
    NoRun {
        /// The id.
        correlation: Correlation,
        /// What the workflow's `run-name` needs.
        expression: &'static str,
        /// How long was waited.
        waited: Duration,
        /// What else is to be known.
        lost: String,
    },
    /// The run goes on for too long.
    #[error("{}{}", self.summary(), Hint::new(UNFINISHED_HINT))]
    Unfinished {
        /// The run.
        run: Box<Run>,
    },
}

impl DispatchError {
    /// What went wrong, without what to do about it.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::GitHub(error) => error.summary(),
            Self::Payload { .. } => self.to_string(),
            Self::NoRun { correlation, waited, .. } => {
                format!("no run with `{correlation}` in its name appeared within {}", show_duration(*waited))
            }
            Self::Unfinished { run } => format!("the run has not ended within the limit: {}", run.html_url),
        }
    }
}

fn no_run_hint(expression: &str) -> Hint {
    Hint::new(format!(
        "the workflow's `run-name` must have `{expression}` in it, and its file must be on the default branch; the same `--id` again waits for that run and starts no other"
    ))
}

/// Starts a workflow and waits until its run has ended. If several runs carry the id, all of them must succeed.
///
/// # Errors
/// Fails without a conclusion: if GitHub refuses, no run appears, or it does not end. How a run ends is no error.
pub async fn dispatch(
    github: &GitHub<'_>,
    gate: &Dispatch,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(Run, Conclusion), DispatchError> {
    let begun = Instant::now();
    // The filter only narrows the list: what counts is the id in the name.
    let since = timestamp(crate::github::seconds_now().saturating_sub(CLOCK_SLACK));
    if gate.reuses_run
        && let Some(run) = find(github, gate, None).await?.into_iter().next()
    {
        on_event(Event::Found(&run));
        return follow(github, gate, vec![run], None, on_event).await;
    }
    let (named, lost) = send(github, gate).await?;
    on_event(Event::Sent { lost: lost.clone() });
    let until = (begun + gate.appearance).min(github.deadline());
    if let Some(id) = named {
        let run = github.read(&format!("/actions/runs/{id}")).await?;
        on_event(Event::Appeared(&run));
        return follow(github, gate, vec![run], None, on_event).await;
    }
    loop {
        let runs = find(github, gate, Some(&since)).await?;
        if let Some(run) = runs.first() {
            on_event(Event::Appeared(run));
            return follow(github, gate, runs, Some(&since), on_event).await;
        }
        if Instant::now() + gate.interval >= until {
            let expression = match gate.workflow {
                Workflow::Repository { .. } => "${{ github.event.client_payload.correlation_id }}",
                Workflow::File { .. } => "${{ inputs.correlation_id }}",
            };
            let lost = lost.map(|reason| {
                format!("\n  note: the reply to the dispatch was lost ({reason}), so it may not have reached GitHub")
            });
            return Err(DispatchError::NoRun {
                correlation: gate.correlation.clone(),
                expression,
                waited: begun.elapsed().max(Duration::from_secs(1)),
                lost: lost.unwrap_or_default(),
            });
        }
        sleep_until(Instant::now() + gate.interval).await;
    }
}

/// Sends the dispatch, once. A lost reply is no failure: the run tells whether it arrived.
async fn send(github: &GitHub<'_>, gate: &Dispatch) -> Result<(Option<u64>, Option<String>), DispatchError> {
    let mut payload: Map<String, Value> =
        gate.payload.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    payload.insert("correlation_id".to_owned(), gate.correlation.as_str().into());
    let sent = match &gate.workflow {
        Workflow::Repository { event_type } => {
            if payload.len() > PAYLOAD_MEMBERS {
                return Err(DispatchError::Payload { count: payload.len() });
            }
            let body = json!({ "event_type": event_type, "client_payload": payload });
            github.write(Method::POST, "/dispatches", &body).await
        }
        Workflow::File { workflow, reference } => {
            // Inputs of a workflow are text.
            let text = |value: Value| if value.is_string() { value } else { Value::from(value.to_string()) };
            let inputs: Map<String, Value> =
                payload.into_iter().map(|(name, value)| (name, text(value))).collect();
            let body = json!({ "ref": reference, "inputs": inputs, "return_run_details": true });
            github.write(Method::POST, &format!("/actions/workflows/{workflow}/dispatches"), &body).await
        }
    };
    match sent {
        Ok(answer) => Ok((answer["workflow_run_id"].as_u64(), None)),
        Err(error) if error.is_lost() => Ok((None, Some(error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

/// The runs with the id in their names.
async fn find(github: &GitHub<'_>, gate: &Dispatch, since: Option<&str>) -> Result<Vec<Run>, GitHubError> {
    let event = match gate.workflow {
        Workflow::Repository { .. } => "repository_dispatch",
        Workflow::File { .. } => "workflow_dispatch",
    };
    let created = since.map(|since| format!("&created=%3E%3D{since}")).unwrap_or_default();
    let path = format!("/actions/runs?event={event}&per_page=100{created}");
    let is_ours = |run: &Run| run.display_title.as_deref().is_some_and(|name| gate.correlation.is_in(name));
    let runs: Vec<Run> =
        github.read_all(&path, Some("workflow_runs"), |page: &[Run]| page.iter().any(is_ours)).await?;
    Ok(runs.into_iter().filter(is_ours).collect())
}

/// Waits until runs have ended. The first that did not succeed, else the first, is the one that counts.
async fn follow(
    github: &GitHub<'_>,
    gate: &Dispatch,
    mut runs: Vec<Run>,
    since: Option<&str>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(Run, Conclusion), DispatchError> {
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    loop {
        for run in &mut runs {
            if run.conclusion().is_none() {
                *run = github.read(&format!("/actions/runs/{}", run.id)).await?;
                progress(github, run, &mut told, on_event).await?;
            }
        }
        if runs.iter().all(|run| run.conclusion().is_some()) {
            // Another workflow that listens to the same event may have begun later.
            let late = match since {
                Some(_) => find(github, gate, since).await?,
                None => Vec::new(),
            };
            let known: Vec<u64> = runs.iter().map(|run| run.id).collect();
            let before = runs.len();
            runs.extend(late.into_iter().filter(|run| !known.contains(&run.id)));
            if runs.len() == before {
                break;
            }
            continue;
        }
        if Instant::now() + gate.interval >= github.deadline() {
            let unfinished = runs.iter().find(|run| run.conclusion().is_none()).cloned();
            if let Some(run) = unfinished {
                return Err(DispatchError::Unfinished { run: Box::new(run) });
            }
            break;
        }
        sleep_until(Instant::now() + gate.interval).await;
    }
    let ended = runs.into_iter().filter_map(|run| run.conclusion().map(|conclusion| (run, conclusion)));
    let mut ended: Vec<_> = ended.collect();
    ended.sort_by_key(|(_, conclusion)| *conclusion == Conclusion::Success);
    ended.into_iter().next().ok_or_else(|| DispatchError::NoRun {
        correlation: gate.correlation.clone(),
        expression: "correlation_id",
        waited: gate.appearance,
        lost: String::new(),
    })
}

/// Tells what is new about a run and its jobs.
async fn progress(
    github: &GitHub<'_>,
    run: &Run,
    told: &mut BTreeMap<String, String>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), GitHubError> {
    let mut tell = |what: String, state: String| {
        if told.get(&what) != Some(&state) {
            on_event(Event::Progress(&format!("{what}: {state}")));
            told.insert(what, state);
        }
    };
    let state = run.conclusion.as_deref().or(run.status.as_deref()).unwrap_or("unknown");
    tell(run.title().to_owned(), state.to_owned());
    let path = format!("/actions/runs/{}/jobs?per_page=100", run.id);
    let jobs: Vec<Job> = github.read_all(&path, Some("jobs"), |_| false).await?;
    for job in jobs {
        let state = job.conclusion.unwrap_or(job.status);
        tell(format!("  {}", job.name), state);
    }
    Ok(())
}

/// A time of Unix as GitHub's filters take it, with its colons encoded.
fn timestamp(seconds: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(seconds).unwrap_or_default());
    // Years to 9999 can be written, and later ones are not asked for.
    time.fmt(Format::DateTime).unwrap_or_default().replace(':', "%3A")
}
