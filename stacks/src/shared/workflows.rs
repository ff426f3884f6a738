//! What the workflows of several systems have in common, and the workflows of this repository itself.

use formwork::workflows::{
    Command, Concurrency, Effect, Environment, Expression, Job, Paths, Permissions, Reference, Repository,
    Scope, Script, Step, Text, Tool, Triggers, Workflow, actions, notify,
};

/// The branch of this repository that others are merged into.
const MAIN: &str = "main";

/// The workflows of this repository.
///
/// # Errors
/// None; other systems read settings here.
#[expect(clippy::unnecessary_wraps, reason = "the signature of all systems")]
pub(crate) fn own() -> formwork::Result<Vec<Repository>> {
    let triggers =
        Triggers::new().push(Paths::branches([MAIN])).pull_request(Paths::branches([MAIN])).dispatch();
    let rust = Script::of(
        "rustup toolchain install 1.95.0 --profile minimal --component clippy,rustfmt --no-self-update\nrustup default 1.95.0",
    );
    let job = |id: &str, name: &str, minutes, steps: &str| {
        Job::new(id, name, minutes)
            .step(Step::checkout())
            .step(Step::run("Install Rust", rust.clone()))
            .step(Step::uses("Install Python", actions::SETUP_PYTHON).with("python-version", "3.12"))
            .step(Step::terraform("1.11.4"))
            .step(Step::cache(&format!("cargo-{id}"), &["~/.cargo/registry", "target"], "Cargo.lock"))
            .step(Step::run(name, steps.split(' ').fold(Command::new(".ci/run"), Command::argument)))
    };
    let about = "Runs what .ci/run runs, which is the same on a laptop: a job for each group of its steps.";
    let ci = Workflow::new("ci.yml", "CI", about, triggers)
        .job(job("lint", "Format, lints, licences", 30, "format clippy licences"))
        .job(job("test", "Tests", 60, "test"))
        .job(job("documents", "Documents", 60, "bindings synth validate providers scan newer"))
        .job(job("emulator", "Emulated AWS", 60, "emulator"))
        .job(job("releases", "Releases on an emulator", 60, "releases"))
        .job(job("packages", "Packages", 60, "outside optional packages"))
        .job(job("workflows", "Workflows and docs", 30, "workflows commands book"));
    Ok(vec![Repository::new("formwork").workflow(ci)])
}

/// A repository of a system: its files are kept here to be reviewed, and belong there.
pub(crate) fn elsewhere(system: &str, owner: &str, name: &str) -> Repository {
    Repository::new(&format!("{owner}/{name}")).below(&format!("snapshots/workflows/{system}/{name}"))
}

/// The program of this repository, as the workflows of the systems build it.
pub(crate) fn program() -> Tool {
    Tool::new("formwork-stacks").feature("migrations").feature("delivery")
}

/// Runs that change one place go one after the other, whichever workflow they belong to.
pub(crate) fn changing(target: &str) -> Concurrency {
    Concurrency::waiting(format!("change-{target}"))
}

/// The commit that the run is of, where its checkout is.
pub(crate) fn commit() -> Text {
    Expression::github("sha").into()
}

/// The folder of a system's own repository with the program.
pub(crate) const PROGRAM: &str = "infrastructure";

/// The program, in the folder of a system's own repository.
pub(crate) fn own_program() -> Tool {
    program().in_folder(PROGRAM)
}

/// The check that a branch asks for before it takes a change of the program: [`infrastructure_checks`].
pub(crate) const INFRASTRUCTURE_CHECK: &str = "infrastructure";

/// `infrastructure.yml` of a system whose program lies in its own repository: what a broken `infrastructure/` is found by
/// before it is merged.
pub(crate) fn infrastructure<'b>(
    system: &str,
    repository: &str,
    branches: impl IntoIterator<Item = &'b str>,
) -> Workflow {
    let about =
        "Builds the infrastructure's program, and holds its documents and workflows to what was reviewed.";
    let branches: Vec<&str> = branches.into_iter().collect();
    let paths = || Paths::branches(branches.clone());
    let triggers = Triggers::new().push(paths()).pull_request(paths());
    let [program, check] = infrastructure_checks(system, repository, INFRASTRUCTURE_CHECK);
    Workflow::new("infrastructure.yml", "Infrastructure", about, triggers)
        .concurrency(Concurrency::by_branch_of("infrastructure"))
        .jobs([program, check])
}

/// The job `tool`, which builds the program and holds it to what was reviewed, and the check that branches ask for: a job
/// that is skipped would count as passed.
pub(crate) fn infrastructure_checks(system: &str, repository: &str, check: &str) -> [Job; 2] {
    let tool = own_program().feature("pipelines");
    let here = |name: &str, command: Command| Step::run(name, command).in_folder(PROGRAM);
    let rendered = format!("{PROGRAM}/snapshots/workflows/{system}/{repository}");
    let reviewed = Command::new("cargo").arguments(["test", "--locked", "--test", "systems"]);
    let program = tool
        .job()
        .step(tool.synth_here())
        .step(here("Synthesize again, to the same documents", tool.call("synth --check")))
        .step(here("Compare the documents with those that were reviewed", reviewed))
        .step(here("Compare the workflows with the program", tool.call("pipelines check")))
        .step(
            Step::run("Compare what GitHub runs with them", Script::of(include_str!("running.sh")))
                .env("RENDERED", rendered),
        );
    let asked = Script::of("[ \"$RESULT\" = success ]");
    let check = Job::new(check, check, 5)
        .needs("tool")
        .when(Expression::not_cancelled())
        .permissions(Permissions::none())
        .step(
            Step::run("Ask whether the program is right", asked)
                .env("RESULT", Expression::job_result("tool")),
        );
    [program, check]
}

/// What a job deploys to: an environment on GitHub, the stack it stands for, and the role that applies it.
pub(crate) struct DeployTarget<'a> {
    pub(crate) environment: &'a str,
    pub(crate) stack: &'a str,
    pub(crate) region: &'a str,
    pub(crate) role: &'a str,
    pub(crate) role_variable: &'a str,
}

impl DeployTarget<'_> {
    /// A job in the environment, which brings the program and assumes the role.
    pub(crate) fn job(&self, tool: &Tool, id: &str, name: &str, minutes: u32) -> Job {
        self.enter(Job::new(id, name, minutes).needs("tool"), [Step::checkout()], tool)
    }

    /// Has a job, which a job with the program comes before, get its source, bring the program and assume the role. What
    /// is built of the source is built before there is a role.
    pub(crate) fn enter(&self, job: Job, source: impl IntoIterator<Item = Step>, tool: &Tool) -> Job {
        job.environment(Environment::new(self.environment))
            .concurrency(changing(self.stack))
            .steps(source)
            .steps(tool.install())
            .assume_role(self.role, self.role_variable, self.region)
    }

    /// A job in the environment that assumes the role and needs neither files nor the program.
    pub(crate) fn job_alone(&self, id: &str, name: &str, minutes: u32) -> Job {
        Job::new(id, name, minutes)
            .permissions(Permissions::none())
            .environment(Environment::new(self.environment))
            .assume_role(self.role, self.role_variable, self.region)
    }

    /// A job that applies the stack, after its plan was shown in the job's summary.
    pub(crate) fn apply(&self, tool: &Tool, id: &str, name: &str) -> Job {
        self.job(tool, id, name, 60)
            .step(tool.synth())
            .step(tool.plan(self.stack))
            .step(tool.apply(self.stack))
    }

    /// A step that publishes a folder as a site: all of its release, which moves nothing but files.
    pub(crate) fn publish(&self, tool: &Tool, site: &str, folder: &str, commit: Text) -> Step {
        let call = |verb: &str| tool.call(verb).arguments(["--stack", self.stack, site]);
        let start =
            call("release start").arguments(["--package", folder]).option_variable("--commit", "COMMIT");
        let script = Script::from(start)
            .then(call("release verify"))
            .then(call("release promote --on-cancel=rollback").option_variable("--release", "COMMIT"));
        Step::run("Publish the site", script)
            .env("COMMIT", commit)
            .refers(self.release(site))
            .effect(Effect::Promotes)
    }

    /// A step that takes services back, if one of the steps after that of an id has failed: what it promoted does not
    /// serve well.
    pub(crate) fn take_back(&self, tool: &Tool, name: &str, services: &[&str], promoted: &str) -> Step {
        let back = tool.call("release rollback").arguments(["--stack", self.stack]).arguments(services);
        let was_promoted = Expression::context(&format!("steps.{promoted}.conclusion")).is("success");
        let step =
            Step::run(name, back).when(Expression::failure().and(was_promoted)).effect(Effect::Promotes);
        services.iter().fold(step, |step, service| step.refers(self.release(service)))
    }

    /// A service that the stack describes the release of.
    pub(crate) fn release(&self, service: &str) -> Reference {
        Reference::Release { stack: self.stack.to_owned(), service: service.to_owned() }
    }
}

/// Which way migrations run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// All that have not run.
    Up,
    /// The newest one, back.
    Down,
}

/// A step that runs migrations in the function that is in the database's network, through one of its aliases. The function
/// takes `{"command":"up"}` or `{"command":"down"}` and answers with the version that the database has then. It leaves
/// the version in `MIGRATION_VERSION` for the steps after it.
pub(crate) fn run_migrations(function: &str, alias: &str, direction: Direction) -> Step {
    let (name, payload) = match direction {
        Direction::Up => ("Migrate the database", r#"{"command":"up"}"#),
        Direction::Down => ("Take the newest migration back", r#"{"command":"down"}"#),
    };
    let failure = "the migration failed, and nothing was done after it";
    invoke(name, function, alias, payload, failure, include_str!("migrated.sh")).effect(Effect::Migrates)
}

/// A step that calls a function through one of its aliases, with a payload or the file that it is in (`file://…`), and
/// fails with words of its own if the function does. What follows in the script finds the answer in `answer.json`.
pub(crate) fn invoke(
    name: &str,
    function: &str,
    alias: &str,
    payload: &str,
    failure: &str,
    then: &'static str,
) -> Step {
    let call = Script::of(include_str!("invoke.sh"));
    let script = if then.is_empty() { call } else { call.then_lines(then) };
    Step::run(name, script)
        .env("FUNCTION", function)
        .env("ALIAS", alias)
        .env("PAYLOAD", payload)
        .env("FAILURE", failure)
        .refers(Reference::Function(function.to_owned()))
}

/// A step that installs a version of PostgreSQL from its own packages: `postgresql`, the server, or `postgresql-client`.
pub(crate) fn install_postgresql(package: &str, version: u32) -> Step {
    Step::run("Install PostgreSQL", Script::of(include_str!("postgresql.sh")))
        .env("PACKAGE", package)
        .env("VERSION", version.to_string())
}

/// A step that looks at alarms, by what their names begin with, for so many minutes after a deployment.
pub(crate) fn watch_alarms(prefix: &str, minutes: u32) -> Step {
    Step::run(&format!("Watch the alarms for {minutes} minutes"), Script::of(include_str!("watch.sh")))
        .env("ALARM_PREFIX", prefix)
        .env("MINUTES", minutes.to_string())
}

/// A job that tells Slack once all of these succeeded.
pub(crate) fn succeeded(jobs: &[&str], what: &str) -> Job {
    let body = Text::from(format!("{what} succeeded at ")).then(commit()).then(".");
    let job = Job::new("succeeded", "Say that it succeeded", 5)
        .permissions(Permissions::none())
        .step(notify::slack(body));
    jobs.iter().fold(job, |job, other| job.needs(other))
}

/// A job that opens an issue and tells Slack, if one of these failed. Names of branches and commits go through the
/// environment.
pub(crate) fn failed(jobs: &[&str], what: &str) -> Job {
    let body = Text::from(format!("{what} failed at ")).then(commit()).then(".");
    let job = Job::new("failed", "Say that it failed", 10)
        .when(Expression::failure())
        .permissions(Permissions::none().write(Scope::Issues))
        .steps(notify::failure(format!("{what} failed"), body));
    jobs.iter().fold(job, |job, other| job.needs(other))
}
