//! A release is verified before it is promoted.

use std::collections::BTreeSet;

use crate::review::reviewer::Reviewer;
use crate::{Job, Reference, Step};

/// What is promoted was verified by a step before, or `release promote` would refuse it.
pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    let calls = |step: &Step, verb: &str| step.run.as_ref().is_some_and(|run| run.text().contains(verb));
    let services = |step: &Step| {
        step.references
            .iter()
            .filter(|it| matches!(it, Reference::Release { .. }))
            .cloned()
            .collect::<Vec<_>>()
    };
    let workflow = review.workflow;
    let before = workflow.jobs.iter().filter(|other| workflow.waits_for(job, &other.id));
    let before: Vec<&Step> = before.flat_map(|other| &other.steps).collect();
    for (index, step) in job.steps.iter().enumerate() {
        if !calls(step, "release promote") || calls(step, "--unverified") {
            continue;
        }
        let until = before.iter().copied().chain(&job.steps[..=index]);
        let verified: BTreeSet<Reference> =
            until.filter(|step| calls(step, "release verify")).flat_map(services).collect();
        for service in services(step).iter().filter(|service| !verified.contains(service)) {
            let Reference::Release { stack, service } = service else { continue };
            let hint = "call `release verify` before: what was not verified is not promoted";
            review.report(
                &job.id,
                format!("promotes `{service}` of `{stack}` unverified"),
                Some(hint.to_owned()),
            );
        }
    }
}
