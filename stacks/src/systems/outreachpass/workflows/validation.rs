//! `pr-validation.yml`: tests, lints and scans of a pull request, and their results as a comment.

use formwork::workflows::{
    Command, Expression, Job, Paths, Permissions, Scope, Script, Step, Text, Triggers, Workflow, actions,
    notify,
};

use super::infrastructure::check_format;
use super::{MAIN, python};
use crate::shared::workflows::own_program;

pub(super) fn validation() -> Workflow {
    let about = "Tests, lints and scans every pull request, and comments on the result.";
    let triggers = Triggers::new().pull_request(Paths::branches([MAIN]));
    let poetry = |name: &str, command: &[&str]| {
        Step::run(name, Command::new("poetry").argument("run").arguments(command))
    };
    let backend = Job::new("backend-tests", "backend-tests", 20)
        .in_folder("backend")
        .step(Step::checkout())
        .steps(python("backend"))
        .step(Step::run("Install", Command::new("poetry").arguments(["install", "--no-interaction"])))
        .step(poetry("Lint", &["ruff", "check", "."]))
        .step(poetry("Check the types", &["mypy", "app"]))
        .step(poetry("Look for insecure code", &["bandit", "--recursive", "app"]))
        .step(poetry(
            "Test with a coverage of 80 % at least",
            &["pytest", "--cov=app", "--cov-fail-under=80"],
        ));
    let npx = |name: &str, command: &[&str]| {
        Step::run(name, Command::new("npx").argument("--no-install").arguments(command))
    };
    let frontend = Job::new("frontend-tests", "frontend-tests", 20)
        .in_folder("frontend")
        .step(Step::checkout())
        .step(node())
        .step(Step::run("Install", Command::new("npm").argument("ci")))
        .step(npx("Lint", &["eslint", "."]))
        .step(npx("Check the types", &["tsc", "--noEmit"]))
        .step(Step::run("Test", Command::new("npm").argument("test")))
        .step(Step::run("Build", Command::new("npm").arguments(["run", "build"])));
    let infrastructure = own_program();
    let terraform = infrastructure.job().step(infrastructure.synth_here());
    let terraform_checked = Job::new("terraform-validation", "terraform-validation", 20)
        .needs("tool")
        // A check that is skipped counts as passed.
        .when(Expression::not_cancelled())
        .step(Step::checkout())
        .step(check_format())
        .steps(infrastructure.install())
        .step(Step::run("Validate every document", infrastructure.call("validate --sandbox outreachpass-*")));
    let scan = Job::new("security-scan", "security-scan", 20)
        .step(Step::checkout_history())
        .step(Step::run("Look for secrets and known vulnerabilities", Script::of(include_str!("scan.sh"))));
    let jobs = ["backend-tests", "frontend-tests", "terraform-validation", "security-scan"];
    let mut text = Text::from("### Validation\n\n| job | result |\n| --- | --- |");
    for job in jobs {
        text = text.then(format!("\n| {job} | ")).then(Expression::job_result(job)).then(" |");
    }
    let own =
        Expression::github("event.pull_request.head.repo.full_name").equals(Expression::github("repository"));
    let summary = Job::new("pr-summary", "Summary", 5)
        .when(Expression::not_cancelled().and(own))
        .permissions(Permissions::none().write(Scope::PullRequests))
        .step(
            Step::run(
                "Write it",
                Script::of("printf '%s\\n' \"$TEXT\" | tee comment.md >> \"$GITHUB_STEP_SUMMARY\""),
            )
            .env("TEXT", text),
        )
        .step(notify::comment("pr-validation"));
    let summary = jobs.iter().fold(summary, |job, other| job.needs(other));
    Workflow::new("pr-validation.yml", "PR validation", about, triggers).jobs([
        backend,
        frontend,
        terraform,
        terraform_checked,
        scan,
        summary,
    ])
}

fn node() -> Step {
    Step::uses("Install Node.js", actions::SETUP_NODE)
        .with("node-version", "24")
        .with("cache", "npm")
        .with("cache-dependency-path", "frontend/package-lock.json")
}
