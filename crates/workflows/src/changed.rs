//! Workflows that plan and apply only the stacks that a pull request changes.

use std::collections::BTreeMap;

use crate::{Environment, Expression, Job, Matrix, Permissions, Script, Step, Text};

/// The job that says what changed.
const CHANGED: &str = "changed";
/// The step that says which stacks there are for each matrix.
const LISTED: &str = "listed";
/// The list of no stacks.
const NONE: &str = "[]";

/// Which stacks a pull request is planned for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlannedStacks {
    /// All of them: what drifted, or was not applied, is seen with the next pull request.
    #[default]
    All,
    /// Those whose documents it changes, and those that read them.
    Changed,
}

/// Stacks by the jobs whose matrix they are.
pub(crate) type Chunks = Vec<(String, Vec<String>)>;

/// What signs, opens and names the plans of a project.
pub(crate) struct Origin<'a> {
    pub(crate) tool: String,
    pub(crate) environment: &'a str,
    pub(crate) key: &'a str,
    /// The name that scripts know it by, and where it is from.
    pub(crate) public_key: (&'a str, Text),
    pub(crate) days: u32,
}

impl Origin<'_> {
    /// The job that finds what changed, and signs it. It has nothing that a program of the pull request could take: that is
    /// not run here.
    pub(crate) fn job(&self, checkout: Step, documents: Step, install: Vec<Step>, chunks: &Chunks) -> Job {
        let find = Step::run("List what changed", Script::of(include_str!("../scripts/changed.sh")))
            .id(LISTED)
            .env("TOOL", &*self.tool)
            .env("MATRICES", &*matrices(chunks));
        let sign = Step::run("Sign the list", Script::of(include_str!("../scripts/sign-list.sh")))
            .env(self.key, Expression::secret(self.key))
            .env("HEAD_SHA", Expression::github("event.pull_request.head.sha"));
        let job = Job::new(CHANGED, "Find what changed", 10)
            .needs("documents")
            .needs("tool")
            .permissions(Permissions::read_contents())
            .environment(Environment::new(self.environment))
            .output("stacks", LISTED, "stacks")
            .step(checkout)
            .step(documents)
            .steps(install)
            .step(find)
            .step(sign)
            .step(Step::upload_as("Keep the list", "planned", "stacks.json\nstacks.sig", self.days));
        outputs(job, chunks)
    }

    /// Adds to the job that finds the reviewed plans which of them there are: they were brought to `sealed`.
    pub(crate) fn list(&self, job: Job, run: Expression, chunks: &Chunks) -> Job {
        let of_run = |name: &str| Expression::step_output("run", name);
        let read = Step::run("Read what was planned", Script::of(include_str!("../scripts/listed.sh")))
            .id(LISTED)
            .env("MATRICES", &*matrices(chunks))
            .env(self.public_key.0, self.public_key.1.clone())
            .env("RUN_ID", of_run("run_id"))
            .env("RUN_ATTEMPT", of_run("run_attempt"))
            .env("HEAD_SHA", of_run("head_sha"));
        let job = job
            .output("stacks", LISTED, "stacks")
            .step(Step::download_run_folders("Bring the list", "planned", "listed", run))
            .step(read);
        outputs(job, chunks)
    }

    /// Shows what the reviewed plans do.
    pub(crate) fn show(&self) -> Step {
        Step::run("Read the plans", Script::of(include_str!("../scripts/show-planned.sh")))
            .env("TOOL", &*self.tool)
            .env("STACKS", Expression::step_output(LISTED, "stacks"))
    }
}

/// Whether a step of the job that finds the reviewed plans has something to do.
pub(crate) fn is_something_planned() -> Expression {
    Expression::step_output(LISTED, "stacks").is_not(NONE)
}

/// Whether the stacks that another job names for this one are any.
pub(crate) fn are_any(job: &str, id: &str) -> Expression {
    Expression::job_output(job, id).is_not(NONE)
}

/// The stacks that another job names for this one.
pub(crate) fn matrix(job: &str, id: &str) -> Matrix {
    Matrix::from_json("stack", Expression::job_output(job, id))
}

/// The matrix of a job that plans what changed.
pub(crate) fn planned(id: &str) -> (Matrix, Expression) {
    (matrix(CHANGED, id), are_any(CHANGED, id))
}

fn outputs(job: Job, chunks: &Chunks) -> Job {
    chunks.iter().fold(job, |job, (id, _)| job.output(id, LISTED, id))
}

/// The stacks of each job, as JSON.
fn matrices(chunks: &Chunks) -> String {
    let chunks: BTreeMap<&str, &[String]> =
        chunks.iter().map(|(id, stacks)| (id.as_str(), stacks.as_slice())).collect();
    // Text does not fail to become JSON.
    serde_json::to_string(&chunks).unwrap_or_default()
}
