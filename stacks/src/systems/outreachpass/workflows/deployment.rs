//! What `backend-deploy.yml`, `worker-deploy.yml` and `frontend-deploy.yml` have in common: built once, released to dev
//! and, once somebody agreed, to prod.

use formwork::workflows::{
    Command, Concurrency, Effect, Expression, Job, Paths, Script, Step, Text, Triggers, Workflow,
};

use super::notify::notify;
use super::part::Part;
use super::{MAIN, frontend, functions, target};
use crate::shared::workflows::{Direction, changing, commit, invoke, own_program, run_migrations};
use crate::systems::outreachpass::github::RELEASE_ROLE;
use crate::systems::outreachpass::names::{CANDIDATE, LIVE, MIGRATE, release_role_name};
use crate::systems::outreachpass::{Project, Settings};

/// What the API is asked, as a candidate, while it is watched, and once it serves.
pub(super) const API_SMOKE: &str = "smoke/outreachpass.toml";

/// What the frontend is asked once it serves.
pub(super) const FRONTEND_SMOKE: &str = "smoke/outreachpass-frontend.toml";

/// What the worker is given to try it: an event that it takes and does nothing for.
pub(super) const SAMPLE_EVENT: &str = "smoke/outreachpass-worker.json";

/// Built once, then released to each environment: verified before, and taken back if the checks after it fail.
pub(super) fn deployment(project: &Project, environments: &[Settings], part: Part) -> Workflow {
    let folder = part.folder();
    let what = match part {
        Part::Backend | Part::Worker => "package and releases it",
        Part::Frontend => "images and releases them",
    };
    let about = format!("Builds the {folder}'s {what} to dev and, once somebody agreed, to prod.");
    let triggers =
        Triggers::new().push(Paths::branches([MAIN]).touching([format!("{folder}/**")])).dispatch();
    let build = match part {
        Part::Backend | Part::Worker => functions::build(project, part),
        Part::Frontend => frontend::build(project, environments),
    };
    let mut before = build.id().to_owned();
    let mut all = vec!["tool".to_owned(), before.clone()];
    let first = before.clone();
    let mut workflow =
        Workflow::new(&format!("{folder}-deploy.yml"), &format!("Deploy the {folder}"), &about, triggers)
            .concurrency(Concurrency::waiting(format!("{folder}-deploy")))
            .takes_older()
            .job(own_program().job())
            .job(build);
    for settings in environments {
        let job = release(project, settings, part).needs(&first).needs(&before);
        before = job.id().to_owned();
        all.push(before.clone());
        workflow = workflow.job(job);
    }
    workflow.job(notify(project, environments, &all, &format!("Deployment of the {folder}")))
}

/// A release in one environment: start, verify, promote, checks, and back if they fail.
fn release(project: &Project, settings: &Settings, part: Part) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let target = target(settings, &stack, &role, RELEASE_ROLE);
    let call = |verb: &str, service: &str| tool.call(verb).arguments(["--stack", &stack]).argument(service);
    let own = |verb: &str| call(verb, part.service());
    let start = |name: &str, service: &str, option: &str, variable: &'static str, value: Text| {
        let command = call("release start", service)
            .option_variable("--commit", "COMMIT")
            .option_variable(option, variable);
        Step::run(name, command).env("COMMIT", commit()).env(variable, value).refers(target.release(service))
    };
    let start_function = |name: &str, service: &str| {
        start(name, service, "--package", "PACKAGE", functions::package(project, part, "lambda.zip"))
    };
    let name = format!("Deploy to {}", settings.environment);
    // The parts of an environment do not wait for each other: of several that wait, GitHub keeps only the newest.
    let job = target
        .job(&tool, &part.job("deploy", Some(&settings.environment)), &name, 60)
        .concurrency(changing(&format!("{stack}-{}", part.folder())));
    let promote = own("release promote --on-cancel=rollback").option_variable("--release", "COMMIT");
    let (job, promote) = match part {
        Part::Backend => {
            let url = format!("https://{}", settings.domains.api);
            let ask = tool.call("smoke run").arguments([API_SMOKE, "--url", &url]);
            let verify = own("release verify").arguments(["--smoke", API_SMOKE]);
            let job = job
                // The schema first: what serves now works on the new one as well, or nothing could be taken back.
                .step(start_function("Bring the migrations to their function", MIGRATE))
                .step(run_migrations(&settings.function(MIGRATE), CANDIDATE, Direction::Up))
                .step(start_function("Start", part.service()))
                .step(
                    Step::run("Test the candidate", verify.option_variable("--url", "CANDIDATE_URL"))
                        .env("CANDIDATE_URL", Expression::variable("CANDIDATE_URL")),
                );
            (job, asked_while(ask, promote))
        }
        Part::Worker => {
            let function = settings.function(part.service());
            let attest = own("release verify").arguments(["--attest", "it took the sample event"]);
            let job = job
                .step(start_function("Start", part.service()))
                .step(sample("Give the candidate a sample event", &function, CANDIDATE))
                .step(Step::run("Say that it was tested", attest));
            (job, promote.into())
        }
        Part::Frontend => {
            let image = frontend::image(settings).then(commit());
            let job = job
                .step(start("Start", part.service(), "--image", "IMAGE", image))
                .step(Step::run("Look at the candidate", own("release verify")));
            (job, promote.into())
        }
    };
    let promoted = Expression::context("steps.promote.conclusion").is("success");
    job.step(Step::run("Promote", promote).env("COMMIT", commit()).id("promote").effect(Effect::Promotes))
        .step(health(settings, part))
        .step(
            Step::run("Roll back", own("release rollback"))
                .when(Expression::failure().and(promoted))
                .effect(Effect::Promotes),
        )
}

/// Whether what serves of a part is well.
pub(super) fn health(settings: &Settings, part: Part) -> Step {
    match part {
        Part::Backend => smoke(&settings.prefix(), API_SMOKE),
        Part::Worker => sample("Give what serves a sample event", &settings.function(part.service()), LIVE),
        Part::Frontend => smoke(&settings.prefix(), FRONTEND_SMOKE),
    }
}

/// Asks what serves for its health.
fn smoke(stack: &str, file: &str) -> Step {
    let command = own_program().call("smoke run").argument(file).arguments(["--stack", stack]);
    Step::run("Ask for its health", command).on_stack(stack)
}

/// Invokes a version of the worker with the sample event, which it takes and does nothing for.
fn sample(name: &str, function: &str, alias: &str) -> Step {
    let payload = format!("file://{SAMPLE_EVENT}");
    invoke(name, function, alias, &payload, "the worker failed on the sample event", "")
}

/// Runs a command while another asks again and again: a new version that nobody calls cannot be judged.
fn asked_while(ask: Command, command: Command) -> Script {
    Script::of(include_str!("ask.sh")).then(ask).then_lines(include_str!("asking.sh")).then(command)
}
