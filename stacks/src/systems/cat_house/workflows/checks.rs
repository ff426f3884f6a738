//! `backend-ci.yml` and `frontend-ci.yml`.

use formwork::workflows::{
    Command, Expression, Job, Matrix, Paths, Permissions, Script, Step, Text, Triggers, Workflow, actions,
};

use super::{FRONTEND, Settings, branches, folder};

/// The repository's secret with the URL of Neon's branch for tests. A pull request from a fork gets no secrets, and
/// fails until somebody takes it over.
const TEST_DATABASE: &str = "NEON_TEST_DATABASE_URL";

fn triggers(environments: &[Settings]) -> Triggers {
    Triggers::new().push(Paths::branches(["**"])).pull_request(Paths::branches(branches(environments)))
}

pub(super) fn backend(settings: &Settings, environments: &[Settings]) -> Workflow {
    let about = "Lints and tests the four services against Neon's test database.";
    let service = || Text::from(Expression::matrix("service"));
    let ask = Script::of(
        "[ -n \"$DATABASE_URL\" ] || { echo '::error::there is no NEON_TEST_DATABASE_URL: set the secret; a fork has none'; exit 1; }",
    );
    let install = Script::of(
        "cd \"$FOLDER\"\npip install --requirement requirements.txt --requirement requirements-dev.txt",
    );
    let lint = Script::of("cd \"$FOLDER\"\nblack --check app\npylint app\nmypy app");
    let unit = Script::of(
        "cd \"$FOLDER\"\npytest tests --ignore=tests/integration --cov=app --cov-report=xml --cov-report=term | tee coverage.txt\ntail -n 20 coverage.txt >> \"$GITHUB_STEP_SUMMARY\"",
    );
    let integration =
        Script::of("cd \"$FOLDER\"\nif [ -d tests/integration ]; then pytest tests/integration; fi");
    let services = settings.services.keys().map(String::as_str);
    let in_service =
        |step: Step| step.env("FOLDER", Text::from("cat-house-backend/").then(service()).then("-service"));
    let with_database = |step: Step| step.env("DATABASE_URL", Expression::secret(TEST_DATABASE));
    let test = Job::new("test", Text::from("test ").then(service()), 20)
        // They share the database.
        .matrix(Matrix::of("service", services).at_most(1))
        .step(with_database(Step::run("Ask for the database", ask)))
        .step(Step::checkout())
        .step(Step::uses("Install Python", actions::SETUP_PYTHON).with("python-version", "3.12"))
        .step(in_service(Step::run("Install", install)))
        .step(in_service(Step::run("Lint", lint)))
        .step(with_database(in_service(Step::run("Unit tests", unit))))
        .step(
            in_service(Step::run("Send the coverage to Codecov", Script::of(include_str!("codecov.sh"))))
                .env("CODECOV_TOKEN", Expression::secret("CODECOV_TOKEN"))
                .env("SERVICE", service()),
        )
        .step(with_database(in_service(
            Step::run("Integration tests", integration).when(Expression::on_event("pull_request")),
        )))
        .step(Step::upload_as(
            "Keep the coverage",
            Text::from("coverage-").then(service()),
            &folder("*").replace("*-service", "*/coverage.xml"),
            14,
        ));
    Workflow::new("backend-ci.yml", "Backend CI", about, triggers(environments))
        .job(test)
        .job(all("backend-ci", &["test"]))
}

pub(super) fn frontend(environments: &[Settings]) -> Workflow {
    let about = "Lints, checks the types of, tests and builds the frontend.";
    let npm = |name: &str, command: Command| Step::run(name, command);
    let build = Job::new("frontend", "frontend-ci", 20)
        .in_folder(FRONTEND)
        .step(Step::checkout())
        .step(node())
        .step(npm("Install", Command::new("npm").argument("ci")))
        .step(npm("Lint", Command::new("npx").arguments(["--no-install", "eslint", "."])))
        .step(npm("Check the types", Command::new("npx").arguments(["--no-install", "tsc", "--noEmit"])))
        .step(npm("Test", Command::new("npx").arguments(["--no-install", "jest", "--ci", "--coverage"])))
        .step(npm(
            "Export",
            Command::new("npx").arguments(["--no-install", "expo", "export", "--platform", "web"]),
        ))
        .step(Step::upload("frontend", &format!("{FRONTEND}/dist"), 7));
    Workflow::new("frontend-ci.yml", "Frontend CI", about, triggers(environments)).job(build)
}

pub(super) fn node() -> Step {
    Step::uses("Install Node.js", actions::SETUP_NODE)
        .with("node-version", "24")
        .with("cache", "npm")
        .with("cache-dependency-path", format!("{FRONTEND}/package-lock.json"))
}

/// One check for all runs of a matrix, under the name that branches ask for.
fn all(name: &str, jobs: &[&str]) -> Job {
    let job = Job::new("all", name, 5).when(Expression::always()).permissions(Permissions::none());
    let job = jobs.iter().fold(job, |job, other| job.needs(other));
    let step = Step::run("Ask for success", Script::of("[ \"$RESULTS\" = true ]"));
    let succeeded =
        jobs.iter().map(|other| Expression::job_result(other).is("success")).reduce(Expression::and);
    match succeeded {
        Some(succeeded) => job.step(step.env("RESULTS", succeeded)),
        None => job,
    }
}
