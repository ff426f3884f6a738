//! Runs rendered workflows in clean folders, as GitHub's runner does as far as they go: scripts are run by bash as they
//! stand, expressions are evaluated, files for outputs, variables and summaries are there.
//!
//! Actions stand in for GitHub's own (see `action`); what they are given is held to what they need.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

mod action;
pub(crate) mod expression;
mod job;
mod sequence;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::workflow::expression::{Before, Contexts, holds};

#[allow(unused_imports, reason = "every test file uses a part of it")]
pub(crate) use crate::workflow::{action::copy, sequence::WorkflowRan};

/// GitHub, as far as jobs see it.
pub(crate) struct Github {
    folder: tempfile::TempDir,
    /// The `github` context.
    pub(crate) event: Json,
    /// What a checkout brings.
    pub(crate) repository: PathBuf,
    /// What a checkout of another repository brings, by the repository's name.
    pub(crate) others: BTreeMap<String, PathBuf>,
    /// `inputs`, `vars` and `secrets`.
    pub(crate) given: BTreeMap<String, Json>,
    /// Variables of environments, which count before those of the repository.
    pub(crate) variables: BTreeMap<String, Json>,
    /// The roles that can be assumed. Without them any can.
    pub(crate) roles: Option<Roles>,
    /// Environments whose reviewers do not agree.
    pub(crate) declined: BTreeSet<String>,
    /// What jobs before have put out, by their ids.
    pub(crate) needs: Json,
    /// Folders that are searched for programs before the others.
    pub(crate) path: Vec<PathBuf>,
    /// Variables that GitHub or the machine set.
    pub(crate) env: BTreeMap<String, String>,
    /// A folder that outlives jobs, at its place in every job's folder: it stands for remote state.
    pub(crate) kept: Option<String>,
    /// Which steps are run.
    pub(crate) steps: Steps,
    /// The names of the artifacts that a run of a whole workflow has; jobs alone may keep theirs again.
    artifacts_of_run: RefCell<Option<BTreeSet<String>>>,
    jobs: usize,
}

/// Which steps of a job are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steps {
    /// Those that GitHub runs.
    Wanted,
    /// All of them, whatever their conditions say and whatever failed before.
    All,
}

/// Roles with the subjects that their trust policies let in, and the region that they are for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles {
    /// Patterns of subjects by the role's ARN.
    pub(crate) subjects: BTreeMap<String, Vec<String>>,
    pub(crate) region: String,
}

/// What came of a job.
#[derive(Debug, Default)]
pub(crate) struct JobRan {
    /// Whether every step succeeded.
    pub(crate) succeeded: bool,
    /// The job's outputs.
    pub(crate) outputs: Json,
    /// What the steps printed, under their names.
    pub(crate) log: String,
    /// The job's summary.
    pub(crate) summary: String,
    /// The steps that ran.
    pub(crate) steps: Vec<String>,
    /// The folder that it worked in.
    pub(crate) folder: PathBuf,
}

impl Github {
    pub(crate) fn new(repository: &Path) -> Self {
        let event = json!({
            "event_name": "push", "ref": "refs/heads/main", "ref_name": "main", "sha": "0".repeat(40),
            "repository": "acme/shop", "run_id": "7", "actor": "somebody", "token": "a-token", "base_ref": "",
            "event": {}, "workflow": "w",
        });
        Self {
            folder: tempfile::tempdir().unwrap(),
            event,
            repository: repository.to_owned(),
            others: BTreeMap::new(),
            given: BTreeMap::new(),
            variables: BTreeMap::new(),
            roles: None,
            declined: BTreeSet::new(),
            needs: json!({}),
            path: Vec::new(),
            env: BTreeMap::new(),
            kept: None,
            steps: Steps::Wanted,
            artifacts_of_run: RefCell::default(),
            jobs: 0,
        }
    }

    /// The folder of an artifact, to be filled or looked into.
    pub(crate) fn artifact(&self, name: &str) -> PathBuf {
        self.folder.path().join("artifacts").join(name)
    }

    /// The folder that outlives jobs.
    pub(crate) fn kept_folder(&self) -> PathBuf {
        let folder = self.folder.path().join("kept");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Runs a job of a workflow with one combination of its matrix, and keeps its outputs for the next.
    pub(crate) fn run(&mut self, workflow: &Json, id: &str, matrix: Json) -> JobRan {
        self.jobs += 1;
        let folder = self.folder.path().join(format!("job-{}", self.jobs));
        fs::create_dir_all(&folder).unwrap();
        let ran = job::run(self, workflow, id, matrix, folder);
        let result = if ran.succeeded { "success" } else { "failure" };
        self.needs[id] = json!({"result": result, "outputs": ran.outputs.clone()});
        ran
    }

    /// Whether a job's condition holds, with what the jobs before have put out.
    pub(crate) fn wants(&self, workflow: &Json, id: &str) -> bool {
        self.wants_after(workflow, id, Before::Good)
    }

    fn wants_after(&self, workflow: &Json, id: &str, before: Before) -> bool {
        let mut contexts: Contexts = self.given.clone();
        contexts.insert("github".to_owned(), self.event.clone());
        contexts.insert("needs".to_owned(), self.needs.clone());
        holds(workflow["jobs"][id]["if"].as_str(), &contexts, before)
    }
}

/// A rendered workflow.
pub(crate) fn read(file: &Path) -> Json {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_saphyr::from_str(&text).unwrap()
}

/// A scalar as the text that an input or a variable gets.
fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}
