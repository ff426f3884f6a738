//! `terraform-plan.yml` and `terraform-apply.yml`.

use formwork::workflows::{
    Concurrency, Expression, Job, Paths, Permissions, Scope, Script, Step, Triggers, Workflow, tool,
};

use super::{MAIN, place};
use crate::outreachpass::Settings;
use crate::outreachpass::bootstrap::deploy_role_name;
use crate::outreachpass::github::DEPLOY_ROLE;
use crate::pipelines::{failed, own_program};

const INFRASTRUCTURE: &str = "infrastructure/**";

/// The plans of both environments for a pull request, in the sandbox: the roles trust `main` alone.
pub(super) fn plan(environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let triggers = Triggers::new().pull_request(Paths::branches([MAIN]).touching([INFRASTRUCTURE]));
    let about = "Checks the format, plans dev and prod, and comments on the pull request.";
    let format = Job::new("format", "Format", 10).step(Step::checkout()).step(
        Step::run("Check the format", Script::of("rustup component add rustfmt\ncargo fmt --check"))
            .in_folder("infrastructure"),
    );
    let names: Vec<String> = environments.iter().map(Settings::prefix).collect();
    let command =
        tool.call("plan --sandbox --plan-dir plans --markdown").arguments(&names).into_file("comment.md");
    let step =
        Step::run("Plan", Script::from(command).then_lines("cat comment.md >> \"$GITHUB_STEP_SUMMARY\""));
    let step = names.iter().fold(step, |step, name| step.on_stack(name));
    let own =
        Expression::github("event.pull_request.head.repo.full_name").equals(Expression::github("repository"));
    let plan = Job::new("terraform-plan", "Plan", 20)
        .needs("tool")
        .permissions(Permissions::read_contents().write(Scope::PullRequests))
        .step(Step::checkout())
        .steps(tool.bring())
        .step(step)
        .step(Step::upload("plans", "plans", 7))
        .step(tool::comment("terraform-plan").when(own));
    Workflow::new("terraform-plan.yml", "Terraform plan", about, triggers).jobs([tool.job(), format, plan])
}

pub(super) fn apply(environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let triggers = Triggers::new().push(Paths::branches([MAIN]).touching([INFRASTRUCTURE])).dispatch();
    let about = "Applies the infrastructure to dev and, once somebody agreed, to prod.";
    let mut workflow = Workflow::new("terraform-apply.yml", "Terraform apply", about, triggers)
        .concurrency(Concurrency::waiting("terraform-apply"))
        .job(tool.job());
    let mut all = Vec::new();
    for settings in environments {
        let (stack, role) = (settings.prefix(), deploy_role_name(settings));
        let id = format!("terraform-apply-{}", settings.environment);
        let mut job = place(settings, &stack, &role, DEPLOY_ROLE)
            .apply(&tool, &id, &format!("Apply to {}", settings.environment))
            .step(Step::run("Show what there is", tool.call("output").argument(&stack).into_summary()));
        job = all.last().into_iter().fold(job, |job: Job, before: &String| job.needs(before));
        all.push(id);
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    workflow.job(failed(&all, "Applying OutreachPass"))
}
