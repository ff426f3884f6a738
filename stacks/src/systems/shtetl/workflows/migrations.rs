//! `migration-safety-check.yml`: whether migrations can hurt a running release, before any runs.

use formwork::workflows::{
    Call, Concurrency, Environment, Expression, Job, Paths, Permissions, Scope, Script, Step, Triggers,
    Workflow,
};

use super::{DEV, MAIN, MAIN_REPOSITORY_TOKEN, System};
use crate::shared::workflows::{install_postgresql, own_program};
use crate::systems::shtetl::github::ROLE;
use crate::systems::shtetl::names::release_role_name;
use crate::systems::shtetl::project::CONTRACT;

/// The workflow's file, which the deployment calls.
pub(super) const FILE: &str = "migration-safety-check.yml";

/// The output with the label that a CONTRACT needs. It is empty unless somebody agreed in the same run.
pub(super) const LABEL: &str = "label";

/// The log of what is deployed, as a job hands it to another.
const DEPLOYED: &str = "deployed";
const DEPLOYED_FILE: &str = "deployed.json";

/// Core tables first, then those of each service.
pub(super) fn folders(system: &System) -> Vec<String> {
    let services = system.settings.services.keys().map(|service| format!("{service}/migrations"));
    std::iter::once("db/migrations".to_owned()).chain(services).collect()
}

pub(super) fn safety_check(system: &System) -> Workflow {
    let call = Call::new().secret(MAIN_REPOSITORY_TOKEN).output(
        LABEL,
        "The label of a CONTRACT that somebody agreed to",
        "contract",
        LABEL,
    );
    let triggers = Triggers::new().pull_request(Paths::branches([DEV, MAIN])).call(call);
    let about = "Reads the migrations, tries them with the queries of deployed releases, and asks for agreement to a CONTRACT.";
    Workflow::new(FILE, "Migration safety check", about, triggers)
        .job(system.build_program())
        .job(deployed(system))
        .job(safety(system))
        .job(contract())
        .concurrency(Concurrency::by_branch_of("migration-safety"))
        .job(comment_job())
}

/// What the log of the environment says is deployed. What a push had before it may never have been: that run may have
/// failed.
fn deployed(system: &System) -> Job {
    let settings = &system.settings;
    let log = system.project.migrations_log(settings);
    let read = own_program().call("migrations log show").arguments(["--log", &log]).into_file(DEPLOYED_FILE);
    Job::new("deployed", "Read what is deployed", 10)
        .needs("tool")
        .when(Expression::on_event("push"))
        .environment(Environment::new(&settings.environment))
        .steps(own_program().install_program())
        .assume_role(&release_role_name(settings), ROLE, &settings.region)
        .step(Step::run("Read the log", read))
        .step(Step::upload(DEPLOYED, DEPLOYED_FILE, 1))
}

fn safety(system: &System) -> Job {
    let tool = own_program();
    let folders = folders(system);
    let pull_request = Expression::on_event("pull_request");
    let of_branch =
        Step::run("Take the branch's migrations for deployed", Script::of(include_str!("deployed.sh")))
            .env("BASE", Expression::github("base_ref"))
            .env("FOLDERS", folders.join(" "));
    let check = |format: &str| {
        let command = tool.call("migrations check --format").argument(format);
        command.arguments(["--log", DEPLOYED_FILE]).arguments(&folders)
    };
    let report = Script::from(check("json").into_file("report.json"));
    let annotate = Script::from(check("markdown").into_summary());
    let compat = tool.call("migrations compat").arguments(["--log", DEPLOYED_FILE]).arguments(&folders);
    let postgresql = install_postgresql("postgresql", system.settings.database.version);
    Job::new("safety", "migration-safety", 30)
        .needs("tool")
        .needs("deployed")
        // Branches ask for this job, and take one that was skipped for one that passed: without what it needs it fails.
        .when(Expression::not_cancelled())
        .output("contract", "class", "contract")
        .step(Step::checkout_history())
        .steps(tool.install_program())
        .step(of_branch.when(pull_request.clone()))
        .step(Step::download(DEPLOYED, ".").when(pull_request.not()))
        .step(Step::run("Show the findings", annotate).may_fail())
        .step(Step::run("Check", report).id("check").may_fail())
        .step(Step::run("Classify", Script::of(include_str!("classify.sh"))).id("class"))
        .step(postgresql)
        .step(Step::run("Try old queries on the new schema", compat))
}

/// Whoever agrees to what is removed does so for this run: what it puts out is what the deployment passes on.
fn contract() -> Job {
    let agreed = Script::of(
        "echo 'somebody agreed to what is removed' >> \"$GITHUB_STEP_SUMMARY\"\necho 'label=contract-approved' >> \"$GITHUB_OUTPUT\"",
    );
    // A job that is skipped further up would skip this one, if it did not ask for itself.
    let condition = Expression::not_cancelled()
        .and(Expression::job_result("safety").is("success"))
        .and(Expression::job_output("safety", "contract").is("true"));
    Job::new("contract", "Agree to a CONTRACT", 5)
        .needs("safety")
        .when(condition)
        .permissions(Permissions::none())
        .environment(Environment::new(CONTRACT))
        .output(LABEL, "agreed", LABEL)
        .step(Step::run("Say so", agreed).id("agreed"))
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
        .step(formwork::workflows::notify::comment("migration-safety"))
}
