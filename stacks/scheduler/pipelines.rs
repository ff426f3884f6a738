//! The scheduler's workflows: checks, deployments with a gate before each environment, and the way back.

use formwork::workflows::{
    Command, Concurrency, Effect, Expression, Input, Job, Paths, Repository, Script, Service, Step, Triggers,
    Workflow, actions,
};

use super::{Project, Settings};
use crate::pipelines::{Place, commit, elsewhere, failed, own_program};

const MAIN: &str = "main";
const DEVELOP: &str = "develop";

/// An environment's stacks in the order in which they need each other.
const STACKS: [&str; 5] = ["database", "queue", "scheduler", "api", "monitoring"];

/// The functions, and which stack describes the release of each.
const SERVICES: [(&str, &str); 4] =
    [("authorizer", "api"), ("api", "api"), ("scheduler", "scheduler"), ("worker", "queue")];

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn pipelines() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let deployed: Vec<&Settings> =
        environments.iter().filter(|settings| settings.deployment.is_some()).collect();
    let repository = elsewhere("scheduler", &project.github.owner, &project.github.repository)
        .workflow(ci())
        .workflow(deploy(&project, &deployed))
        .workflow(rollback(&project, &deployed));
    Ok(vec![repository])
}

fn node_job(id: &str, minutes: u32) -> Job {
    let node =
        Step::uses("Install Node.js", actions::SETUP_NODE).with("node-version", "22").with("cache", "npm");
    Job::new(id, id, minutes)
        .step(Step::checkout())
        .step(node)
        .step(Step::run("Install", Command::new("npm").argument("ci")))
}

fn npm(name: &str, script: &str) -> Step {
    Step::run(name, Command::new("npm").arguments(["run", script]))
}

fn ci() -> Workflow {
    let branches = || Paths::branches([MAIN, DEVELOP]);
    let triggers = Triggers::new().push(branches()).pull_request(branches());
    let about = "Lints, tests at three levels and builds; nothing is merged unless all of it passes.";
    let lint = node_job("lint", 15).step(npm("ESLint", "lint")).step(npm("Prettier", "format:check"));
    // The gate of 80 % is Jest's own threshold, so that it holds on a laptop too.
    let threshold =
        r#"--coverageThreshold={"global":{"branches":80,"functions":80,"lines":80,"statements":80}}"#;
    let unit = Command::new("npx").arguments([
        "--no-install",
        "jest",
        "--selectProjects",
        "unit",
        "--coverage",
        threshold,
    ]);
    let unit = node_job("unit-tests", 20)
        .step(Step::run("Test with a coverage of 80 % at least", unit))
        .step(Step::upload("coverage", "coverage", 14).when(Expression::not_cancelled()));
    let integration =
        node_job("integration-tests", 30).service("postgres", Service::postgres(16, "postgres")).step(
            npm("Test", "test:integration")
                .env("DATABASE_URL", "postgresql://postgres:postgres@localhost:5432/postgres"),
        );
    // The emulator that the document names, at its version.
    let e2e = node_job("e2e-tests", 45)
        .service("postgres", Service::postgres(16, "postgres"))
        .service(
            "localstack",
            Service::image("localstack/localstack:3.1.0", ["4566:4566"])
                .env("SERVICES", "apigateway,lambda,sqs,events"),
        )
        .step(
            npm("Test", "test:e2e")
                .env("AWS_ENDPOINT_URL", "http://localhost:4566")
                .env("AWS_ACCESS_KEY_ID", "test")
                .env("AWS_SECRET_ACCESS_KEY", "test")
                .env("AWS_REGION", "us-east-1"),
        );
    Workflow::new("ci.yml", "CI", about, triggers).jobs([lint, unit, integration, e2e, build()])
}

fn build() -> Job {
    node_job("build", 15).step(npm("Build with esbuild", "build")).step(Step::upload("packages", "dist", 7))
}

/// The functions of an environment with the stack of each, as arguments of `release`.
fn services(settings: &Settings) -> Vec<String> {
    SERVICES.iter().map(|(service, stack)| format!("{}/{service}", settings.name(stack))).collect()
}

fn place<'a>(
    project: &'a Project,
    settings: &'a Settings,
    stack: &'a str,
    role: &'a str,
    variable: &'a str,
) -> Place<'a> {
    Place {
        environment: &settings.environment,
        stack,
        region: &project.region,
        role,
        role_variable: variable,
    }
}

/// An environment: its five stacks, in order.
fn infrastructure(project: &Project, settings: &Settings) -> Job {
    let tool = own_program();
    let (prefix, role) = (settings.prefix(), super::bootstrap::role_name("deploy", settings));
    let id = format!("apply-{}", settings.environment);
    let name = format!("Apply {}", settings.environment);
    let job = place(project, settings, &prefix, &role, super::github::ROLE).job(&tool, &id, &name, 90);
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

/// The functions of an environment: candidates, then traffic in the steps that the settings say, which goes back by
/// itself when errors or latency break the limits, then tests of what serves, which goes back if they fail.
fn release(project: &Project, settings: &Settings) -> Job {
    let tool = own_program();
    let (prefix, role) = (settings.prefix(), super::bootstrap::role_name("release", settings));
    let place = place(project, settings, &prefix, &role, super::github::RELEASE_ROLE);
    let names = services(settings);
    let api = settings.name("api");
    let smoke = tool.call("smoke run smoke/scheduler.toml --stack").argument(&api);
    let call = |verb: &str| tool.call(verb).arguments(&names);
    let start = SERVICES.iter().zip(&names).fold(call("release start"), |command, ((service, _), name)| {
        command.argument("--package").argument(&format!("{name}=packages/{service}.zip"))
    });
    let referring = |step: Step| {
        SERVICES.iter().fold(step, |step, (service, stack)| {
            step.refers(formwork::workflows::Reference::Release {
                stack: settings.name(stack),
                service: (*service).to_owned(),
            })
        })
    };
    place
        .job(
            &tool,
            &format!("release-{}", settings.environment),
            &format!("Release to {}", settings.environment),
            90,
        )
        .needs("build")
        .needs(&format!("apply-{}", settings.environment))
        .step(Step::download("packages", "packages"))
        .step(referring(
            Step::run("Start", start.option_variable("--commit", "COMMIT")).env("COMMIT", commit()),
        ))
        .step(referring(Step::run(
            "Look at the candidates",
            call("release verify").arguments(["--attest", "no route of the API leads to a candidate"]),
        )))
        .step(referring(
            Step::run("Promote", call("release promote").option_variable("--release", "COMMIT"))
                .env("COMMIT", commit())
                .id("promote")
                .effect(Effect::Promotes),
        ))
        .step(Step::run("Test what serves", smoke).on_stack(&api))
        .step(
            Step::run("Roll back", call("release rollback"))
                .when(
                    Expression::failure().and(Expression::context("steps.promote.conclusion").is("success")),
                )
                .effect(Effect::Promotes),
        )
}

fn deploy(project: &Project, environments: &[&Settings]) -> Workflow {
    let triggers = Triggers::new().push(Paths::branches([MAIN, DEVELOP])).dispatch();
    let about = "develop goes to dev, main to staging and, once somebody agreed, to production.";
    let mut jobs = Vec::new();
    let mut all = vec!["build".to_owned()];
    let mut before: Vec<(String, String)> = Vec::new();
    for settings in environments {
        let branch = settings.deployment.as_ref().map_or(MAIN, |deployment| deployment.branch.as_str());
        let mut apply = infrastructure(project, settings).when(Expression::on_branch(branch));
        // The environment before, if it is deployed from the same branch, is the gate.
        if let Some((_, release)) = before.iter().rfind(|(other, _)| other == branch) {
            apply = apply.needs(release);
        }
        let release = release(project, settings);
        before.push((branch.to_owned(), release.id().to_owned()));
        all.extend([apply.id().to_owned(), release.id().to_owned()]);
        jobs.extend([apply, release]);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    Workflow::new("deploy.yml", "Deploy", about, triggers)
        .concurrency(Concurrency::waiting("deploy"))
        .job(own_program().job())
        .job(build())
        .jobs(jobs)
        .job(failed(&all, "Deployment of the scheduler"))
}

/// One call per alias, whatever state a release is in.
fn rollback(project: &Project, environments: &[&Settings]) -> Workflow {
    let names = environments.iter().map(|settings| settings.environment.as_str());
    let triggers = Triggers::new().dispatch_with("environment", Input::choice("Where to go back", names));
    let about = "Moves the aliases of an environment back to the versions that served before.";
    let workflow = Workflow::new("rollback.yml", "Roll back", about, triggers)
        .concurrency(Concurrency::waiting("rollback"))
        .job(own_program().job());
    environments.iter().fold(workflow, |workflow, settings| {
        let tool = own_program();
        let (prefix, role) = (settings.prefix(), super::bootstrap::role_name("release", settings));
        let place = place(project, settings, &prefix, &role, super::github::RELEASE_ROLE);
        let back = tool.call("release rollback").arguments(services(settings));
        let id = format!("rollback-{}", settings.environment);
        let job = place
            .job(&tool, &id, &format!("Roll back {}", settings.environment), 15)
            .when(Expression::input("environment").is(&settings.environment))
            .step(Step::run("Roll back", back).effect(Effect::Promotes));
        workflow.job(job)
    })
}
