//! `migration-safety-check.yml`: whether migrations can hurt a running release, before any runs.

use formwork::workflows::{
    Call, Command, Concurrency, Environment, Expression, Job, Paths, Permissions, Scope, Script, Step,
    Triggers, Workflow,
};

use super::{DEV, MAIN, MAIN_REPOSITORY_TOKEN, System};
use crate::shtetl::project::CONTRACT;

/// The workflow's file, which the deployment calls.
pub(super) const FILE: &str = "migration-safety-check.yml";

/// Core tables first, then those of each service.
pub(super) fn folders(system: &System) -> Vec<String> {
    let services = system.settings.services.keys().map(|service| format!("{service}/migrations"));
    std::iter::once("db/migrations".to_owned()).chain(services).collect()
}

pub(super) fn safety_check(system: &System) -> Workflow {
    let tool = system.tool();
    let call = Call::new().secret(MAIN_REPOSITORY_TOKEN);
    let triggers = Triggers::new().pull_request(Paths::branches([DEV, MAIN])).call(call);
    let about = "Reads the migrations, tries them with the queries of deployed releases, and asks for agreement to a CONTRACT.";
    let version = Expression::step_output("deployed", "version");
    let folders = folders(system);
    let check = |format: &str| {
        let command = tool.call("migrations check --format").argument(format);
        command.option_variable("--deployed", "DEPLOYED").arguments(&folders)
    };
    let report = Script::from(check("json").into_file("report.json"));
    let annotate = Script::from(check("markdown").into_summary());
    let compat = tool.call("migrations compat").option_variable("--deployed", "DEPLOYED").arguments(&folders);
    let safety = Job::new("safety", "migration-safety", 30)
        .needs("tool")
        .output("contract", "class", "contract")
        .step(Step::checkout_history())
        .steps(tool.bring_alone())
        .step(crate::pipelines::find_deployed_migration())
        .step(Step::run("Show the findings", annotate).env("DEPLOYED", version.clone()).may_fail())
        .step(Step::run("Check", report).env("DEPLOYED", version.clone()).id("check").may_fail())
        .step(Step::run("Classify", Script::of(include_str!("classify.sh"))).id("class"))
        .step(Step::run(
            "Find PostgreSQL's server",
            Script::of("for folder in /usr/lib/postgresql/*/bin; do newest=$folder; done\necho \"$newest\" >> \"$GITHUB_PATH\""),
        ))
        .step(Step::run("Try old queries on the new schema", compat).env("DEPLOYED", version));
    let contract = Job::new("contract", "Agree to a CONTRACT", 5)
        .needs("safety")
        .when(Expression::job_output("safety", "contract").is("true"))
        .permissions(Permissions::none())
        .environment(Environment::new(CONTRACT))
        .step(Step::run(
            "Say so",
            Command::new("echo").argument("somebody agreed to what is removed").into_summary(),
        ));
    Workflow::new(FILE, "Migration safety check", about, triggers)
        .job(tool.job_from(system.checkout_program()))
        .job(safety)
        .job(contract)
        .concurrency(Concurrency::by_branch_of("migration-safety"))
        .job(comment_job())
}

/// The findings where the change is discussed.
fn comment_job() -> Job {
    Job::new("result", "Say what was found", 5)
        .needs("safety")
        .when(Expression::not_cancelled().and(Expression::on_event("pull_request")))
        .permissions(Permissions::none().write(Scope::PullRequests))
        .step(
            Step::run("Write it", Script::of("printf 'Migrations: %s\\n' \"$RESULT\" > comment.md"))
                .env("RESULT", Expression::job_result("safety")),
        )
        .step(formwork::workflows::tool::comment("migration-safety"))
}
