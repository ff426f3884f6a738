//! The workflows of any project whose stacks are applied from the repository that describes them.

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
}

/// The variable of an environment that holds the ARN of its role.
const ROLE: &str = "AWS_ROLE_ARN";

/// The secret that plans are sealed with.
const KEY: &str = "PLAN_KEY";

const PLAN: &str = "plan.yml";

impl Project {
    /// Plans every pull request, applies what was reviewed once it is merged, and looks for drift.
    #[must_use]
    pub fn workflows(&self) -> Vec<Workflow> {
        vec![self.plan(), self.apply(), self.drift()]
    }

    fn plan(&self) -> Workflow {
        let own = Expression::on_event("workflow_dispatch")
            .or(Expression::github("event.pull_request.head.repo.full_name")
                .equals(Expression::github("repository")));
        let triggers = Triggers::new().pull_request(Paths::branches([&self.branch])).dispatch();
        let about = "Plans every pull request and says in a comment what an apply would change.";
        let mut jobs = vec![self.tool.job().step(self.tool.synth_here())];
        let mut comment_job = Job::new("comment", "Comment", 10)
            .permissions(Permissions::none().write(Scope::PullRequests))
            .when(Expression::not_cancelled().and(Expression::on_event("pull_request")));
        for (id, stacks) in chunks("plan", self.waves.concat()) {
            let plan =
                self.tool.call("plan --plan-dir plans --markdown").variable("STACK").into_file("comment.md");
            let picture = self.tool.call("graph --markdown").variable("STACK").onto_file("comment.md");
            let script =
                Script::from(plan).then(picture).then_lines("cat comment.md >> \"$GITHUB_STEP_SUMMARY\"");
            let artifact = |kind: &str| Text::from(kind).then(Expression::matrix("stack"));
            let job = Job::new(&id, Text::from("Plan ").then(Expression::matrix("stack")), 60)
                .needs("tool")
                // A stranger's pull request has no secrets, and gets no plan.
                .when(own.clone())
                .environment(Environment::new(&self.plan_environment))
                .matrix(Matrix::of("stack", stacks))
                .step(Step::checkout())
                .steps(self.tool.install())
                .assume_role_of_environment(ROLE, &self.region)
                .step(Step::run("Plan", script).env("STACK", Expression::matrix("stack")))
                .step(
                    Step::run("Seal the plan", Script::of(include_str!("../scripts/seal.sh")))
                        .env(KEY, Expression::secret(KEY)),
                )
                .step(Step::upload_as("Keep the plan", artifact("sealed-"), "plans.tar.gpg", 30))
                .step(Step::upload_as("Keep the comment", artifact("comment-"), "comment.md", 5));
            jobs.push(job);
            comment_job = comment_job.needs(&id);
        }
        let gather = Script::of("cat comments/*/comment.md > comment.md");
        let comment_job = comment_job
            .step(Step::download_folders("Bring what was planned", "comment-*", "comments"))
            .step(Step::run("Put it together", gather))
            .step(comment("plan"));
        Workflow::new(PLAN, "Plan", about, triggers).jobs(jobs).job(comment_job)
    }

    fn apply(&self) -> Workflow {
        let input = Input::text("The run of the workflow Plan whose plans to apply").default("");
        let triggers = Triggers::new().push(Paths::branches([&self.branch])).dispatch_with("run_id", input);
        let about =
            "Applies exactly the plans that were reviewed. What destroys waits for somebody to agree.";
        let workflow = Workflow::new("apply.yml", "Apply", about, triggers)
            .concurrency(Concurrency::waiting("apply"))
            .job(self.tool.job())
            .job(self.reviewed())
            .job(self.approve());
        let run = Expression::job_output("reviewed", "run_id");
        let mut before: Vec<String> = Vec::new();
        let mut jobs = Vec::new();
        for (number, wave) in self.waves.iter().enumerate() {
            let mut of_wave = Vec::new();
            for (id, stacks) in chunks(&format!("apply-{}", number + 1), wave.clone()) {
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
                    condition = condition.and(Expression::job_result(job).is("success"));
                }
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
                    .matrix(Matrix::of("stack", stacks))
                    .step(Step::checkout())
                    .steps(self.tool.install())
                    .step(Step::download_run("Bring the plan", sealed, "sealed/plan", run.clone()))
                    .step(unseal())
                    .assume_role_of_environment(ROLE, &self.region)
                    .step(
                        Step::run("Apply", apply)
                            .env("STACK", Expression::matrix("stack"))
                            .effect(Effect::Applies),
                    );
                of_wave.push(id);
                jobs.push(job);
            }
            before = of_wave;
        }
        workflow.jobs(jobs)
    }

    /// Which run planned what was reviewed, and what its plans destroy.
    fn reviewed(&self) -> Job {
        let find =
            Step::run("Find the reviewed plans", Script::of(include_str!("../scripts/reviewed-run.sh")))
                .id("run")
                .env("GH_TOKEN", Expression::token())
                .env("PLAN_WORKFLOW", PLAN)
                .env("RUN_ID", Expression::input("run_id"));
        let run = Expression::step_output("run", "run_id");
        let count = Script::of(include_str!("../scripts/destructions.sh"));
        Job::new("reviewed", "Find the reviewed plans", 10)
            .permissions(
                Permissions::none().read(Scope::Actions).read(Scope::Contents).read(Scope::PullRequests),
            )
            .environment(Environment::new(&self.plan_environment))
            .output("run_id", "run", "run_id")
            .output("destroying", "destroyed", "stacks")
            .step(find)
            .step(Step::download_run_folders("Bring the plans", "sealed-*", "sealed", run))
            .step(unseal())
            .step(Step::run("See what they destroy", count).id("destroyed"))
    }

    /// Does nothing: that it runs is that somebody agreed.
    fn approve(&self) -> Job {
        let count = Expression::job_output("reviewed", "destroying");
        Job::new("approve", "Agree to what is destroyed", 5)
            .needs("reviewed")
            .when(count.clone().is_not("0"))
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
            .concurrency(Concurrency::waiting("drift"))
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
            workflow = workflow.job(job);
        }
        workflow
    }
}

fn unseal() -> Step {
    Step::run("Open the plans", Script::of(include_str!("../scripts/unseal.sh")))
        .env(KEY, Expression::secret(KEY))
}

/// Jobs of at most as many runs as a matrix takes, by their ids.
fn chunks(id: &str, stacks: Vec<String>) -> Vec<(String, Vec<String>)> {
    let chunks = stacks.chunks(Matrix::MAX_RUNS).enumerate();
    let id = |number: usize| if number == 0 { id.to_owned() } else { format!("{id}-part-{}", number + 1) };
    chunks.map(|(number, stacks)| (id(number), stacks.to_vec())).collect()
}
