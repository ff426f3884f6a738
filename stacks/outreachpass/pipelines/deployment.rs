//! `backend-deploy.yml`, `worker-deploy.yml` and `frontend-deploy.yml`: built once, released to dev and, once somebody
//! agreed, to prod.

use formwork::workflows::{
    Concurrency, Effect, Expression, Job, Paths, Script, Step, Text, Triggers, Workflow,
};

use super::{MAIN, place, python};
use crate::outreachpass::bootstrap::{BUILD_ROLE, release_role_name};
use crate::outreachpass::environment::{CANDIDATE, MIGRATE};
use crate::outreachpass::github::{BUILD_ROLE as BUILD_VARIABLE, RELEASE_ROLE};
use crate::outreachpass::{Project, Settings};
use crate::pipelines::{Direction, commit, failed, own_program, run_migrations};

/// A package in the bucket of artifacts, then its version behind the alias of each environment: verified before, and
/// taken back if the checks after it fail.
pub(super) fn function_deployment(project: &Project, environments: &[Settings], part: Part) -> Workflow {
    let folder = part.folder();
    let about =
        format!("Builds the {folder}'s package and releases it to dev and, once somebody agreed, to prod.");
    let triggers =
        Triggers::new().push(Paths::branches([MAIN]).touching([format!("{folder}/**")])).dispatch();
    let key = Text::from(format!("s3://{}/{folder}/", project.artifacts.bucket)).then(commit());
    let build = Job::new("build", "Build", 20)
        .step(Step::checkout())
        .steps(python())
        .step(Step::run("Package", Script::of(include_str!("package.sh"))).env("FOLDER", folder).env("COMMIT", commit()))
        .step(Step::upload("package", "package", 7))
        .assume_role(BUILD_ROLE, BUILD_VARIABLE, &project.region)
        .step(
            Step::run("Upload", Script::of("aws s3 cp package/lambda.zip \"$PLACE/lambda.zip\"\naws s3 cp package/metadata.json \"$PLACE/metadata.json\""))
                .env("PLACE", key),
        );
    let mut workflow =
        Workflow::new(&format!("{folder}-deploy.yml"), &format!("Deploy the {folder}"), &about, triggers)
            .concurrency(Concurrency::waiting(format!("{folder}-deploy")))
            .job(own_program().job())
            .job(build);
    let mut before = "build".to_owned();
    let mut all = vec![before.clone()];
    for settings in environments {
        let job = release(settings, part).needs("build").needs(&before);
        before = job.id().to_owned();
        all.push(before.clone());
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    workflow.job(failed(&all, &format!("Deployment of the {folder}")))
}

/// What a deployment releases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The function behind the API, whose candidate the API has a stage for.
    Backend,
    /// The function that takes no requests.
    Worker,
    /// The container.
    Frontend,
}

impl Part {
    /// The folder of its source.
    const fn folder(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Worker => "worker",
            Self::Frontend => "frontend",
        }
    }

    /// The name that the stacks describe its release under.
    const fn service(self) -> &'static str {
        match self {
            Self::Backend => "api",
            Self::Worker => "worker",
            Self::Frontend => "frontend",
        }
    }

    /// What is asked once it serves.
    const fn smoke(self) -> Option<&'static str> {
        match self {
            Self::Backend => Some(API_SMOKE),
            Self::Worker => None,
            Self::Frontend => Some("smoke/outreachpass-frontend.toml"),
        }
    }
}

/// What the API is asked, as a candidate and once it serves.
const API_SMOKE: &str = "smoke/outreachpass.toml";

/// A release in one environment: start, verify, promote, health checks, and back if they fail.
fn release(settings: &Settings, part: Part) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let place = place(settings, &stack, &role, RELEASE_ROLE);
    let call = |verb: &str| tool.call(verb).arguments(["--stack", &stack, part.service()]);
    let name = format!("Deploy to {}", settings.environment);
    let job = place.job(&tool, &format!("deploy-{}", settings.environment), &name, 45);
    let start = |service: &str| {
        tool.call("release start")
            .arguments(["--stack", &stack, service])
            .option_variable("--commit", "COMMIT")
    };
    let package = |name: &str, service: &str| {
        Step::run(name, start(service).arguments(["--package", "package/lambda.zip"]))
            .env("COMMIT", commit())
            .refers(place.release(service))
    };
    let (job, start) = match part {
        Part::Frontend => {
            let start = Step::run("Start", start(part.service()).option_variable("--image", "IMAGE"))
                .env("IMAGE", Text::from(Expression::variable(IMAGE)).then(":").then(commit()))
                .env("COMMIT", commit())
                .refers(place.release(part.service()));
            (job, start)
        }
        // The schema first: what serves now works on the new one as well, or nothing could be taken back.
        Part::Backend => {
            let job = job
                .step(Step::download("package", "package"))
                .step(package("Bring the migrations to their function", MIGRATE))
                .step(run_migrations(&settings.function(MIGRATE), CANDIDATE, Direction::Up));
            (job, package("Start", part.service()))
        }
        Part::Worker => (job.step(Step::download("package", "package")), package("Start", part.service())),
    };
    let verify = call("release verify");
    let verify = match part {
        Part::Backend => Step::run(
            "Test the candidate",
            verify.arguments(["--smoke", API_SMOKE]).option_variable("--url", "CANDIDATE_URL"),
        )
        .env("CANDIDATE_URL", Expression::variable("CANDIDATE_URL")),
        Part::Worker => Step::run(
            "Look at the candidate",
            verify.arguments(["--attest", "it takes no requests that could be sent to it"]),
        ),
        Part::Frontend => Step::run("Look at the candidate", verify),
    };
    let job = job.step(start).step(verify).step(
        Step::run("Promote", call("release promote").option_variable("--release", "COMMIT"))
            .env("COMMIT", commit())
            .id("promote")
            .effect(Effect::Promotes),
    );
    let Some(file) = part.smoke() else { return job };
    let smoke = tool.call("smoke run").argument(file).arguments(["--stack", &stack]);
    job.step(Step::run("Ask for its health", smoke).on_stack(&stack)).step(
        Step::run("Roll back", call("release rollback"))
            .when(Expression::failure().and(Expression::context("steps.promote.conclusion").is("success")))
            .effect(Effect::Promotes),
    )
}

/// The repository's variable with the place of the frontend's images.
const IMAGE: &str = "IMAGE_URL";

pub(super) fn frontend(project: &Project, environments: &[Settings]) -> Workflow {
    let about = "Builds the frontend's image and releases it to dev and, once somebody agreed, to prod.";
    let triggers = Triggers::new().push(Paths::branches([MAIN]).touching(["frontend/**"])).dispatch();
    let image = Expression::variable(IMAGE);
    let build = Job::new("build", "Build", 30)
        .step(Step::checkout())
        .step(
            Step::run("Build", Script::of("docker build --pull --tag \"$IMAGE:$COMMIT\" frontend"))
                .env("IMAGE", image.clone())
                .env("COMMIT", commit()),
        )
        .assume_role(BUILD_ROLE, BUILD_VARIABLE, &project.region)
        .step(
            Step::run("Push", Script::of(include_str!("push.sh")))
                .env("IMAGE", image)
                .env("COMMIT", commit()),
        );
    let mut workflow = Workflow::new("frontend-deploy.yml", "Deploy the frontend", about, triggers)
        .concurrency(Concurrency::waiting("frontend-deploy"))
        .job(own_program().job())
        .job(build);
    let mut before = "build".to_owned();
    let mut all = vec![before.clone()];
    for settings in environments {
        let job = release(settings, Part::Frontend).needs("build").needs(&before);
        before = job.id().to_owned();
        all.push(before.clone());
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    workflow.job(failed(&all, "Deployment of the frontend"))
}
