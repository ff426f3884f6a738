//! `deploy.yml`: develop goes to dev, main to staging and, once staging is well and somebody agreed, to production.

use formwork::workflows::{
    Command, Concurrency, Effect, Expression, Job, Paths, Script, Step, Text, Triggers, Workflow,
};

use super::{
    DEPLOY, DEVELOP, MAIN, MIGRATE_STACK, PROGRAM_DAYS, SERVICES, STACKS, migrate, naming_releases, program,
    release_job, release_of, services, target, test_what_serves,
};
use crate::shared::workflows::{Direction, commit, failed, run_migrations};
use crate::systems::scheduler::names::{CANDIDATE, MIGRATE};
use crate::systems::scheduler::{Project, Settings, github, names};

pub(super) fn deploy(project: &Project, environments: &[&Settings]) -> Workflow {
    let triggers = Triggers::new().push(Paths::branches([MAIN, DEVELOP])).dispatch();
    let about =
        "develop goes to dev, main to staging and, once staging is well and somebody agreed, to production.";
    let mut jobs: Vec<Job> = Vec::new();
    let mut all = vec!["build".to_owned()];
    // The last job of the environments so far, by branch.
    let mut before: Vec<(&str, &Settings, String)> = Vec::new();
    for settings in environments {
        let branch = settings.deployment.as_ref().map_or(MAIN, |deployment| deployment.branch.as_str());
        let mut apply = infrastructure(project, settings).when(Expression::on_branch(branch));
        // The environment before, if it is deployed from the same branch, is the gate.
        if let Some((_, other, release)) = before.iter().rfind(|(of, _, _)| *of == branch) {
            let healthy = healthy(project, other).needs(release);
            apply = apply.needs(healthy.id());
            all.push(healthy.id().to_owned());
            jobs.push(healthy);
        }
        let release = release(project, settings);
        before.push((branch, settings, release.id().to_owned()));
        all.extend([apply.id().to_owned(), release.id().to_owned()]);
        jobs.extend([apply, release]);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    // A run that waits for somebody to agree to production does not keep develop from dev.
    let of_branch = Text::from("deploy-").then(Expression::github("ref"));
    Workflow::new(DEPLOY, "Deploy", about, triggers)
        .concurrency(Concurrency::waiting(of_branch))
        .takes_older()
        .job(program().kept_days(PROGRAM_DAYS).job())
        .job(super::checks::build())
        .jobs(jobs)
        .job(failed(&all, "Deployment of the scheduler"))
}

/// An environment: its five stacks, in order.
fn infrastructure(project: &Project, settings: &Settings) -> Job {
    let tool = program();
    let (prefix, role) = (settings.prefix(), names::role_name("deploy", settings));
    let id = format!("apply-{}", settings.environment);
    let name = format!("Apply {}", settings.environment);
    let job = target(project, settings, &prefix, &role, github::ROLE).job(&tool, &id, &name, 90);
    let packages =
        STACKS.iter().fold(Script::default(), |script, stack| {
            let folder = format!("formwork.out/{}", settings.name(stack));
            script
                .then(Command::new("mkdir").arguments(["-p", &folder]))
                .then(Command::new("cp").arguments(["-R", "packages/.", &folder]))
        });
    let job = job
        .needs("build")
        .step(Step::download("packages", "packages"))
        .step(tool.synth())
        .step(Step::run("Put the packages where the stacks take them", packages));
    STACKS.iter().fold(job, |job, stack| {
        let stack = settings.name(stack);
        job.step(tool.plan(&stack)).step(tool.apply(&stack))
    })
}

/// The functions of an environment: candidates, migrations, which what serves lives with, then traffic in the steps that
/// the settings say, which goes back by itself when errors, latency or an alarm break the limits, then tests of what
/// serves, which goes back if they fail.
fn release(project: &Project, settings: &Settings) -> Job {
    let tool = program();
    let names = services(settings);
    let call = |verb: &str| tool.call(verb).arguments(&names);
    let migrate_name = format!("{}/{MIGRATE}", settings.name(MIGRATE_STACK));
    let all = SERVICES.iter().map(|(service, _)| *service).zip(&names).chain([(MIGRATE, &migrate_name)]);
    let start = all.fold(call("release start").argument(&migrate_name), |command, (service, name)| {
        command.argument("--package").argument(&format!("{name}=packages/{service}.zip"))
    });
    let start = Step::run("Start", start.option_variable("--commit", "COMMIT")).env("COMMIT", commit());
    let id = format!("release-{}", settings.environment);
    let name = format!("Release to {}", settings.environment);
    release_job(project, settings, &tool, &id, &name, 120)
        .needs("build")
        .needs(&format!("apply-{}", settings.environment))
        .step(Step::download("packages", "packages"))
        .step(naming_releases(start, settings).refers(release_of(settings, MIGRATE_STACK, MIGRATE)))
        .step(run_migrations(&migrate(settings), CANDIDATE, Direction::Up))
        .step(naming_releases(
            Step::run(
                "Look at the candidates",
                call("release verify").arguments(["--attest", "no route of the API leads to a candidate"]),
            ),
            settings,
        ))
        .step(naming_releases(
            Step::run(
                "Promote",
                call("release promote --on-cancel=rollback").option_variable("--release", "COMMIT"),
            )
            .env("COMMIT", commit())
            .id("promote")
            .effect(Effect::Promotes),
            settings,
        ))
        .step(test_what_serves(&tool, settings))
        .step(
            Step::run("Roll back", call("release rollback"))
                .when(
                    Expression::failure().and(Expression::context("steps.promote.conclusion").is("success")),
                )
                .effect(Effect::Promotes),
        )
}

/// Whether monitoring looks healthy, before the next environment is asked for: no alarm is in state ALARM.
fn healthy(project: &Project, settings: &Settings) -> Job {
    let id = format!("healthy-{}", settings.environment);
    let name = format!("No alarm of {} rings", settings.environment);
    let (prefix, role) = (settings.prefix(), names::role_name("release", settings));
    let target = target(project, settings, &prefix, &role, github::RELEASE_ROLE);
    target.job_alone(&id, &name, 10).step(
        Step::run("Look at the alarms", Script::of(include_str!("alarms.sh")))
            .env("ALARMS", names::alarm_names(settings).join(" "))
            .on_stack(&settings.name("monitoring")),
    )
}
