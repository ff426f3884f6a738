//! Every output, role, function and release that a job refers to is in the stacks.

use formwork_core::Hint;

use crate::review::reviewer::Reviewer;
use crate::review::trust;
use crate::{Job, Reference};

/// What the job names of the stacks is in the stacks.
pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    let inventory = review.inventory;
    let name = job.environment.as_ref().and_then(|environment| environment.name.literal());
    let found = match (review.environments(), &name) {
        (Some(environments), Some(name)) => {
            let found = environments.get(name);
            if found.is_none() {
                let hint = Hint::nearest(name, environments.keys().map(String::as_str));
                let message =
                    format!("no stack makes the environment `{name}` of {}", review.repository.name);
                review.report(&job.id, message, hint);
            }
            found
        }
        _ => None,
    };
    for reference in job.steps.iter().flat_map(|step| &step.references) {
        match reference {
            Reference::Stack(stack) => review.known(job, "stack", stack, inventory.stacks.keys()),
            Reference::AnyRole => {}
            Reference::Release { stack, service } => match inventory.releases.get(stack) {
                Some(services) => review.known(job, &format!("release in `{stack}`"), service, services),
                None => review.known(job, "stack with releases", stack, inventory.releases.keys()),
            },
            Reference::Function(function) => review.known(job, "function", function, &inventory.functions),
            Reference::Output { stack, name } => match inventory.stacks.get(stack) {
                Some(outputs) => review.known(job, &format!("output of `{stack}`"), name, outputs),
                None => review.known(job, "stack", stack, inventory.stacks.keys()),
            },
            Reference::Role { name: role, variable } => {
                review.known(job, "role", role, inventory.roles.keys());
                let of_repository = inventory.variables.get(review.repository.short_name());
                let held = match found {
                    Some(environment) => environment.variables.get(variable),
                    None => None,
                };
                let held = held.or_else(|| of_repository.and_then(|variables| variables.get(variable)));
                if found.is_some() || job.environment.is_none() {
                    trust::check_variable(review, job, role, variable, held);
                }
                if let Some(subjects) = inventory.roles.get(role) {
                    trust::check_subject(review, job, role, subjects, name.as_deref());
                }
            }
        }
    }
}
