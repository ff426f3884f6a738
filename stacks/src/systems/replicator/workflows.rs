//! The replicator's workflows: checks on two systems, releases of its binaries, and deployments from dev to prod.

use formwork::workflows::{
    Command, Concurrency, Environment, Expression, Input, Job, Matrix, Paths, Permissions, Repository,
    Runner, Scope, Script, Service, Step, Triggers, Workflow,
};

use super::bootstrap::plan_role_name;
use super::github::plan_role_variable;
use super::settings::StateKind;
use super::{Project, Settings};
use crate::shared::workflows::{
    DeployTarget, elsewhere, failed, infrastructure, install_postgresql, own_program, succeeded, watch_alarms,
};

const MAIN: &str = "main";

/// The version of the databases that it is tested with, and of the tools on the workers' image.
const POSTGRESQL: u32 = 17;

/// What is asked of an environment once it is deployed.
const SMOKE: &str = "smoke/replicator.toml";

/// How long alarms are watched after a deployment: the checklist's 15 to 30 minutes, within the hour that a job's credentials
/// last.
const WATCH_MINUTES: u32 = 15;

/// The variable of the stacks for the workers' image.
const IMAGE: &str = "worker_ami_id";

/// What is built for each system: the target of Rust and the machine that builds it.
const TARGETS: [(&str, Runner); 3] = [
    ("x86_64-unknown-linux-gnu", Runner::Ubuntu),
    ("x86_64-apple-darwin", Runner::MacosIntel),
    ("aarch64-apple-darwin", Runner::Macos),
];

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn workflows() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let repository = elsewhere("replicator", &project.github.owner, &project.github.repository)
        .workflow(ci())
        .workflow(infrastructure("replicator", &project.github.repository, [MAIN]))
        .workflow(release())
        .workflow(deploy(&project, &environments))
        .workflow(integration())
        .file(SMOKE, include_str!("../../../../smoke/replicator.toml"));
    Ok(vec![repository])
}

fn rust() -> Step {
    Step::run(
        "Install Rust",
        Script::of(
            "rustup toolchain install stable --profile minimal --component clippy,rustfmt --no-self-update\nrustup default stable",
        ),
    )
}

fn cache() -> Step {
    Step::cache("cargo", &["~/.cargo/registry", "target"], "Cargo.lock")
}

fn ci() -> Workflow {
    let triggers = Triggers::new().push(Paths::branches([MAIN])).pull_request(Paths::branches([MAIN]));
    let about = "Tests on Linux and macOS, lints, audits the dependencies and builds for three targets.";
    let test = Job::new("test", "test", 30)
        .matrix(Matrix::of("os", [Runner::Ubuntu.image(), Runner::Macos.image()]))
        .on_matrix("os")
        .step(Step::checkout())
        .step(rust())
        .step(cache())
        .step(Step::run("Unit tests", Command::new("cargo").arguments(["test", "--locked"])))
        .step(Step::run(
            "Tests of the documentation",
            Command::new("cargo").arguments(["test", "--locked", "--doc"]),
        ));
    let lint = Job::new("lint", "lint", 20)
        .step(Step::checkout())
        .step(rust())
        .step(cache())
        .step(Step::run("Format", Command::new("cargo").arguments(["fmt", "--check"])))
        .step(Step::run(
            "Clippy",
            Command::new("cargo").arguments(["clippy", "--locked", "--", "-D", "warnings"]),
        ));
    let audit = Job::new("security", "security", 20).step(Step::checkout()).step(rust()).step(Step::run(
        "Audit the dependencies",
        Script::of("cargo install cargo-audit --version 0.22.0 --locked\ncargo audit"),
    ));
    Workflow::new("ci.yml", "CI", about, triggers).job(test).job(lint).job(audit).job(binaries())
}

/// The binary for each target, as artifacts.
fn binaries() -> Job {
    let matrix = TARGETS.iter().fold(Matrix::default(), |matrix, (target, runner)| {
        matrix.include([("target", *target), ("os", runner.image())])
    });
    let target = || Expression::matrix("target");
    let build = Script::of(
        "rustup target add \"$TARGET\"\ncargo build --release --locked --target \"$TARGET\"\nmkdir binaries\ncp \"target/$TARGET/release/postgres-seren-replicator\" \"binaries/postgres-seren-replicator-$TARGET\"",
    );
    let name = formwork::workflows::Text::from("binary-").then(target());
    Job::new("build", formwork::workflows::Text::from("build ").then(target()), 60)
        .matrix(matrix)
        .on_matrix("os")
        .step(Step::checkout())
        .step(rust())
        .step(Step::run("Build", build).env("TARGET", target()))
        .step(Step::upload_as("Keep the binary", name, "binaries", 14))
}

fn release() -> Workflow {
    let about = "Builds a tag for every target and publishes it as a release.";
    let triggers = Triggers::new().push(Paths::tags(["v[0-9]+.[0-9]+.[0-9]+*"]));
    let publish = Script::of(
        "(cd binaries && sha256sum -- * > SHA256SUMS)\ngh release create \"$TAG\" binaries/* --repo \"$GITHUB_REPOSITORY\" --verify-tag --generate-notes",
    );
    let release = Job::new("publish", "Publish", 15)
        .needs("build")
        .permissions(Permissions::none().write(Scope::Contents))
        .step(Step::download_all("Bring the binaries", "binary-*", "binaries"))
        .step(
            Step::run("Publish", publish)
                .env("GH_TOKEN", Expression::token())
                .env("TAG", Expression::github("ref_name")),
        );
    Workflow::new("release.yml", "Release", about, triggers)
        .concurrency(Concurrency::waiting("release"))
        .job(binaries())
        .job(release)
}

fn integration() -> Workflow {
    let about = "Runs the tests that need two databases, every night and for pull requests.";
    let triggers = Triggers::new().pull_request(Paths::branches([MAIN])).schedule("43 2 * * *").dispatch();
    // Not a secret: the databases live as long as the job.
    let password = "postgres";
    let url = |port: u16| format!("postgresql://postgres:{password}@localhost:{port}/postgres");
    let job = Job::new("integration", "integration", 45)
        .service("source", Service::postgres(POSTGRESQL, password))
        .service("target", Service::postgres(POSTGRESQL, password).on_port(5433))
        .step(Step::checkout())
        // The replicator calls pg_dump, which refuses servers that are newer than itself.
        .step(install_postgresql("postgresql-client", POSTGRESQL))
        .step(rust())
        .step(cache())
        .step(
            Step::run(
                "Test",
                Command::new("cargo").arguments([
                    "test",
                    "--locked",
                    "--test",
                    "integration_test",
                    "--",
                    "--ignored",
                ]),
            )
            .env("TEST_SOURCE_URL", url(5432))
            .env("TEST_TARGET_URL", url(5433)),
        );
    Workflow::new("integration.yml", "Integration tests", about, triggers).job(job)
}

fn deploy(project: &Project, environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let input = Input::text("The workers' image; none builds a new one").default("");
    let triggers = Triggers::new().push(Paths::branches([MAIN])).dispatch_with("image", input);
    let about =
        "Builds the workers' image and the functions' package, and deploys one environment after the other.";
    let mut workflow = Workflow::new("deploy.yml", "Deploy", about, triggers)
        .concurrency(Concurrency::waiting("deploy"))
        .takes_older()
        .job(tool.job())
        .job(package())
        .job(image(project));
    let mut before = "image".to_owned();
    let mut all = vec!["package".to_owned(), "image".to_owned()];
    for settings in environments {
        let job = match settings.state {
            StateKind::Remote => environment(project, settings),
            StateKind::Local => sandbox_plan(project, settings),
        };
        if settings.state == StateKind::Remote && settings.deployment.asks_somebody() {
            let plan = after(&before, shown_plan(project, settings));
            before = plan.id().to_owned();
            all.push(before.clone());
            workflow = workflow.job(plan);
        }
        let job = after(&before, job);
        before = job.id().to_owned();
        all.push(before.clone());
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let what = "Deployment of the replicator";
    workflow.job(succeeded(&all, what)).job(failed(&all, what))
}

/// A job with the program, package and image of the run, after the one before.
fn after(before: &str, job: Job) -> Job {
    let job = job.needs("tool").needs("package").needs("image");
    if before == "image" { job } else { job.needs(before) }
}

/// The package of both functions, as the document's script makes it.
fn package() -> Job {
    Job::new("package", "Package the functions", 30)
        .step(Step::checkout())
        .step(rust())
        .step(Step::run("Package", Command::new("./package.sh")).in_folder("aws/lambda"))
        .step(Step::upload("package", "aws/lambda/lambda.zip", 30))
}

/// The image that is named by hand.
fn given() -> Expression {
    Expression::input("image")
}

/// The image that workers start from, unless one is named. The role for it is made by hand: building an image starts
/// instances, which no deployment may.
fn image(project: &Project) -> Job {
    let build = Script::of(include_str!("image.sh"));
    Job::new("image", "Build the workers' image", 60)
        .environment(Environment::new(DEV))
        .output("id", "image", "id")
        .step(Step::checkout())
        .step(rust())
        .permissions(Permissions::read_contents().write(Scope::IdToken))
        .step(Step::assume_role_of_environment("IMAGE_ROLE_ARN", &project.region).when(given().is("")))
        .step(Step::run("Build", build).id("image").env("GIVEN", given()))
}

/// The environment whose settings the image is built with.
const DEV: &str = "dev";

fn with_image(command: Command) -> Command {
    command.option_variable(&format!("--var={IMAGE}"), "IMAGE")
}

/// Downloads the functions' package to where it is built, where its size is checked before anything is planned, and
/// copies it to where the stack takes it.
fn download_package(project: &Project, stack: &str) -> [Step; 2] {
    let package = &project.package;
    let built_in = package.built_at.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let folder = format!("formwork.out/{stack}");
    let copy = Script::from(Command::new("mkdir").arguments(["-p", &folder]))
        .then(Command::new("cp").arguments([&package.built_at, &format!("{folder}/{}", package.file)]));
    [Step::download("package", built_in), Step::run("Put the package where the stack takes it", copy)]
}

/// What would change in an environment, for whoever has to agree to it: in the run's summary, by a role that only reads.
fn shown_plan(project: &Project, settings: &Settings) -> Job {
    let tool = own_program();
    let stack = settings.prefix();
    // To lock the state is to write.
    let plan = with_image(tool.call("plan --markdown").argument(&stack)).arguments(["--", "-lock=false"]);
    let name = format!("Show what would change in {}", settings.environment);
    Job::new(&format!("plan-{}", settings.environment), name, 20)
        .step(Step::checkout())
        .steps(tool.install())
        .assume_role(&plan_role_name(settings), &plan_role_variable(settings), &project.region)
        .steps(download_package(project, &stack))
        .step(
            Step::run("Plan", plan.into_summary())
                .env("IMAGE", Expression::job_output("image", "id"))
                .on_stack(&stack),
        )
}

/// An environment: its stack with the new image, then the smoke tests, whose failure ends the way to the next.
fn environment(project: &Project, settings: &Settings) -> Job {
    let tool = own_program();
    let stack = settings.prefix();
    let role = super::bootstrap::deploy_role_name(settings);
    let target = DeployTarget {
        environment: &settings.environment,
        stack: &stack,
        region: &project.region,
        role: &role,
        role_variable: super::github::ROLE,
    };
    let image = || Expression::job_output("image", "id");
    let plan = with_image(tool.call("plan --plan-dir plans --markdown").argument(&stack)).into_summary();
    let apply = with_image(tool.call("apply --plan-dir plans").argument(&stack));
    let smoke = tool.call("smoke run").argument(SMOKE).arguments(["--stack", &stack]);
    target
        .job(
            &tool,
            &format!("deploy-{}", settings.environment),
            &format!("Deploy to {}", settings.environment),
            60 + WATCH_MINUTES,
        )
        .steps(download_package(project, &stack))
        .step(tool.synth())
        .step(Step::run("Plan", plan).env("IMAGE", image()).on_stack(&stack))
        .step(
            Step::run("Apply", apply)
                .env("IMAGE", image())
                .on_stack(&stack)
                .effect(formwork::workflows::Effect::Applies),
        )
        .step(Step::run("Test what was deployed", smoke).on_stack(&stack))
        .step(watch_alarms(&format!("{stack}-"), WATCH_MINUTES))
}

/// An environment whose state is a file on somebody's machine cannot be applied here: it is planned in the sandbox.
fn sandbox_plan(project: &Project, settings: &Settings) -> Job {
    let tool = own_program();
    let stack = settings.prefix();
    let plan = Script::from(with_image(tool.call("plan --sandbox").argument(&stack)))
        .then(with_image(tool.call("apply --sandbox --auto-approve").argument(&stack)));
    let name = format!("Rehearse {}", settings.environment);
    Job::new(&format!("rehearse-{}", settings.environment), name, 20)
        .step(Step::checkout())
        .steps(tool.install())
        .steps(download_package(project, &stack))
        .step(
            Step::run("Rehearse in the sandbox", plan)
                .env("IMAGE", Expression::job_output("image", "id"))
                .on_stack(&stack),
        )
}
