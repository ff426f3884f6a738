//! The workflows of any project whose stacks are applied from the repository that describes them.

use crate::changed::{self, Origin, PlannedStacks};
use crate::notify::{self, comment};
use crate::{
    Concurrency, Effect, Environment, Expression, Input, Job, Matrix, Paths, Permissions, Scope, Script,
    Step, Text, Tool, Triggers, Workflow,
};

/// A project: its program, its stacks, and what they are called on GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The program.
    pub tool: Tool,
    /// Which of the stacks a pull request is planned for.
    pub planned: PlannedStacks,
    /// The stacks that can be applied at once, then those that need them, and so on.
    pub waves: Vec<Vec<String>>,
    /// The branch whose commits are applied.
    pub branch: String,
    /// The region of AWS.
    pub region: String,
    /// The environment on GitHub that plans are made in. Its `AWS_ROLE_ARN` may read.
    pub plan_environment: String,
    /// The environment on GitHub that plans are applied in. Its `AWS_ROLE_ARN` may change.
    pub apply_environment: String,
    /// The environment on GitHub whose reviewers agree to what is destroyed.
    pub destroy_environment: String,
    /// The public part of the key that plans are signed with, as PEM. Without it the workflows take it from a variable of the
    /// repository, which whoever may write to it can change.
    pub public_key: Option<String>,
}

/// The variable of an environment that holds the ARN of its role.
const ROLE: &str = "AWS_ROLE_ARN";

/// The secret that plans are encrypted with, in the environments that make them and that apply them.
const KEY: &str = "PLAN_KEY";

/// The secret that plans are signed with, which only the environment that makes them has: a private key of Ed25519.
const SIGNING_KEY: &str = "PLAN_SIGNING_KEY";

/// The public key to it, and the variable of the repository that holds it unless the workflows do.
const PUBLIC_KEY: &str = "PLAN_PUBLIC_KEY";

/// How long sealed plans are kept: until the review, the merge and an approval, for which GitHub waits 30 days.
const SEALED_DAYS: u32 = 90;

const PLAN: &str = "plan.yml";

impl Project {
    /// Plans every pull request, applies what was reviewed once it is merged, and looks for drift.
    #[must_use]
    pub fn workflows(&self) -> Vec<Workflow> {
        [self.plan(), self.apply(), self.drift()].map(Workflow::of_init).into()
    }

    fn plan(&self) -> Workflow {
        let own = Expression::on_event("pull_request").and(
            Expression::github("event.pull_request.head.repo.full_name")
                .equals(Expression::github("repository")),
        );
        let triggers = Triggers::new().pull_request(Paths::branches([&self.branch])).merge_group();
        let about = "Plans every pull request and says in a comment what an apply would change.";
        // What runs beside the reading role and the keys is the program of the branch, which was reviewed; the documents
        // are of the pull request's program, and are data.
        let trusted = self.tool.trusted_job_from(reviewed_commit()).when(own.clone());
        let mut jobs = vec![documents_job(&self.tool), trusted];
        let chunks = chunks("plan", self.waves.concat());
        if self.plans_changed() {
            let (documents, install) = (self.tool.documents(), self.tool.trusted_program());
            jobs.push(self.origin().job(reviewed_commit(), documents, install, &chunks).when(own.clone()));
        }
        let mut comment_job = Job::new("comment", "Comment", 10)
            .permissions(Permissions::none().write(Scope::PullRequests))
            .needs("tool")
            .needs("documents")
            .when(Expression::not_cancelled().and(own.clone()));
        for (id, stacks) in chunks {
            let (matrix, condition) = match self.planned {
                PlannedStacks::All => (Matrix::of("stack", stacks), own.clone()),
                PlannedStacks::Changed => {
                    let (matrix, are_any) = changed::planned(&id);
                    (matrix, own.clone().and(are_any))
                }
            };
            let plan = self
                .tool
                .call("plan --documents documents --plan-dir plans --json")
                .variable("STACK")
                .into_file("report.json");
            let artifact = |kind: &str| Text::from(kind).then(Expression::matrix("stack"));
            let job = Job::new(&id, Text::from("Plan ").then(Expression::matrix("stack")), 60)
                .needs("documents")
                .needs("tool")
                // A stranger's pull request has no secrets, and gets no plan.
                .when(condition)
                .permissions(Permissions::none())
                .environment(Environment::new(&self.plan_environment))
                .matrix(matrix)
                .step(self.tool.documents())
                .steps(self.tool.trusted_install())
                .assume_role_of_environment(ROLE, &self.region)
                .step(
                    Step::run("Plan", plan)
                        .env("STACK", Expression::matrix("stack"))
                        .env("FORMWORK_COMMIT", Expression::github("event.pull_request.head.sha")),
                )
                .step(
                    Step::run("Seal the plan", Script::of(include_str!("../scripts/seal.sh")))
                        .env(KEY, Expression::secret(KEY))
                        .env(SIGNING_KEY, Expression::secret(SIGNING_KEY))
                        .env("HEAD_SHA", Expression::github("event.pull_request.head.sha"))
                        .env("STACK", Expression::matrix("stack")),
                )
                .step(Step::upload_as(
                    "Keep the plan",
                    artifact("sealed-"),
                    "plans.tar.gpg\nplans.sig",
                    SEALED_DAYS,
                ))
                // Also of a plan that failed: the comment says why.
                .step(
                    Step::run("Sign the report", Script::of(include_str!("../scripts/sign-report.sh")))
                        .when(Expression::not_cancelled())
                        .env(SIGNING_KEY, Expression::secret(SIGNING_KEY))
                        .env("HEAD_SHA", Expression::github("event.pull_request.head.sha"))
                        .env("STACK", Expression::matrix("stack")),
                )
                .step(
                    Step::upload_as("Keep the report", artifact("report-"), "report.json\nreport.sig", 5)
                        .when(Expression::not_cancelled()),
                );
            jobs.push(if self.plans_changed() { job.needs("changed") } else { job });
            comment_job = comment_job.needs(&id);
        }
        let stacks = match self.planned {
            // Text does not fail to become JSON.
            PlannedStacks::All => Text::from(serde_json::to_string(&self.waves.concat()).unwrap_or_default()),
            PlannedStacks::Changed => Expression::job_output("changed", "stacks").into(),
        };
        let write = Step::run("Write the comment", Script::of(include_str!("../scripts/signed-reports.sh")))
            .env("TOOL", self.tool.path())
            .env("STACKS", stacks)
            .env(PUBLIC_KEY, self.public_key())
            .env("HEAD_SHA", Expression::github("event.pull_request.head.sha"))
            .env("BASE", Expression::job_output("documents", "base"));
        if self.plans_changed() {
            let is_known = Expression::job_result("changed").is("success");
            comment_job =
                comment_job.needs("changed").when(Expression::not_cancelled().and(own).and(is_known));
        }
        let comment_job = comment_job
            .steps(self.tool.trusted_program())
            .step(Step::download_folders("Bring what was planned", "report-*", "brought"))
            .step(write)
            .step(comment("plan"));
        Workflow::new(PLAN, "Plan", about, triggers).jobs(jobs).job(comment_job)
    }

    fn apply(&self) -> Workflow {
        let input = Input::text("The run of the workflow Plan whose plans to apply").default("");
        let older =
            Input::text("true to apply plans of a commit after which another one was applied").default("");
        let triggers = Triggers::new()
            .push(Paths::branches([&self.branch]))
            .dispatch_with("run_id", input)
            .dispatch_with("older", older);
        let about =
            "Applies exactly the plans that were reviewed. What destroys waits for somebody to agree.";
        let workflow = Workflow::new("apply.yml", "Apply", about, triggers)
            .concurrency(Concurrency::waiting("apply"))
            .job(self.tool.job())
            .job(self.reviewed())
            .job(self.approve());
        let run = Expression::job_output("reviewed", "run_id");
        let mut before: Vec<String> = Vec::new();
        let mut all: Vec<String> = Vec::new();
        let mut jobs = Vec::new();
        for (number, wave) in self.waves.iter().enumerate() {
            let mut of_wave = Vec::new();
            for (id, stacks) in wave_chunks(number, wave) {
                let name = Text::from("Apply ").then(Expression::matrix("stack"));
                let sealed = Text::from("sealed-").then(Expression::matrix("stack"));
                let agreed = Expression::job_result("approve").is("success");
                // Skipped means that nobody had to be asked.
                let nothing_to_ask = Expression::job_result("approve").is("skipped");
                let mut condition = Expression::not_cancelled()
                    .and(Expression::job_result("tool").is("success"))
                    .and(Expression::job_result("reviewed").is("success"))
                    .and(agreed.or(nothing_to_ask));
                for job in &before {
                    let result = || Expression::job_result(job);
                    condition = condition.and(match self.planned {
                        PlannedStacks::All => result().is("success"),
                        // Nothing of it was planned; what it waits for is waited for here too.
                        PlannedStacks::Changed => result().is("success").or(result().is("skipped")),
                    });
                }
                let matrix = match self.planned {
                    PlannedStacks::All => Matrix::of("stack", stacks),
                    PlannedStacks::Changed => {
                        condition = condition.and(changed::are_any("reviewed", &id));
                        changed::matrix("reviewed", &id)
                    }
                };
                let apply = self.tool.call("apply --plan-dir plans").variable("STACK");
                let mut job = Job::new(&id, name, 120).needs("tool").needs("reviewed").needs("approve");
                for other in &before {
                    job = job.needs(other);
                }
                let job = job
                    .when(condition)
                    .permissions(Permissions::read_contents().read(Scope::Actions))
                    .environment(Environment::new(&self.apply_environment))
                    .concurrency(Concurrency::waiting(Text::from("stack-").then(Expression::matrix("stack"))))
                    .matrix(matrix)
                    .step(Step::checkout())
                    .steps(self.tool.install())
                    .step(Step::download_run_folders("Bring the plan", sealed, "sealed", run.clone()))
                    .step(
                        self.unseal(|name| Expression::job_output("reviewed", name))
                            .env("DIGESTS", Expression::job_output("reviewed", "digests")),
                    )
                    .assume_role_of_environment(ROLE, &self.region)
                    .step(
                        Step::run("Apply", apply)
                            .env("STACK", Expression::matrix("stack"))
                            .env("FORMWORK_OLDER", Expression::input("older"))
                            .effect(Effect::Applies),
                    );
                of_wave.push(id);
                jobs.push(self.tool.find_locks(job));
            }
            all.extend(of_wave.iter().cloned());
            match self.planned {
                PlannedStacks::All => before = of_wave,
                PlannedStacks::Changed => before.extend(of_wave),
            }
        }
        workflow.jobs(jobs).job(replan(&all))
    }

    /// Which run planned what was reviewed, and what its plans destroy.
    fn reviewed(&self) -> Job {
        let find =
            Step::run("Find the reviewed plans", Script::of(include_str!("../scripts/reviewed-run.sh")))
                .id("run")
                .env("GH_TOKEN", Expression::token())
                .env("PLAN_WORKFLOW", PLAN)
                .env("RUN_ID", Expression::input("run_id"))
                .env("OLDER", Expression::input("older"))
                .env("APPLY_ENVIRONMENT", &*self.apply_environment);
        let run = Expression::step_output("run", "run_id");
        let show = self
            .tool
            .call("plan --reviewed --plan-dir plans --json")
            .arguments(self.waves.concat())
            .into_file("reviewed.json");
        let count = Script::of(include_str!("../scripts/destructions.sh"));
        let job = Job::new("reviewed", "Find the reviewed plans", 10)
            .permissions(
                Permissions::none()
                    .read(Scope::Actions)
                    .read(Scope::Contents)
                    .read(Scope::Deployments)
                    .read(Scope::PullRequests),
            )
            .needs("tool")
            .environment(Environment::new(&self.plan_environment))
            .output("run_id", "run", "run_id")
            .output("run_attempt", "run", "run_attempt")
            .output("head_sha", "run", "head_sha")
            .output("digests", "plans", "digests")
            .output("destroying", "destroyed", "stacks")
            .step(find)
            .step(Step::checkout())
            .steps(self.tool.install())
            .step(Step::download_run_folders("Bring the plans", "sealed-*", "sealed", run.clone()));
        let job = self.tool.find_locks(job);
        let steps = [
            self.unseal(|name| Expression::step_output("run", name)).id("plans").env("DIGESTS", ""),
            match self.planned {
                PlannedStacks::All => Step::run("Read the plans", show),
                PlannedStacks::Changed => self.origin().show(),
            },
            Step::run("See what they destroy", count).id("destroyed"),
        ];
        if !self.plans_changed() {
            return job.steps(steps);
        }
        let waves = self.waves.iter().enumerate();
        let chunks = waves.flat_map(|(number, wave)| wave_chunks(number, wave)).collect();
        let job = self.origin().list(job, run, &chunks);
        job.steps(steps.map(|step| step.when(changed::is_something_planned())))
    }

    /// Does nothing: that it runs is that somebody agreed.
    fn approve(&self) -> Job {
        let count = Expression::job_output("reviewed", "destroying");
        let asks = count.clone().is_not("0");
        let asks = match self.planned {
            PlannedStacks::All => asks,
            PlannedStacks::Changed => asks.and(changed::are_any("reviewed", "stacks")),
        };
        Job::new("approve", "Agree to what is destroyed", 5)
            .needs("reviewed")
            .when(asks)
            .permissions(Permissions::none())
            .environment(Environment::new(&self.destroy_environment))
            .step(
                Step::run(
                    "Say so",
                    Script::of(
                        "echo \"agreed to what goes: stacks concerned: $STACKS\" >> \"$GITHUB_STEP_SUMMARY\"",
                    ),
                )
                .env("STACKS", count),
            )
    }

    fn drift(&self) -> Workflow {
        let about = "Looks every night for what has changed outside, and opens an issue.";
        let triggers = Triggers::new().schedule("17 3 * * *").dispatch();
        let mut workflow = Workflow::new("drift.yml", "Drift", about, triggers)
            .concurrency(Concurrency::newest("drift"))
            .job(self.tool.job());
        for (id, stacks) in chunks("drift", self.waves.concat()) {
            let drifted = Expression::step_output("drift", "drifted").is("true");
            let title = Text::from("Drift in ").then(Expression::matrix("stack"));
            let body = title
                .clone()
                .then(": something has changed outside since the last apply. `plan` shows what.");
            let notices = notify::failure(title, body).into_iter().map(|step| step.when(drifted.clone()));
            let job = Job::new(&id, Text::from("Drift of ").then(Expression::matrix("stack")), 60)
                .needs("tool")
                .permissions(Permissions::read_contents().write(Scope::Issues))
                .environment(Environment::new(&self.plan_environment))
                .matrix(Matrix::of("stack", stacks))
                .step(Step::checkout())
                .steps(self.tool.install())
                .assume_role_of_environment(ROLE, &self.region)
                .step(
                    Step::run("Look for drift", Script::of(include_str!("../scripts/drift.sh")))
                        .id("drift")
                        .env("TOOL", self.tool.path())
                        .env("STACK", Expression::matrix("stack")),
                )
                .steps(notices);
            workflow = workflow.job(self.tool.find_locks(job));
        }
        workflow
    }
}

/// Makes the documents of the pull request as it is merged now: a run that is started again plans what a merge would bring
/// then.
fn documents_job(tool: &Tool) -> Job {
    let is_pull = || Expression::on_event("pull_request");
    let number = Expression::github("event.pull_request.number");
    let merged = Expression::call("format", [Expression::text("refs/pull/{0}/merge"), number]);
    let reference = is_pull().and(merged).or(Expression::github("ref"));
    let check = Step::run("Look at the commit", Script::of(include_str!("../scripts/merge-commit.sh")))
        .id("commit")
        .when(is_pull())
        .env("HEAD_SHA", Expression::github("event.pull_request.head.sha"));
    let checkout = Step::checkout().with("ref", reference).with("fetch-depth", "2");
    tool.documents_job([checkout, check]).output("base", "commit", "base")
}

/// Plans what is open again, whatever became of the apply: the branch has moved on, and states may have.
fn replan(applies: &[String]) -> Job {
    let script = Script::of(include_str!("../scripts/replan.sh"));
    let job = Job::new("replan", "Plan what is open again", 30)
        .when(Expression::not_cancelled())
        .permissions(Permissions::none().write(Scope::Actions).read(Scope::PullRequests))
        .needs("reviewed");
    let job = applies.iter().fold(job, |job, apply| job.needs(apply));
    job.step(
        Step::run("Plan open pull requests", script)
            .env("GH_TOKEN", Expression::token())
            .env("PLAN_WORKFLOW", PLAN),
    )
}

impl Project {
    fn plans_changed(&self) -> bool {
        self.planned == PlannedStacks::Changed
    }

    fn public_key(&self) -> Text {
        match &self.public_key {
            Some(key) => Text::from(key),
            None => Expression::variable(PUBLIC_KEY).into(),
        }
    }

    /// Opens plans of the run that these outputs tell of.
    fn unseal(&self, reviewed: impl Fn(&str) -> Expression) -> Step {
        Step::run("Open the plans", Script::of(include_str!("../scripts/unseal.sh")))
            .env(KEY, Expression::secret(KEY))
            .env(PUBLIC_KEY, self.public_key())
            .env("RUN_ID", reviewed("run_id"))
            .env("RUN_ATTEMPT", reviewed("run_attempt"))
            .env("HEAD_SHA", reviewed("head_sha"))
    }

    fn origin(&self) -> Origin<'_> {
        Origin {
            tool: self.tool.path(),
            environment: &self.plan_environment,
            key: SIGNING_KEY,
            public_key: (PUBLIC_KEY, self.public_key()),
            days: SEALED_DAYS,
        }
    }
}

/// Brings the branch that a pull request is to be merged into, which was reviewed.
fn reviewed_commit() -> Step {
    Step::checkout().with("ref", Expression::github("event.pull_request.base.ref"))
}

/// The jobs that apply a wave.
fn wave_chunks(number: usize, wave: &[String]) -> Vec<(String, Vec<String>)> {
    chunks(&format!("apply-{}", number + 1), wave.to_vec())
}

/// Jobs of at most as many runs as a matrix takes, by their ids.
fn chunks(id: &str, stacks: Vec<String>) -> Vec<(String, Vec<String>)> {
    let chunks = stacks.chunks(Matrix::MAX_RUNS).enumerate();
    let id = |number: usize| if number == 0 { id.to_owned() } else { format!("{id}-part-{}", number + 1) };
    chunks.map(|(number, stacks)| (id(number), stacks.to_vec())).collect()
}
