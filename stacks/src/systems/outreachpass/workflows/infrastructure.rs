//! `terraform-plan.yml` and `terraform-apply.yml`.

use formwork::workflows::{
    Concurrency, Expression, Job, Paths, Permissions, Scope, Script, Step, Tool, Triggers, Workflow, notify,
};

use super::notify::notify;
use super::{MAIN, target};
use crate::shared::workflows::own_program;
use crate::systems::outreachpass::github::{DEPLOY_ROLE, plan_role_variable};
use crate::systems::outreachpass::names::{deploy_role_name, plan_role_name};
use crate::systems::outreachpass::{Project, Settings};

const INFRASTRUCTURE: &str = "infrastructure/**";

/// The plans of both environments for a pull request, each under a role that may read and nothing else, and as a comment
/// in which sensitive values are masked. Pull requests of forks get no token, and are not planned.
pub(super) fn plan(environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let triggers = Triggers::new().pull_request(Paths::branches([MAIN]).touching([INFRASTRUCTURE]));
    let about = "Checks the format, plans dev and prod as they are, and comments on the pull request.";
    let format = Job::new("format", "Format", 10).step(Step::checkout()).step(check_format());
    let plans = environments.iter().map(|settings| plan_one(&tool, settings));
    Workflow::new("terraform-plan.yml", "Terraform plan", about, triggers)
        .jobs([tool.job(), format])
        .jobs(plans)
}

/// Checks the format of the program, as `terraform fmt` would that of documents.
pub(super) fn check_format() -> Step {
    Step::run("Check the format", Script::of("rustup component add rustfmt\ncargo fmt --check"))
        .in_folder("infrastructure")
}

fn plan_one(tool: &Tool, settings: &Settings) -> Job {
    let (environment, stack) = (&settings.environment, settings.prefix());
    let own =
        Expression::github("event.pull_request.head.repo.full_name").equals(Expression::github("repository"));
    // To lock the state is to write, and to plan beside an apply does no harm.
    let command = tool.call("plan --markdown").argument(&stack).arguments(["--", "-lock=false"]);
    let script = Script::from(command.into_file("comment.md"))
        .then_lines("cat comment.md >> \"$GITHUB_STEP_SUMMARY\"");
    Job::new(&format!("terraform-plan-{environment}"), format!("Plan {environment}"), 20)
        .needs("tool")
        .when(own)
        .permissions(Permissions::read_contents().write(Scope::PullRequests))
        .step(Step::checkout())
        .steps(tool.install())
        .assume_role(&plan_role_name(settings), &plan_role_variable(settings), &settings.region)
        .step(Step::run("Plan", script).on_stack(&stack))
        // The plan as text: in the file that terraform makes, sensitive values are not masked.
        .step(Step::upload(&format!("plan-{environment}"), "comment.md", 7))
        .step(notify::comment(&format!("terraform-plan-{environment}")))
}

pub(super) fn apply(project: &Project, environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let triggers = Triggers::new().push(Paths::branches([MAIN]).touching([INFRASTRUCTURE])).dispatch();
    let about = "Applies the infrastructure to dev and, once somebody agreed, to prod.";
    let mut workflow = Workflow::new("terraform-apply.yml", "Terraform apply", about, triggers)
        .concurrency(Concurrency::waiting("terraform-apply"))
        .takes_older()
        .job(tool.job());
    let mut all = vec!["tool".to_owned()];
    for settings in environments {
        let (stack, role) = (settings.prefix(), deploy_role_name(settings));
        let id = format!("terraform-apply-{}", settings.environment);
        let mut job = target(settings, &stack, &role, DEPLOY_ROLE)
            .apply(&tool, &id, &format!("Apply to {}", settings.environment))
            .step(Step::run("Show what there is", tool.call("output").argument(&stack).into_summary()));
        job = all.last().into_iter().fold(job, |job: Job, before: &String| job.needs(before));
        all.push(id);
        workflow = workflow.job(job);
    }
    workflow.job(notify(project, environments, &all, "Applying OutreachPass"))
}
