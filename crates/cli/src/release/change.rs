//! Who releases, where the journal goes, and whether it is only a dry run.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use formwork_core::Hint;
use formwork_release::aws::connect;
use formwork_release::engine::{
    AwsClock, Cancellation, Cancellations, Check, Context, End, ExecutionMode, Journal, Observer, OnCancel,
    Outcome, ReleaseError, Run, SystemClock, Timing, within,
};
use formwork_release::parse_duration;
use formwork_release::permissions::Verb;

use crate::release::deployment::DeploymentArgs;
use crate::release::services::Services;
use crate::{UsageError, print};

/// What all verbs have in common that change something.
#[derive(Debug, clap::Args)]
pub(crate) struct ChangeArgs {
    /// Only say what would be done: everything is read, nothing is written
    #[arg(long)]
    dry_run: bool,
    /// Who does it, for the records in AWS [default: the actor of the workflow, or the user]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Append the journal to this file instead of printing it
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// How long a service that is no function may take to come up
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = parse_duration)]
    limit: Duration,
    /// How long to wait between two looks at it
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration)]
    interval: Duration,
    /// What becomes of a release that is under way when this command is cancelled
    #[arg(long, value_name = "WHAT", default_value = "leave")]
    on_cancel: OnCancelArg,
    #[command(flatten)]
    deployment: DeploymentArgs,
}

/// What becomes of a release that is cancelled.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum OnCancelArg {
    /// It stays as it is, and it is said how to go on or back
    #[default]
    Leave,
    /// It goes back
    Rollback,
}

impl From<OnCancelArg> for OnCancel {
    fn from(argument: OnCancelArg) -> Self {
        match argument {
            OnCancelArg::Leave => Self::Leave,
            OnCancelArg::Rollback => Self::RollBack,
        }
    }
}

/// How long a cancelled command may take to find out what serves, or to go back: GitHub kills it after 10 s.
const CANCELLED: Duration = Duration::from_secs(9);

impl ChangeArgs {
    /// The arguments of verbs that change nothing.
    pub(crate) fn reading() -> Self {
        let interval = Duration::from_secs(5);
        let limit = Duration::from_secs(60);
        let deployment = DeploymentArgs::default();
        let on_cancel = OnCancelArg::Leave;
        Self { dry_run: true, by: None, journal: None, limit, interval, on_cancel, deployment }
    }

    /// Does something with services, on this thread.
    ///
    /// # Errors
    /// Fails as the work does, and if the journal cannot be opened.
    pub(crate) fn run<T>(
        &self,
        services: &Services,
        work: impl AsyncFnOnce(&Run<'_>) -> Result<T, ReleaseError>,
    ) -> anyhow::Result<T> {
        let journal = self.open_journal()?;
        let machine = clock(|name| std::env::var(name).ok())?;
        let observer = Printer { change: self, next: Cell::new(None) };
        let done = formwork_release::block_on(async {
            let mut cancellations = Cancellations::listen().context("cannot listen for signals")?;
            let connection = connect(print::note).await;
            if connection.config.region().is_none_or(|region| region.as_ref().is_empty()) {
                let hint = Hint::new("set AWS_REGION, or `region` in the profile");
                anyhow::bail!("it is not said which region of AWS is meant{hint}");
            }
            let clock = AwsClock::new(machine, connection.time.clone());
            let context = Context {
                clock: &clock,
                journal: &journal,
                by: self.by.clone().unwrap_or_else(somebody),
                mode: if self.dry_run { ExecutionMode::DryRun } else { ExecutionMode::Live },
                timing: Timing { interval: self.interval, limit: self.limit, ..Timing::default() },
            };
            let targets = services.open(&connection)?;
            let run = Run::new(&targets, &context, &observer);
            match cancellations.until_cancelled(work(&run)).await {
                Ok(done) => done.map_err(reported),
                Err(cancellation) => Err(self.cancelled(&run, services, cancellation).await),
            }
        })?;
        if let (Some(verb), true) = (observer.next.get(), done.is_ok()) {
            // As they were named: the bare name of a service may be that of several stacks.
            print::hint(&format!("`release {} {}` comes next", verb.name(), services.named.join(" ")));
        }
        done
    }

    /// Does something with services, and tells GitHub what is true of them then, if it is to be told. What was done may
    /// have come to nothing without an error: then the reason is told.
    ///
    /// # Errors
    /// Fails as the work does, if the journal cannot be opened, and where it is not said which repository to tell.
    pub(crate) fn run_and_tell<T>(
        &self,
        services: &Services,
        verb: Verb,
        came_to_nothing: impl Fn(&T) -> Option<String>,
        work: impl AsyncFnOnce(&Run<'_>) -> Result<T, ReleaseError>,
    ) -> anyhow::Result<T> {
        // Of a dry run nothing is told.
        let environment = self.deployment.environment()?.filter(|_| !self.dry_run);
        self.run(services, async |run| {
            let Some(environment) = environment else { return work(run).await };
            let before = if verb == Verb::Rollback { run.before_rollback().await } else { Vec::new() };
            let done = work(run).await;
            let failure = match &done {
                Ok(done) => came_to_nothing(done),
                Err(error) => Some(error.summary()),
            };
            let end = match (&done, failure.as_deref()) {
                (Err(ReleaseError::Paused { .. }), _) | (_, None) => End::Open,
                (Err(error), Some(failure)) if error.is_refusal() => End::Refused(failure),
                (_, Some(failure)) => End::Failed(failure),
            };
            environment.tell(run.changes(verb, &before, end).await, end.failure(), &run.context.by).await;
            done
        })
    }

    /// Says what serves where a command was cancelled, and how to go on or back; or goes back, if that was asked for.
    async fn cancelled(&self, run: &Run<'_>, services: &Services, by: Cancellation) -> anyhow::Error {
        // At once: whoever cancelled may kill soon, and AWS may not answer.
        print::warning(&format!("cancelled by {by}: asking AWS what serves"));
        let asked = within(CANCELLED, run.cancelled(self.on_cancel.into())).await;
        let named: Vec<String> =
            (0..services.described.len()).map(|position| services.label(position)).collect();
        let named = named.join(" ");
        let ways = format!("`release resume {named}` goes on, `release rollback {named}` goes back");
        let found = match asked {
            Some(Ok(found)) => found,
            Some(Err(error)) => {
                let hint = Hint::new(format!("`release status {named}` tells what serves; {ways}"));
                return anyhow::anyhow!("cancelled by {by}, and it is not known what serves: {error}{hint}");
            }
            None => {
                let hint = Hint::new(format!("`release status {named}` tells what serves; {ways}"));
                return anyhow::anyhow!("cancelled by {by}, and AWS has not said in time what serves{hint}");
            }
        };
        let under_way: Vec<String> = found
            .iter()
            .filter_map(|status| Some(format!("{}: {}", status.service, status.under_way.as_ref()?.what)))
            .collect();
        if under_way.is_empty() {
            let states: Vec<String> =
                found.iter().map(|status| format!("{}: {}", status.service, status.state)).collect();
            return anyhow::anyhow!("cancelled by {by}; nothing is half-way: {}", states.join("; "));
        }
        let left = under_way.join("; ");
        anyhow::anyhow!("cancelled by {by}: {left}, and nobody judges it any more{}", Hint::new(ways))
    }

    fn open_journal(&self) -> anyhow::Result<Journal> {
        let lines: Box<dyn Write> = match &self.journal {
            Some(path) => {
                let file = OpenOptions::new().create(true).append(true).open(path);
                Box::new(file.with_context(|| format!("cannot write {}", path.display()))?)
            }
            None => Box::new(std::io::stdout()),
        };
        Ok(Journal::new(lines, print::note))
    }

    /// The verb for what was done, or would be.
    pub(crate) fn verb(&self, done: &'static str) -> String {
        if self.dry_run { format!("Would have {}", done.to_lowercase()) } else { done.to_owned() }
    }
}

/// Shows people what is done.
struct Printer<'a> {
    change: &'a ChangeArgs,
    /// The verb that comes next.
    next: Cell<Option<Verb>>,
}

impl Observer for Printer<'_> {
    fn done(&self, outcome: &Outcome) {
        self.next.set(outcome.next);
        if outcome.changed {
            print::done(&self.change.verb(outcome.done.name()), &outcome.message);
        } else {
            print::note(&outcome.message);
        }
    }

    fn checked(&self, check: &Check) {
        match check.failure() {
            None => print::done("  passed", &check.name),
            Some(failure) => print::error(&failure),
        }
    }

    fn failed(&self, failure: &str) {
        print::error(failure);
    }
}

/// What was given on the command line and does not fit is wrong usage.
fn reported(error: ReleaseError) -> anyhow::Error {
    match error {
        ReleaseError::Arguments { .. } => UsageError(error.to_string()).into(),
        error => error.into(),
    }
}

/// How many times faster than the machine's the clock of releases runs, where AWS is an emulator.
const SPEED: &str = "FORMWORK_CLOCK_SPEED";

/// The clock of the machine; in front of an emulator on this machine one that runs faster, if somebody says so. In front
/// of AWS it never does: metrics come by the minute, and a version that was watched for moments was not watched.
fn clock(variable: impl Fn(&str) -> Option<String>) -> Result<SystemClock, UsageError> {
    let Some(speed) = variable(SPEED).filter(|speed| !speed.is_empty()) else {
        return Ok(SystemClock::new());
    };
    let endpoint = variable("AWS_ENDPOINT_URL_LAMBDA").or_else(|| variable("AWS_ENDPOINT_URL"));
    let is_here = |url: &String| {
        let authority = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let host = authority.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        ["127.0.0.1", "localhost", "[::1]"].contains(&host)
    };
    if !endpoint.as_ref().is_some_and(is_here) {
        let hint = "unset it, or let AWS_ENDPOINT_URL name an emulator on 127.0.0.1";
        let hint = Hint::new(hint);
        return Err(UsageError(format!("{SPEED} is set, and AWS is not an emulator on this machine{hint}")));
    }
    match speed.parse::<u32>() {
        Ok(speed @ 1..=100_000) => Ok(SystemClock::faster(speed)),
        _ => Err(UsageError(format!(
            "{SPEED}: `{speed}` is no number from 1 to 100000{}",
            Hint::new("60 makes minutes of seconds")
        ))),
    }
}

/// Who runs this, as far as the environment tells.
fn somebody() -> String {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let name = read("GITHUB_ACTOR").or_else(|| read("USER")).unwrap_or_else(|| "unknown".to_owned());
    match read("GITHUB_RUN_ID") {
        Some(run) => format!("{name} (run {run})"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(variables: &[(&str, &str)]) -> Option<String> {
        let value = |name: &str| {
            let found = variables.iter().find(|variable| variable.0 == name);
            found.map(|variable| variable.1.to_owned())
        };
        clock(value).err().map(|error| error.to_string())
    }

    #[test]
    fn time_passes_faster_in_front_of_emulators_alone() {
        let speed = (SPEED, "600");
        assert_eq!(refused(&[]), None);
        for here in ["http://127.0.0.1:4566", "http://localhost:4566/", "http://[::1]:4566"] {
            assert_eq!(refused(&[speed, ("AWS_ENDPOINT_URL", here)]), None, "{here}");
        }
        // Whatever else looks like this machine is not.
        for elsewhere in [
            "https://lambda.eu-central-1.amazonaws.com",
            "http://127.0.0.1.example.com",
            "http://localhost@x/",
        ] {
            let refusal = refused(&[speed, ("AWS_ENDPOINT_URL_LAMBDA", elsewhere)]).unwrap_or_default();
            assert!(refusal.contains("AWS is not an emulator on this machine"), "{elsewhere}: {refusal}");
        }
        assert!(refused(&[speed]).is_some());
        assert!(refused(&[(SPEED, "fast"), ("AWS_ENDPOINT_URL", "http://127.0.0.1")]).is_some());
    }
}
