//! Who releases, where the journal goes, and whether it is only a rehearsal.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use formwork_release::cloud::{Aws, Clock, Reality, Rehearsal, connect};
use formwork_release::journal::Journal;
use formwork_release::parse_duration;
use formwork_release::release::{Deployer, Service, Stop, Timing};
use formwork_release::target::{Operator, TargetService};

use crate::release::deployment::{DeploymentArgs, Place, Told, failure_of, standings};
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
    #[command(flatten)]
    deployment: DeploymentArgs,
}

impl ChangeArgs {
    /// The arguments of verbs that change nothing.
    pub(crate) fn reading() -> Self {
        let interval = Duration::from_secs(5);
        let limit = Duration::from_secs(60);
        let deployment = DeploymentArgs::default();
        Self { dry_run: true, by: None, journal: None, limit, interval, deployment }
    }

    /// Does something with AWS, on this thread.
    ///
    /// # Errors
    /// Fails as the work does, and if the journal cannot be opened.
    pub(crate) fn with_aws<T>(
        &self,
        work: impl AsyncFnOnce(&Deployer<'_, Rehearsal<Aws>>) -> Result<T, Stop>,
    ) -> anyhow::Result<T> {
        let journal = self.open_journal()?;
        let reality = self.reality();
        let clock = clock(|name| std::env::var(name).ok())?;
        let done = formwork_release::block_on(async {
            let cloud = Rehearsal { cloud: Aws::new(&connect().await, clock), reality };
            let by = self.by.clone().unwrap_or_else(somebody);
            let deployer = Deployer { cloud: &cloud, journal: &journal, by, timing: Timing::default() };
            work(&deployer).await
        })?;
        Ok(done?)
    }

    /// Does something with functions, and tells GitHub what is true of them then, if it is to be told. What was done
    /// may have come to nothing without an error.
    ///
    /// # Errors
    /// Fails as the work does, if the journal cannot be opened, and where it is not said which repository to tell.
    pub(crate) fn with_functions<T>(
        &self,
        services: &[Service],
        came_to_nothing: impl Fn(&T) -> Option<String>,
        work: impl AsyncFnOnce(&Deployer<'_, Rehearsal<Aws>>) -> Result<T, Stop>,
    ) -> anyhow::Result<T> {
        let place = self.github()?;
        self.with_aws(async |deployer| {
            let done = work(deployer).await;
            let failure = match &done {
                Ok(done) => came_to_nothing(done),
                Err(stop) => failure_of(stop),
            };
            let is_refused = matches!(done, Err(Stop::Refused { .. } | Stop::Interfered { .. }));
            if let Some(place) = place.filter(|_| !is_refused) {
                place.tell_of_functions(deployer, services, failure.as_deref()).await;
            }
            done
        })
    }

    /// Where to tell GitHub, if it is to be told. Of a rehearsal it is not.
    ///
    /// # Errors
    /// An environment without a repository is wrong usage.
    pub(crate) fn github(&self) -> Result<Option<Place>, UsageError> {
        let place = self.deployment.place()?;
        Ok(place.filter(|_| !self.dry_run))
    }

    /// Does something with services that are no functions, on this thread.
    ///
    /// # Errors
    /// Fails as the work does, and if the journal cannot be opened.
    pub(crate) fn with_operator<T>(
        &self,
        work: impl AsyncFnOnce(&Operator<'_>) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let journal = self.open_journal()?;
        formwork_release::block_on(async {
            let connection = connect().await;
            let operator = Operator {
                config: &connection.config,
                journal: &journal,
                by: self.by.clone().unwrap_or_else(somebody),
                reality: self.reality(),
                interval: self.interval,
                limit: self.limit,
            };
            work(&operator).await
        })?
    }

    /// Does something with services that are no functions, and tells GitHub what is true of them then, if it is to be
    /// told. What was done may have come to nothing without an error: then the reason comes back.
    ///
    /// # Errors
    /// Fails as the work does, if the journal cannot be opened, and where it is not said which repository to tell.
    pub(crate) fn with_targets(
        &self,
        services: &[&TargetService],
        told: Told,
        work: impl AsyncFnOnce(&Operator<'_>) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<Option<String>> {
        let place = self.github()?;
        self.with_operator(async |operator| {
            let Some(place) = place else { return work(operator).await };
            // What cannot be read now cannot be released either: that is said by the release.
            let before = standings(operator, services).await.unwrap_or_default();
            let done = work(operator).await;
            let failure = match &done {
                Ok(failure) => failure.clone(),
                Err(error) => match error.downcast_ref::<Stop>().map(failure_of) {
                    // Refused: nothing was done, but that a candidate holds was to be shown.
                    Some(None) if told != Told::Verification => return done,
                    Some(None) => Some(error.to_string()),
                    Some(failure) => failure,
                    None => Some(error.to_string()),
                },
            };
            place.tell_of_targets(operator, services, &before, told, failure.as_deref()).await;
            done
        })
    }

    /// Whether nothing is written.
    pub(crate) const fn is_rehearsal(&self) -> bool {
        self.dry_run
    }

    fn reality(&self) -> Reality {
        if self.dry_run { Reality::Rehearsed } else { Reality::Real }
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

/// How many times faster than the machine's the clock of releases runs, where AWS is an emulator.
const SPEED: &str = "FORMWORK_CLOCK_SPEED";

/// The clock of the machine; in front of an emulator on this machine one that runs faster, if somebody says so. In front
/// of AWS it never does: metrics come by the minute, and a version that was watched for moments was not watched.
fn clock(variable: impl Fn(&str) -> Option<String>) -> Result<Clock, UsageError> {
    let Some(speed) = variable(SPEED).filter(|speed| !speed.is_empty()) else { return Ok(Clock::system()) };
    let endpoint = variable("AWS_ENDPOINT_URL_LAMBDA").or_else(|| variable("AWS_ENDPOINT_URL"));
    let is_here = |url: &String| {
        let authority = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let host = authority.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        ["127.0.0.1", "localhost", "[::1]"].contains(&host)
    };
    if !endpoint.as_ref().is_some_and(is_here) {
        let hint = "unset it, or let AWS_ENDPOINT_URL name an emulator on 127.0.0.1";
        return Err(UsageError(format!(
            "{SPEED} is set, and AWS is not an emulator on this machine\n  hint: {hint}"
        )));
    }
    match speed.parse::<u32>() {
        Ok(speed @ 1..=100_000) => Ok(Clock::faster(speed)),
        _ => Err(UsageError(format!(
            "{SPEED}: `{speed}` is no number from 1 to 100000\n  hint: 60 makes minutes of seconds"
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
