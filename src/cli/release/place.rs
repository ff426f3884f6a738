//! Who releases, where the journal goes, and whether it is only a rehearsal.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use formwork_delivery::cloud::{Aws, Clock, Reality, Rehearsal, connect};
use formwork_delivery::journal::Journal;
use formwork_delivery::release::{Deployer, Stop, Timing};

use crate::cli::print;

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
}

impl ChangeArgs {
    /// The arguments of verbs that change nothing.
    pub(crate) fn reading() -> Self {
        Self { dry_run: true, by: None, journal: None }
    }

    /// Does something with AWS, on this thread.
    ///
    /// # Errors
    /// Fails as the work does, and if the journal cannot be opened.
    pub(crate) fn with_aws<T>(
        &self,
        work: impl AsyncFnOnce(&Deployer<'_, Rehearsal<Aws>>) -> Result<T, Stop>,
    ) -> anyhow::Result<T> {
        let lines: Box<dyn Write> = match &self.journal {
            Some(path) => {
                let file = OpenOptions::new().create(true).append(true).open(path);
                Box::new(file.with_context(|| format!("cannot write {}", path.display()))?)
            }
            None => Box::new(std::io::stdout()),
        };
        let journal = Journal::new(lines, print::note);
        let reality = if self.dry_run { Reality::Rehearsed } else { Reality::Real };
        let done = formwork_delivery::block_on(async {
            let cloud = Rehearsal { cloud: Aws::new(&connect().await, Clock::system()), reality };
            let by = self.by.clone().unwrap_or_else(somebody);
            let deployer = Deployer { cloud: &cloud, journal: &journal, by, timing: Timing::default() };
            work(&deployer).await
        })?;
        Ok(done?)
    }

    /// The verb for what was done, or would be.
    pub(crate) fn verb(&self, done: &'static str) -> String {
        if self.dry_run { format!("Would have {}", done.to_lowercase()) } else { done.to_owned() }
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
