//! `rollback.yml`: the way back by hand for each part of each environment, and whether what serves then is well.

use formwork::workflows::{Concurrency, Effect, Expression, Input, Job, Step, Text, Triggers, Workflow};

use super::deployment::health;
use super::part::Part;
use super::target;
use crate::shared::workflows::own_program;
use crate::systems::outreachpass::Settings;
use crate::systems::outreachpass::github::RELEASE_ROLE;
use crate::systems::outreachpass::names::release_role_name;

/// A person starts it for one part of one environment, whatever state its release is in.
pub(super) fn rollback(environments: &[Settings]) -> Workflow {
    let about =
        "Takes a part of an environment back to the version that served before, and asks it for its health.";
    let all = || {
        let parts = [Part::Backend, Part::Worker, Part::Frontend];
        environments.iter().flat_map(move |settings| parts.map(|part| (settings, part)))
    };
    let input =
        Input::choice("What to take back, and where", all().map(|(settings, part)| choice(settings, part)));
    let group = Text::from("rollback-").then(Expression::input("part"));
    let workflow =
        Workflow::new("rollback.yml", "Roll back", about, Triggers::new().dispatch_with("part", input))
            .concurrency(Concurrency::waiting(group))
            .job(own_program().job());
    workflow.jobs(all().map(|(settings, part)| roll_back(settings, part)))
}

fn choice(settings: &Settings, part: Part) -> String {
    format!("{} {}", settings.environment, part.folder())
}

fn roll_back(settings: &Settings, part: Part) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let target = target(settings, &stack, &role, RELEASE_ROLE);
    let back = tool.call("release rollback").arguments(["--stack", &stack]).argument(part.service());
    let (environment, folder) = (&settings.environment, part.folder());
    target
        .job(
            &tool,
            &format!("rollback-{environment}-{folder}"),
            &format!("Roll the {folder} of {environment} back"),
            20,
        )
        // Not that of deployments: it is for what they do.
        .concurrency(Concurrency::waiting(format!("rollback-{stack}-{folder}")))
        .when(Expression::input("part").is(&choice(settings, part)))
        .step(Step::run("Roll back", back).refers(target.release(part.service())).effect(Effect::Promotes))
        .step(health(settings, part))
}
