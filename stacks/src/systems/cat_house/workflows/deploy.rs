//! `deploy-staging.yml` and `deploy-production.yml`: migrations, services and frontend, in this order.

use formwork::workflows::{
    Command, Concurrency, Effect, Expression, Input, Job, Paths, Permissions, Scope, Script, Step, Text,
    Triggers, Workflow,
};

use super::checks::node;
use super::images::{self, registry};
use super::{FRONTEND, Project, SMOKE, Settings};
use crate::shared::workflows::{DeployTarget, commit, failed, own_program};
use crate::systems::cat_house::github::{DEPLOY_ROLE, RELEASE_ROLE};
use crate::systems::cat_house::names::{deploy_role_name, image_repository, release_role_name};

/// The file of the workflow whose runs say what staging ran.
const STAGING: &str = "deploy-staging.yml";

pub(super) fn staging(project: &Project, settings: &Settings) -> Workflow {
    let about = "Builds the images of a commit of develop, and deploys them to staging.";
    let triggers = Triggers::new().push(Paths::branches([&settings.deployment.branch])).dispatch();
    let workflow = Workflow::new(STAGING, "Deploy to staging", about, triggers);
    // Every commit has images of its own, whatever it changes, and they are there before anything is deployed.
    let build = Job::calling("images", "Build the images", images::FILE)
        .permissions(Permissions::read_contents().write(Scope::IdToken));
    deployment(
        workflow.job(validate(project, Version::OfRun)).job(build),
        "images",
        project,
        settings,
        Version::OfRun,
    )
}

pub(super) fn production(project: &Project, settings: &Settings, staging: &Settings) -> Workflow {
    let about = "Deploys a version to production, which a reviewer of the environment agrees to.";
    let input = Input::text("The commit to deploy, by its full id; staging ran it before");
    let triggers = Triggers::new().dispatch_with("version", input);
    let workflow = Workflow::new("deploy-production.yml", "Deploy to production", about, triggers);
    let staged = Step::run("Ask whether staging ran it", Script::of(include_str!("staged.sh")))
        .env("GH_TOKEN", Expression::token())
        .env("VERSION", Version::Given.text())
        .env("WORKFLOW", STAGING)
        .env("BRANCH", &staging.deployment.branch);
    let validate =
        validate(project, Version::Given).permissions(Permissions::none().read(Scope::Actions)).step(staged);
    deployment(workflow.job(validate), "validate", project, settings, Version::Given)
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

    /// Brings the source of the version.
    fn checkout(self) -> Step {
        match self {
            Self::OfRun => Step::checkout(),
            Self::Given => Step::checkout().with("ref", self.text()),
        }
    }
}

/// Adds the jobs that deploy, once a job has found that there is something to deploy.
fn deployment(
    workflow: Workflow,
    after: &str,
    project: &Project,
    settings: &Settings,
    version: Version,
) -> Workflow {
    let what = format!("Deployment of cat-house to {}", settings.environment);
    let group = workflow.file().trim_end_matches(".yml").to_owned();
    workflow
        .concurrency(Concurrency::waiting(group))
        .takes_older()
        .job(own_program().job())
        .job(infrastructure(settings).needs("validate").needs(after))
        .job(services(project, settings, version))
        .job(frontend(settings, version))
        .job(failed(&["validate", after, "infrastructure", "services", "frontend"], &what))
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
    let target = DeployTarget {
        environment: &settings.environment,
        stack: &stack,
        region: &settings.region,
        role: &role,
        role_variable: DEPLOY_ROLE,
    };
    target.apply(&own_program(), "infrastructure", "Apply the infrastructure")
}

/// The values of the secrets, then the services as one release: the migration comes before any of them, and what does
/// not become healthy is taken back.
fn services(project: &Project, settings: &Settings, version: Version) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let target = DeployTarget {
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
    let promote = release("release promote --on-cancel=rollback").option_variable("--release", "VERSION");
    let referring = |step: Step| names.iter().fold(step, |step, name| step.refers(target.release(name)));
    let smoke = tool.call("smoke run").arguments([SMOKE, "--stack", &stack]);
    target
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
        .step(target.take_back(&tool, "Roll back", &names, "promote"))
}

fn frontend(settings: &Settings, version: Version) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let target = DeployTarget {
        environment: &settings.environment,
        stack: &stack,
        region: &settings.region,
        role: &role,
        role_variable: RELEASE_ROLE,
    };
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
    let job = Job::new("frontend", "Release the frontend", 30).needs("tool").needs("services");
    let publish = target.publish(&tool, "frontend", &format!("{FRONTEND}/dist"), version.text());
    // What is published as a version is built from it.
    target.enter(job, [version.checkout(), node(), build], &tool).step(publish)
}
