//! `ci-cd.yml` of the services: build and tests for everybody, and on `dev` all the way to the stable alias.

use formwork::workflows::{
    Command, Effect, Environment, Expression, Job, Paths, Permissions, Reference, Scope, Script, Step, Text,
    Triggers, Workflow, actions, notify,
};

use super::{DEV, MAIN, MAIN_REPOSITORY_TOKEN, SERVICE_DEPLOYED, SMOKE, System, migrations};
use crate::shared::workflows::{DeployTarget, Direction, changing, commit, own_program, run_migrations};
use crate::systems::shtetl::github::{DEPLOY_ROLE, ROLE};
use crate::systems::shtetl::names::{MIGRATE, alerts_topic, deploy_role_name, release_role_name};

/// The story's versions.
const GO: &str = "1.25.4";
const NODE: &str = "24";
const GOLANGCI_LINT: &str = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0";

pub(super) fn ci_cd(system: &System) -> Workflow {
    let branches = || Paths::branches([DEV, MAIN]);
    let triggers = Triggers::new().push(branches()).pull_request(branches());
    let about = "Builds and tests every change; on dev, applies, migrates, and moves the stable alias to what the gate passed.";
    let deploys = || Expression::on_event("push").and(Expression::on_branch(DEV));
    let safety = Job::calling("safety", "Migration safety", migrations::FILE)
        .when(deploys())
        // What its jobs may do at most: read the log of migrations with a role, and comment.
        .permissions(Permissions::read_contents().write(Scope::PullRequests).write(Scope::IdToken))
        .call_secret(MAIN_REPOSITORY_TOKEN, Expression::secret(MAIN_REPOSITORY_TOKEN));
    Workflow::new("ci-cd.yml", "CI/CD", about, triggers)
        .job(build(system))
        .job(test())
        .job(safety)
        .job(infrastructure(system))
        .job(migrate(system))
        .job(candidate(system))
        .job(gate(system))
        .job(promote(system))
        .job(failed(system))
}

/// The services' packages, each with one file `bootstrap`, and the site.
fn build(system: &System) -> Job {
    let mut packages = Script::of("mkdir packages");
    let commands =
        system.settings.services.keys().map(|service| (service.as_str(), format!("./{service}/cmd/lambda")));
    for (name, path) in commands.chain([(MIGRATE, "./cmd/migrate".to_owned())]) {
        let binary = format!("build/{name}/bootstrap");
        let package = format!("packages/{name}.zip");
        packages = packages
            .then(Command::new("go").arguments([
                "build",
                "-trimpath",
                "-ldflags=-buildid=",
                "-o",
                &binary,
                &path,
            ]))
            // The same source gives the same package, and the same package the same version.
            .then(Command::new("touch").arguments(["-d", "2000-01-01T00:00:00Z", &binary]))
            .then(Command::new("zip").arguments(["-q", "-X", "-j", &package, &binary]));
    }
    let vet = Script::from(Command::new("go").arguments(["build", "./..."]));
    Job::new("build", "build", 20)
        .step(Step::checkout())
        .steps(languages())
        .step(Step::run("Build the services", vet))
        .step(
            Step::run("Package the functions", packages)
                .env("GOOS", "linux")
                .env("GOARCH", "amd64")
                .env("CGO_ENABLED", "0"),
        )
        .step(Step::run("Build the site", Script::of("npm ci\nnpm run build")).in_folder("web"))
        .step(Step::upload("packages", "packages", 7))
        .step(Step::upload("web", "web/out", 7))
}

fn test() -> Job {
    let lint = Script::from(Command::new("go").arguments(["install", GOLANGCI_LINT]))
        .then_lines("\"$(go env GOPATH)/bin/golangci-lint\" run ./...");
    let go = Script::of(
        "go test -race -covermode=atomic -coverprofile=coverage.out ./...\ngo tool cover -func=coverage.out | tail -n 1 >> \"$GITHUB_STEP_SUMMARY\"",
    );
    Job::new("test", "test", 30)
        .step(Step::checkout())
        .steps(languages())
        .step(Step::run("Lint the services", lint))
        .step(Step::run("Test the services", go))
        .step(Step::run("Install the site's packages", Command::new("npm").argument("ci")).in_folder("web"))
        .step(
            Step::run(
                "Lint the site",
                Script::of("npx --no-install eslint .\nnpx --no-install tsc --noEmit"),
            )
            .in_folder("web"),
        )
        .step(Step::run("Test the site", Script::of("npm run test -- --coverage")).in_folder("web"))
        .step(Step::upload("coverage", "coverage.out\nweb/coverage", 14).when(Expression::not_cancelled()))
}

fn languages() -> [Step; 2] {
    [
        Step::uses("Install Go", actions::SETUP_GO).with("go-version", GO),
        Step::uses("Install Node.js", actions::SETUP_NODE)
            .with("node-version", NODE)
            .with("cache", "npm")
            .with("cache-dependency-path", "web/package-lock.json"),
    ]
}

/// The environment, as the role that releases.
fn with_target<T>(system: &System, make: impl FnOnce(&DeployTarget<'_>) -> T) -> T {
    let settings = &system.settings;
    make(&DeployTarget {
        environment: &settings.environment,
        stack: &settings.stack_name(),
        region: &settings.region,
        role: &release_role_name(settings),
        role_variable: ROLE,
    })
}

/// A job of the environment. The program is there since the migrations were checked.
fn release_job(system: &System, id: &str, name: &str, minutes: u32) -> Job {
    let environment = Environment::new(&system.settings.environment).url(system.stable_url());
    let job = Job::new(id, name, minutes);
    with_target(system, |target| target.enter(job, [Step::checkout()], &own_program()))
        .environment(environment)
}

/// Migrations before any release: the one that serves now works on the new schema, that was checked.
fn migrate(system: &System) -> Job {
    let settings = &system.settings;
    let tool = own_program();
    let log = system.project.migrations_log(settings);
    // Whoever agreed to a CONTRACT did so in this run, or there is no label; the wait is counted from the log.
    let check = tool
        .call("migrations check")
        .option_variable("--label", "LABEL")
        .arguments(["--log", &log])
        .arguments(migrations::folders(system));
    let function = settings.name(MIGRATE);
    let start = tool
        .call("release start")
        .arguments(["--stack", &settings.stack_name(), MIGRATE])
        .arguments(["--package", &format!("packages/{MIGRATE}.zip")])
        .option_variable("--commit", "COMMIT");
    let record = tool
        .call("migrations log record --all")
        .arguments(["--log", &log])
        .arguments(migrations::folders(system));
    release_job(system, "migrate", "Migrate the database", 30)
        .needs("build")
        .needs("safety")
        .needs("infrastructure")
        .step(
            Step::run("Check against what is deployed, and the wait", check)
                .env("LABEL", Expression::job_output("safety", migrations::LABEL)),
        )
        .step(Step::download("packages", "packages"))
        .step(
            Step::run("Bring the migrations to their function", start)
                .env("COMMIT", commit())
                .refers(release_of(settings, MIGRATE)),
        )
        .step(run_migrations(&function, &settings.functions.candidate_alias, Direction::Up))
        .step(Step::run("Keep what was deployed when", record))
}

/// The environment's stack: exactly the plan that this job made and shows. It comes before the migrations, whose function
/// and database it makes the first time; code that serves is none of its business.
fn infrastructure(system: &System) -> Job {
    let settings = &system.settings;
    let stack = settings.stack_name();
    let tool = own_program();
    let target = Script::from(Command::new("mkdir").arguments(["-p", &format!("formwork.out/{stack}")]))
        .then(
            Command::new("cp")
                .argument("-R")
                .argument("packages/.")
                .argument(&format!("formwork.out/{stack}/")),
        );
    Job::new("infrastructure", "Apply the infrastructure", 60)
        .needs("build")
        .needs("test")
        .needs("safety")
        .environment(Environment::new(&settings.environment).url(system.stable_url()))
        .concurrency(changing(&stack))
        .step(Step::checkout())
        .steps(tool.install())
        .step(tool.synth())
        .step(Step::download("packages", "packages"))
        // Terraform takes a package when it makes a function; from then on releases own the code.
        .step(Step::run("Put the packages where the stack takes them", target))
        .assume_role(&deploy_role_name(settings), DEPLOY_ROLE, &settings.region)
        .step(tool.plan(&stack))
        .step(tool.apply(&stack))
}

/// The new versions behind the candidate alias, and what smoke tests say of them. The stable alias stays where it is.
fn candidate(system: &System) -> Job {
    let settings = &system.settings;
    let tool = own_program();
    let stack = settings.stack_name();
    let services: Vec<&str> = settings.services.keys().map(String::as_str).collect();
    let mut start = tool.call("release start").arguments(["--stack", &stack]).arguments(&services);
    for service in &services {
        start = start.argument("--package").argument(&format!("{service}=packages/{service}.zip"));
    }
    let verify = tool.call("release verify").arguments(["--stack", &stack]).arguments(&services).arguments([
        "--smoke",
        SMOKE,
        "--url",
        &system.candidate_url(),
    ]);
    let referring =
        |step: Step| services.iter().fold(step, |step, service| step.refers(release_of(settings, service)));
    release_job(system, "candidate", "Point the candidate at the new versions", 30)
        .needs("migrate")
        .needs("build")
        .step(Step::download("packages", "packages"))
        .step(referring(
            Step::run("Start the release", start.option_variable("--commit", "COMMIT"))
                .env("COMMIT", commit()),
        ))
        .step(referring(Step::run("Test the candidates", verify)))
}

/// The main repository tests across services, against the candidates, and answers.
fn gate(system: &System) -> Job {
    let settings = &system.settings;
    let services: Vec<&str> = settings.services.keys().map(String::as_str).collect();
    let dispatch = own_program()
        .call("gate dispatch")
        .arguments(["--repository", &system.main_repository()])
        .arguments(["--event", SERVICE_DEPLOYED])
        .arguments(["--service", &services.join(",")])
        .arguments(["--environment", &settings.environment])
        .arguments(["--api-url", &system.candidate_url()])
        // The story's name for it.
        .prefixed_variable("--payload=commit_sha=", "COMMIT")
        .arguments(["--limit", "10m"]);
    Job::new("gate", "Tests across services", 15)
        .needs("candidate")
        .steps(own_program().install_program())
        .step(
            Step::run("Ask the main repository and wait", dispatch)
                .env("COMMIT", commit())
                .env("GITHUB_TOKEN", Expression::secret(MAIN_REPOSITORY_TOKEN)),
        )
}

/// The stable alias, then the site; then the endpoint that everybody uses is tested, and what fails is taken back.
fn promote(system: &System) -> Job {
    let settings = &system.settings;
    let tool = own_program();
    let stack = settings.stack_name();
    let services: Vec<&str> = settings.services.keys().map(String::as_str).collect();
    let promote = tool
        .call("release promote --on-cancel=rollback")
        .arguments(["--stack", &stack])
        .arguments(&services)
        .option_variable("--release", "COMMIT");
    let publish = |target: &DeployTarget<'_>| target.publish(&tool, "web", "site", commit());
    let back = |name: &str, services: &[&str], promoted: &str| {
        with_target(system, |target| target.take_back(&tool, name, services, promoted))
    };
    let smoke = tool.call("smoke run").argument(SMOKE).arguments(["--url", &system.stable_url()]);
    let referring =
        |step: Step| services.iter().fold(step, |step, service| step.refers(release_of(settings, service)));
    release_job(system, "promote", "Promote", 30)
        .needs("gate")
        .step(referring(
            Step::run("Move the stable alias", promote)
                .env("COMMIT", commit())
                .effect(Effect::Promotes)
                .id("promote"),
        ))
        // Beside the sources, which nobody publishes.
        .step(Step::download("web", "site"))
        .step(with_target(system, publish).id("site"))
        .step(Step::run("Test the endpoint", smoke))
        .step(back("Move the stable alias back", &services, "promote"))
        .step(back("Bring the former site back", &["web"], "site"))
        // Behind what takes back: a release that serves well is not undone because of a note.
        .step(
            Step::run("Keep which releases serve", Script::of(include_str!("releases.sh")))
                .env("SERVICES", services.join(" "))
                .env("COMMIT", commit())
                .env("LOG", system.project.migrations_log(settings)),
        )
}

/// What failed leaves the stable alias alone; an issue, Slack and an e-mail say so.
fn failed(system: &System) -> Job {
    let settings = &system.settings;
    let title = format!("Deployment of {} failed", settings.stack_name());
    let body = Text::from("The deployment of ").then(commit()).then(format!(
        " to {} failed. The stable alias is where it was, or was moved back.",
        settings.environment
    ));
    let jobs = ["safety", "infrastructure", "migrate", "candidate", "gate", "promote"];
    let job = Job::new("failed", "Say that it failed", 10)
        .when(Expression::failure().and(Expression::on_event("push")).and(Expression::on_branch(DEV)))
        .permissions(Permissions::none().write(Scope::Issues))
        .environment(Environment::new(&settings.environment))
        .steps(notify::failure(title.as_str(), body.clone()))
        .assume_role(&release_role_name(settings), ROLE, &settings.region)
        .step(notify::email(&alerts_topic(settings), title.as_str(), body));
    jobs.iter().fold(job, |job, other| job.needs(other))
}

fn release_of(settings: &crate::systems::shtetl::Settings, service: &str) -> Reference {
    Reference::Release { stack: settings.stack_name(), service: service.to_owned() }
}
