//! `ci.yml`: what must pass before anything is merged.

use formwork::workflows::{
    Command, Expression, Job, Paths, Script, Service, Step, Triggers, Workflow, actions,
};

use super::{DEVELOP, MAIN, program};

/// The folder of the migrations.
const MIGRATIONS: &str = "db/migrations";

pub(super) fn ci() -> Workflow {
    let branches = || Paths::branches([MAIN, DEVELOP]);
    let triggers = Triggers::new().push(branches()).pull_request(branches());
    let about = "Lints, tests at three levels, reads migrations and builds; nothing is merged unless all of it passes.";
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
    Workflow::new("ci.yml", "CI", about, triggers).job(program().job()).jobs([
        lint,
        unit,
        integration,
        end_to_end(),
        migrations(),
        build(),
    ])
}

/// The packages of the functions.
pub(super) fn build() -> Job {
    node_job("build", 15).step(npm("Build with esbuild", "build")).step(Step::upload("packages", "dist", 30))
}

/// The repository's own Docker Compose brings LocalStack, with the socket that it starts functions through, and
/// PostgreSQL. A service container of GitHub has no such socket, and would run no function.
fn end_to_end() -> Job {
    let compose = |arguments: &[&str]| Command::new("docker").argument("compose").arguments(arguments);
    node_job("e2e-tests", 45)
        .step(Step::run("Start LocalStack and PostgreSQL", compose(&["up", "--detach", "--wait"])))
        .step(
            npm("Test", "test:e2e")
                .env("AWS_ENDPOINT_URL", "http://localhost:4566")
                .env("AWS_ACCESS_KEY_ID", "test")
                .env("AWS_SECRET_ACCESS_KEY", "test")
                .env("AWS_REGION", "us-east-1"),
        )
        .step(Step::run("Show what they logged", compose(&["logs"])).when(Expression::failure()))
        .step(Step::run("Stop them", compose(&["down", "--volumes"])).when(Expression::always()))
}

/// Whether migrations can hurt what serves, and whether each has its way back.
fn migrations() -> Job {
    let tool = program();
    let check = |format: &str| {
        let command = tool.call("migrations check --format").argument(format);
        command.option_variable("--deployed", "DEPLOYED").argument(MIGRATIONS)
    };
    let version = || Expression::step_output("deployed", "version");
    // The branches ask for this check before there is a migration.
    let if_there = || {
        Script::of("if [ ! -d db/migrations ]; then echo 'there is no folder db/migrations yet'; exit 0; fi")
    };
    Job::new("migrations", "migrations", 15)
        .needs("tool")
        // A check that is skipped counts as passed.
        .when(Expression::not_cancelled())
        .step(Step::checkout_history())
        .steps(tool.install_program())
        .step(find_deployed_migration())
        .step(
            Step::run("Show the findings", if_there().then(check("markdown").into_summary()))
                .env("DEPLOYED", version())
                .may_fail(),
        )
        .step(Step::run("Check", if_there().then(check("github"))).env("DEPLOYED", version()))
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

/// A step that finds the newest migration of what is deployed, of the folder `db/migrations`: its output `version`.
fn find_deployed_migration() -> Step {
    Step::run("Find the newest migration that is deployed", Script::of(include_str!("deployed.sh")))
        .id("deployed")
        .env("BASE", Expression::github("base_ref"))
        .env("BEFORE", Expression::github("event.before"))
}
