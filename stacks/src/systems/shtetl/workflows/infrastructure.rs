//! `infrastructure.yml` of the main repository: a plan for every pull request, and the environment's stack on `dev`.

use formwork::workflows::{
    Concurrency, Environment, Expression, Job, Paths, Permissions, Scope, Script, Step, Triggers, Workflow,
};

use super::{DEV, MAIN, System};
use crate::shared::workflows::{changing, infrastructure_checks, own_program};
use crate::systems::shtetl::github::ROLE;
use crate::systems::shtetl::names::deploy_role_name;

pub(super) fn infrastructure(system: &System) -> Workflow {
    let settings = &system.settings;
    let stack = settings.stack_name();
    let tool = own_program();
    let branches = || Paths::branches([DEV, MAIN]);
    let triggers = Triggers::new().push(branches()).pull_request(branches());
    let about = "Checks the infrastructure and rehearses it in the sandbox; on dev, plans and applies the environment's stack.";
    // The names are those that the branches ask for.
    let repository = &system.project.github.infrastructure.name;
    let [synth, check] = infrastructure_checks("shtetl", repository, "synth");
    let sandbox_plan = tool.call("plan --sandbox --markdown").argument(&stack).into_file("comment.md");
    // Branches ask for these two jobs, and take one that was skipped for one that passed.
    let plan = Job::new("plan", "plan", 20)
        .needs("tool")
        .when(Expression::not_cancelled())
        .permissions(Permissions::read_contents().write(Scope::PullRequests))
        .step(Step::checkout())
        .steps(tool.install())
        .step(
            Step::run(
                "Plan in the sandbox",
                Script::from(sandbox_plan).then_lines("cat comment.md >> \"$GITHUB_STEP_SUMMARY\""),
            )
            .on_stack(&stack),
        )
        .step(
            formwork::workflows::notify::comment("plan").when(
                Expression::on_event("pull_request").and(
                    Expression::github("event.pull_request.head.repo.full_name")
                        .equals(Expression::github("repository")),
                ),
            ),
        );
    let apply = Job::new("apply", "Apply", 60)
        .needs("synth")
        .needs("plan")
        .needs("tool")
        .when(Expression::on_event("push").and(Expression::on_branch(DEV)))
        .environment(Environment::new(&settings.environment).url(system.stable_url()))
        .concurrency(changing(&stack))
        .step(Step::checkout())
        .steps(tool.install())
        .assume_role(&deploy_role_name(settings), ROLE, &settings.region)
        .step(tool.plan(&stack))
        .step(tool.apply(&stack));
    Workflow::new("infrastructure.yml", "Infrastructure", about, triggers)
        .concurrency(Concurrency::by_branch())
        .jobs([synth, check, plan, apply])
}
