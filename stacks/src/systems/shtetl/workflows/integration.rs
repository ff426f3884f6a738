//! `integration-test.yml` of the main repository: tests across services, when a service's repository asks.

use formwork::workflows::{
    Concurrency, Expression, Job, Permissions, Scope, Script, Step, Text, Triggers, Workflow, actions, notify,
};

use super::{DEV, MAIN_REPOSITORY_TOKEN, SERVICE_DEPLOYED, System};

/// What the event carries. All of it is another repository's text, and goes through the environment.
fn payload(name: &str) -> Expression {
    Expression::github(&format!("event.client_payload.{name}"))
}

pub(super) fn integration_test(system: &System) -> Workflow {
    let settings = &system.settings;
    let services = format!("{}/{}", system.project.github.owner, system.project.github.services.name);
    let about =
        "Tests across services against the candidate that another repository tells of, and reports back.";
    let triggers = Triggers::new().repository_dispatch(SERVICE_DEPLOYED);
    let validate = Step::run("Refuse what is not a deployment", Script::of(include_str!("payload.sh")))
        .env("SERVICE", payload("service"))
        .env("COMMIT", payload("commit_sha"))
        .env("ENVIRONMENT", payload("environment"))
        .env("API_URL", payload("api_url"))
        .env("EXPECTED_ENVIRONMENT", &settings.environment)
        .env("EXPECTED_URL", system.candidate_url());
    let tests = Job::new("test", "Test across services", 10)
        .step(validate)
        .step(Step::checkout())
        .step(
            Step::checkout_other(
                &services,
                payload("commit_sha"),
                &system.project.github.services.name,
                Expression::secret("SERVICES_REPO_TOKEN"),
            )
            .named("Check out the services, as the submodule will be"),
        )
        .step(Step::uses("Install Go", actions::SETUP_GO).with("go-version", "1.25.4").with("cache", "false"))
        .step(
            Step::run("Test", Script::of("make test-integration-cross-repo"))
                .env("SERVICE", payload("service"))
                .env("API_URL", system.candidate_url()),
        );
    let report = |id: &str, name: &str, state: &'static str, condition: Expression| {
        Job::new(id, name, 5).needs("test").when(condition).permissions(Permissions::none()).step(
            Step::run("Report", Script::of(include_str!("report.sh")))
                .env("GH_TOKEN", Expression::secret("SERVICES_REPO_TOKEN"))
                .env("SERVICES_REPOSITORY", services.as_str())
                .env("COMMIT", payload("commit_sha"))
                .env("STATE", state),
        )
    };
    let submodule =
        Step::run("Propose the commit for the submodule", Script::of(include_str!("submodule.sh")))
            .env("GH_TOKEN", Expression::secret(MAIN_REPOSITORY_TOKEN))
            .env("SUBMODULE", system.project.github.services.name.as_str())
            .env("COMMIT", payload("commit_sha"))
            .env("BASE", DEV)
            // Whoever waits for these tests is not kept from a release by it; the next one proposes again.
            .may_fail();
    let passed = report("passed", "Report success", "success", Expression::job_result("test").is("success"))
        .step(submodule);
    let failure = Expression::not_cancelled().and(Expression::job_result("test").is_not("success"));
    let body = Text::from("The tests across services failed for ")
        .then(payload("service"))
        .then(" at ")
        .then(payload("commit_sha"))
        .then(". Its stable alias stays where it is.");
    let title = Text::from("Integration tests failed for ").then(payload("service"));
    let failed = report("failed", "Report failure", "failure", failure)
        .permissions(Permissions::none().write(Scope::Issues))
        .steps(notify::failure(title, body));
    Workflow::new("integration-test.yml", "Integration test", about, triggers)
        // The other side finds the run by this text.
        .run_name(Text::from("Integration test ").then(payload("correlation_id")))
        .concurrency(Concurrency::waiting("integration-test"))
        .jobs([tests, passed, failed])
}
