//! Workflows, and the repositories that have them.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;

use crate::{Concurrency, Expression, Input, Job, Text, Triggers};

/// One workflow: one file of `.github/workflows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workflow {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) about: String,
    /// Of the verb that writes it.
    pub(crate) verb: &'static str,
    pub(crate) run_name: Option<Text>,
    pub(crate) triggers: Triggers,
    pub(crate) concurrency: Concurrency,
    pub(crate) env: IndexMap<String, Text>,
    pub(crate) jobs: Vec<Job>,
}

/// The workflows of one repository on GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) workflows: Vec<Workflow>,
    pub(crate) files: Vec<(String, String)>,
}

impl Workflow {
    /// A workflow in a file of this name, such as `ci.yml`, with a sentence for the reader of the file. Runs of one
    /// branch go one after the other; of a pull request the newest goes.
    #[must_use]
    pub fn new(file: &str, name: &str, about: &str, triggers: Triggers) -> Self {
        Self {
            file: file.to_owned(),
            name: name.to_owned(),
            about: about.to_owned(),
            verb: "render",
            run_name: None,
            triggers,
            concurrency: Concurrency::by_branch(),
            env: IndexMap::new(),
            jobs: Vec::new(),
        }
    }

    /// Says that `pipelines init` writes it.
    #[must_use]
    pub(crate) const fn of_init(mut self) -> Self {
        self.verb = "init";
        self
    }

    /// Names each run.
    #[must_use]
    pub fn run_name(mut self, name: impl Into<Text>) -> Self {
        self.run_name = Some(name.into());
        self
    }

    /// Groups runs otherwise.
    #[must_use]
    pub fn concurrency(mut self, concurrency: Concurrency) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Sets a variable of the environment for all jobs.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<Text>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Lets who starts it by hand say with the input `older` that a commit is meant which is older than what was applied or
    /// serves: without that, `apply` and `release start` refuse it.
    #[must_use]
    pub fn takes_older(mut self) -> Self {
        let input =
            Input::text("true to deploy a commit that is older than what was applied or serves").default("");
        self.triggers = self.triggers.dispatch_with("older", input);
        self.env("FORMWORK_OLDER", Expression::input("older"))
    }

    /// Adds a job.
    #[must_use]
    pub fn job(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }

    /// Adds jobs.
    #[must_use]
    pub fn jobs(mut self, jobs: impl IntoIterator<Item = Job>) -> Self {
        self.jobs.extend(jobs);
        self
    }

    /// The name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn find(&self, job: &str) -> Option<&Job> {
        self.jobs.iter().find(|other| other.id == job)
    }

    /// Whether a job waits for another, directly or not.
    pub(crate) fn waits_for(&self, job: &Job, other: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut rest: Vec<&str> = job.needs.iter().map(String::as_str).collect();
        while let Some(id) = rest.pop() {
            if id == other {
                return true;
            }
            if seen.insert(id) {
                rest.extend(self.find(id).into_iter().flat_map(|job| job.needs.iter().map(String::as_str)));
            }
        }
        false
    }
}

impl Repository {
    /// A repository by owner and name, such as `acme/shop`; the files are written where the command runs.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), folder: String::new(), workflows: Vec::new(), files: Vec::new() }
    }

    /// Writes the files below a folder, for a repository that is elsewhere.
    #[must_use]
    pub fn below(mut self, folder: &str) -> Self {
        self.folder = folder.to_owned();
        self
    }

    /// Adds a workflow.
    #[must_use]
    pub fn workflow(mut self, workflow: Workflow) -> Self {
        self.workflows.push(workflow);
        self
    }

    /// Adds a file that is written as it is, such as a template for pull requests.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// The owner and name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The workflows.
    #[must_use]
    pub fn workflows(&self) -> &[Workflow] {
        &self.workflows
    }

    /// The name without the owner.
    pub(crate) fn short_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}
