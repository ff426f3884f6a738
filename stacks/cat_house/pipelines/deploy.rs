//! `deploy-staging.yml` and `deploy-production.yml`: migrations, services and frontend, in this order.

use formwork::workflows::{
    Command, Concurrency, Effect, Expression, Input, Job, Paths, Permissions, Script, Step, Text, Triggers,
    Workflow,
};

use super::checks::node;
use super::images::registry;
use super::{FRONTEND, Project, SMOKE, Settings};
use crate::cat_house::bootstrap::{deploy_role_name, release_role_name};
use crate::cat_house::github::{DEPLOY_ROLE, RELEASE_ROLE};
use crate::cat_house::settings::image_repository;
use crate::pipelines::{Place, commit, failed, own_program};

pub(super) fn staging(project: &Project, settings: &Settings) -> Workflow {
    let about = "Deploys the develop branch to staging once its images are there.";
    let triggers = Triggers::new().push(Paths::branches([&settings.deployment.branch])).dispatch();
    deployment("deploy-staging.yml", "Deploy to staging", about, triggers, project, settings, Version::OfRun)
}

pub(super) fn production(project: &Project, settings: &Settings) -> Workflow {
    let about = "Deploys a version to production, which a reviewer of the environment agrees to.";
    let input = Input::text("The commit to deploy, by its full id; staging ran it before");
    let triggers = Triggers::new().dispatch_with("version", input);
    deployment(
        "deploy-production.yml",
        "Deploy to production",
        about,
        triggers,
        project,
        settings,
        Version::Given,
    )
}

/// Which version is deployed.
#[derive(Clone, Copy)]
enum Version {
    /// The commit of the run.
    OfRun,
    /// What a person asked for.
    Given,
}

impl Version {
    fn text(self) -> Text {
        match self {
            Self::OfRun => commit(),
            Self::Given => Expression::input("version").into(),
        }
    }
}

fn deployment(
    file: &str,
    name: &str,
    about: &str,
    triggers: Triggers,
    project: &Project,
    settings: &Settings,
    version: Version,
) -> Workflow {
    let what = format!("Deployment of cat-house to {}", settings.environment);
    Workflow::new(file, name, about, triggers)
        .concurrency(Concurrency::waiting(file.trim_end_matches(".yml")))
        .job(own_program().job())
        .job(validate(project, version))
        .job(infrastructure(settings))
        .job(services(project, settings, version))
        .job(frontend(settings, version))
        .job(failed(&["validate", "infrastructure", "services", "frontend"], &what))
}

/// Nothing is deployed that is not a commit with images.
fn validate(project: &Project, version: Version) -> Job {
    let step = Step::run("Ask for a commit", Script::of(include_str!("version.sh")))
        .env("VERSION", version.text())
        .env("ACCOUNT", &project.account_id);
    Job::new("validate", "Validate", 5).permissions(Permissions::none()).step(step)
}

fn infrastructure(settings: &Settings) -> Job {
    let (stack, role) = (settings.prefix(), deploy_role_name(settings));
    let place = Place {
        environment: &settings.environment,
        stack: &stack,
        region: &settings.region,
        role: &role,
        role_variable: DEPLOY_ROLE,
    };
    place.apply(&own_program(), "infrastructure", "Apply the infrastructure").needs("validate")
}

/// The values of the secrets, then the services as one release: the migration comes before any of them, and what does
/// not become healthy is taken back.
fn services(project: &Project, settings: &Settings, version: Version) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let place = Place {
        environment: &settings.environment,
        stack: &stack,
        region: &settings.region,
        role: &role,
        role_variable: RELEASE_ROLE,
    };
    let names: Vec<&str> = settings.services.keys().map(String::as_str).collect();
    let mut inject =
        Step::run("Put the secrets where the tasks read them", Script::of(include_str!("secrets.sh")))
            .env("PLACE", settings.secret_path())
            .env("NAMES", settings.secrets().into_iter().collect::<Vec<_>>().join(" "));
    for name in settings.secrets() {
        inject = inject.env(name, Expression::secret(name));
    }
    let release = |verb: &str| tool.call(verb).arguments(["--stack", &stack]).arguments(&names);
    let mut start = release("release start");
    for name in &names {
        let image = format!("--image={name}={}/{}:", registry(project), image_repository(name));
        start = start.prefixed_variable(&image, "VERSION");
    }
    let start = start.option_variable("--commit", "VERSION");
    // The migration is part of it.
    let verify = release("release verify");
    let promote = release("release promote").option_variable("--release", "VERSION");
    let referring = |step: Step| names.iter().fold(step, |step, name| step.refers(place.release(name)));
    let smoke = tool.call("smoke run").arguments([SMOKE, "--stack", &stack]);
    let back = release("release rollback");
    place
        .job(&tool, "services", "Release the services", 45)
        .needs("infrastructure")
        .step(inject)
        .step(referring(Step::run("Start the release", start).env("VERSION", version.text())))
        .step(referring(Step::run("Migrate the database", verify)).effect(Effect::Migrates))
        .step(
            referring(Step::run("Promote", promote).env("VERSION", version.text()))
                .effect(Effect::Promotes)
                .id("promote"),
        )
        .step(Step::run("Ask for their health, with retries", smoke).on_stack(&stack))
        .step(
            Step::run("Roll back", back)
                .when(
                    Expression::failure().and(Expression::context("steps.promote.conclusion").is("success")),
                )
                .effect(Effect::Promotes),
        )
}

fn frontend(settings: &Settings, version: Version) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let place = Place {
        environment: &settings.environment,
        stack: &stack,
        region: &settings.region,
        role: &role,
        role_variable: RELEASE_ROLE,
    };
    let site = |verb: &str| tool.call(verb).arguments(["--stack", &stack, "frontend"]);
    let publish = Script::from(
        site("release start")
            .arguments(["--package", &format!("{FRONTEND}/dist")])
            .option_variable("--commit", "VERSION"),
    )
    .then(site("release verify"))
    .then(site("release promote").option_variable("--release", "VERSION"));
    let build = Script::from(Command::new("npm").argument("ci")).then(Command::new("npx").arguments([
        "--no-install",
        "expo",
        "export",
        "--platform",
        "web",
    ]));
    let build = Step::run("Build", build)
        .in_folder(FRONTEND)
        .env("EXPO_PUBLIC_API_URL", Expression::variable("API_URL"));
    let job = place.job(&tool, "frontend", "Release the frontend", 30).needs("services");
    job.step(node()).step(build).step(
        Step::run("Publish", publish)
            .env("VERSION", version.text())
            .refers(place.release("frontend"))
            .effect(Effect::Promotes),
    )
}
