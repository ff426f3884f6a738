//! The ways back by hand: `rollback.yml` moves aliases, `database-rollback.yml` takes the newest migration back too.

use formwork::workflows::{
    Command, Concurrency, Effect, Environment, Expression, Input, Job, Permissions, Reference, Scope, Script,
    Step, Text, Tool, Triggers, Workflow,
};

use super::{DEPLOY, migrate, naming_releases, program, release_job, services, test_what_serves};
use crate::shared::workflows::{Direction, invoke, run_migrations};
use crate::systems::scheduler::functions::size;
use crate::systems::scheduler::names::{CANDIDATE, FUNCTIONS};
use crate::systems::scheduler::{Project, Settings, github, names};

/// The step that takes the migration back.
const DOWN: &str = "down";

/// One call per alias, whatever state a release is in. It waits for no deployment: one that is under way is ended by it.
pub(super) fn functions(project: &Project, environments: &[&Settings]) -> Workflow {
    let about = "Moves the aliases of an environment back to the versions that served before, at once: also while a release is under way.";
    let workflow = by_hand("rollback.yml", "Roll back", about, environments);
    environments.iter().fold(workflow, |workflow, settings| {
        let tool = program();
        let prefix = settings.prefix();
        let role = names::role_name("release", settings);
        let id = format!("rollback-{}", settings.environment);
        let job = Job::new(&id, format!("Roll back {}", settings.environment), 10)
            .environment(Environment::new(&settings.environment))
            // Not that of deployments: it is for what they do.
            .concurrency(Concurrency::waiting(format!("rollback-{prefix}")))
            .steps(tool.install_program())
            .assume_role(&role, github::RELEASE_ROLE, &project.region)
            .step(roll_back(&tool, settings));
        workflow.job(with_program(job, settings))
    })
}

/// The newest migration and the release that came with it, taken back in the order of the document.
pub(super) fn database(project: &Project, environments: &[&Settings]) -> Workflow {
    let about = "Stops the functions of an environment, takes the newest migration back, checks the data, moves the aliases back and starts the functions again.";
    let workflow = by_hand("database-rollback.yml", "Roll the database back", about, environments);
    environments.iter().fold(workflow, |workflow, settings| {
        let tool = program();
        let id = format!("database-rollback-{}", settings.environment);
        let name = format!("Roll the database of {} back", settings.environment);
        // Nothing that the functions could work with has changed yet.
        let nothing_changed = Expression::failure()
            .and(Expression::context(&format!("steps.{DOWN}.conclusion")).is_not("success"));
        let job = release_job(project, settings, &tool, &id, &name, 30)
            .step(naming_functions(Step::run("Stop the functions", stop(settings)), settings))
            .step(run_migrations(&migrate(settings), CANDIDATE, Direction::Down).id(DOWN))
            .step(
                invoke(
                    "Check the data",
                    &migrate(settings),
                    CANDIDATE,
                    r#"{"command":"check"}"#,
                    "the data is not whole; the functions stay stopped",
                    include_str!("data.sh"),
                )
                .env("VERSION", Expression::context("env.MIGRATION_VERSION")),
            )
            .step(roll_back(&tool, settings))
            .step(naming_functions(Step::run("Start the functions", start(settings)), settings))
            .step(test_what_serves(&tool, settings))
            .step(naming_functions(
                Step::run("Start the functions as they were", start(settings)).when(nothing_changed),
                settings,
            ));
        workflow.job(with_program(job, settings))
    })
}

/// A workflow that a person starts for one environment.
fn by_hand(file: &str, name: &str, about: &str, environments: &[&Settings]) -> Workflow {
    let names = environments.iter().map(|settings| settings.environment.as_str());
    let triggers = Triggers::new().dispatch_with("environment", Input::choice("Where to go back", names));
    let group =
        Text::from(format!("{}-", file.trim_end_matches(".yml"))).then(Expression::input("environment"));
    let built = Expression::job_output("newest", "found").is("true");
    Workflow::new(file, name, about, triggers)
        .concurrency(Concurrency::waiting(group))
        .job(newest())
        .job(program().job().needs("newest").when(Expression::not_cancelled().and(built.not())))
}

/// The program as the newest deployment built it, if there still is one.
fn newest() -> Job {
    Job::new("newest", "Bring the program of the newest deployment", 5)
        .permissions(Permissions::none().read(Scope::Actions))
        .step(
            Step::run("Look for it", Script::of(include_str!("program.sh")))
                .id("program")
                .env("GH_TOKEN", Expression::token())
                .env("GH_REPO", Expression::github("repository"))
                .env("WORKFLOW", DEPLOY)
                // An environment is deployed from one branch, and lets runs of no other in.
                .env("BRANCH", Expression::github("ref_name")),
        )
        .step(
            Step::upload("tool", &program().path(), 30)
                .when(Expression::step_output("program", "found").is("true")),
        )
        .output("found", "program", "found")
}

/// A job that runs for its environment only, with the program from either of two jobs.
fn with_program(job: Job, settings: &Settings) -> Job {
    let found = Expression::job_output("newest", "found").is("true");
    let built = Expression::job_result("tool").is("success");
    let wanted = Expression::input("environment").is(&settings.environment);
    job.needs("newest").needs("tool").when(Expression::not_cancelled().and(wanted).and(found.or(built)))
}

fn roll_back(tool: &Tool, settings: &Settings) -> Step {
    let call = tool.call("release rollback").arguments(services(settings));
    naming_releases(Step::run("Roll back", call).effect(Effect::Promotes), settings)
}

/// No new calls, and time for those that run to end.
fn stop(settings: &Settings) -> Script {
    let longest = FUNCTIONS.iter().map(|name| size(settings, name).timeout_seconds).max().unwrap_or_default();
    let stop = FUNCTIONS.iter().fold(Script::default(), |script, name| script.then(limit(settings, name, 0)));
    stop.then(Command::new("sleep").argument(&longest.to_string()))
}

/// The concurrency that the settings give each function, if any.
fn start(settings: &Settings) -> Script {
    FUNCTIONS.iter().fold(Script::default(), |script, name| {
        script.then(match size(settings, name).reserved_concurrency {
            Some(executions) => limit(settings, name, executions),
            None => Command::new("aws")
                .arguments(["lambda", "delete-function-concurrency", "--function-name"])
                .argument(&settings.name(name)),
        })
    })
}

fn limit(settings: &Settings, name: &str, executions: u32) -> Command {
    Command::new("aws")
        .arguments(["lambda", "put-function-concurrency", "--function-name"])
        .argument(&settings.name(name))
        .arguments(["--reserved-concurrent-executions", &executions.to_string()])
}

fn naming_functions(step: Step, settings: &Settings) -> Step {
    FUNCTIONS.iter().fold(step, |step, name| step.refers(Reference::Function(settings.name(name))))
}
