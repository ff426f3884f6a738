//! Artifacts: each one that a job downloads was uploaded by a job before it.

use std::collections::BTreeMap;

use crate::review::reviewer::Reviewer;
use crate::step::ArtifactUse;
use crate::{Job, Repository, Workflow};

/// GitHub refuses a second artifact of a name that the run has already (`actions/upload-artifact`, "Not uploading
/// to the same artifact"), and a called workflow is part of its caller's run.
pub(super) fn check_names(review: &mut Reviewer<'_>) {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (job, name, times) in uploaded_in(review.repository, review.workflow, &mut Vec::new()) {
        let message = match kept.get(&name) {
            // What the one has not kept, the other may.
            Some(first) if is_alternative(review.workflow, &job, first) => continue,
            Some(first) => format!("keeps the artifact `{name}`, which `{first}` keeps in the same run"),
            None if times > 1 => format!("keeps the artifact `{name}` once for each run of its matrix"),
            None => {
                kept.insert(name, job);
                continue;
            }
        };
        let hint = "GitHub refuses the second: keep it once, or put what differs into its name";
        review.report(&job, message, Some(hint.to_owned()));
    }
}

/// Whether a job runs only as another one's outputs say.
fn is_alternative(workflow: &Workflow, job: &str, other: &str) -> bool {
    let asks = format!("needs.{other}.outputs.");
    let condition = workflow.find(job).and_then(|job| job.condition.as_ref());
    condition.is_some_and(|condition| condition.as_str().contains(&asks))
}

/// What is brought was kept by a job that this one waits for.
pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    for step in &job.steps {
        let Some(ArtifactUse::Downloaded(name)) = &step.artifact else { continue };
        let workflow = review.workflow;
        let before = workflow.jobs.iter().filter(|other| workflow.waits_for(job, &other.id));
        let mut kept = before.flat_map(|other| uploaded_by(review.repository, other, &mut Vec::new()));
        if !kept.any(|(_, kept, _)| kept == *name) {
            let message = format!("brings the artifact `{name}`, which no job before it keeps");
            review.report(&job.id, message, None);
        }
    }
}

/// How long GitHub waits for a reviewer of an environment (GitHub Docs, "Managing environments for deployment").
const APPROVAL_DAYS: u32 = 30;

/// What a job needs is kept for as long as the job, or one that it waits for after the artifact was made, may wait for
/// somebody to agree.
pub(super) fn check_kept(review: &mut Reviewer<'_>, job: &Job) {
    let workflow = review.workflow;
    let downloads = job.steps.iter().filter_map(|step| match &step.artifact {
        Some(ArtifactUse::Downloaded(name)) => Some(name.clone()),
        _ => None,
    });
    for name in downloads.collect::<Vec<_>>() {
        for maker in workflow.jobs.iter().filter(|other| workflow.waits_for(job, &other.id)) {
            let days = maker.steps.iter().filter_map(|step| kept_days(step, &name)).min();
            let Some(days) = days.filter(|days| *days < APPROVAL_DAYS) else { continue };
            let between = workflow.jobs.iter().filter(|other| {
                other.id == job.id
                    || (workflow.waits_for(job, &other.id) && workflow.waits_for(other, &maker.id))
            });
            let waits = between.filter_map(|it| review.waited_for(it)).next();
            if let Some(environment) = waits {
                let message = format!(
                    "needs the artifact `{name}`, which is kept for {days} days: somebody may agree to `{environment}` after that"
                );
                let hint = format!("keep it for {APPROVAL_DAYS} days, which is how long GitHub waits");
                review.report(&job.id, message, Some(hint));
                break;
            }
        }
    }
}

/// For how many days a step keeps an artifact of a name.
fn kept_days(step: &crate::Step, name: &str) -> Option<u32> {
    match &step.artifact {
        Some(ArtifactUse::Uploaded(kept)) if kept == name => {
            step.with.get("retention-days")?.literal()?.parse().ok()
        }
        _ => None,
    }
}

/// The artifacts that the jobs of a workflow keep, as [`uploaded_by`] tells them.
fn uploaded_in<'w>(
    repository: &'w Repository,
    workflow: &'w Workflow,
    callers: &mut Vec<&'w str>,
) -> Vec<(String, String, usize)> {
    workflow.jobs.iter().flat_map(|job| uploaded_by(repository, job, callers)).collect()
}

/// The artifacts that a job keeps, or the jobs of the workflow that it calls: who keeps it, its name, and how often.
fn uploaded_by<'w>(
    repository: &'w Repository,
    job: &'w Job,
    callers: &mut Vec<&'w str>,
) -> Vec<(String, String, usize)> {
    if let Some(call) = &job.call {
        let called =
            repository.workflows.iter().find(|other| call.workflow.ends_with(&format!("/{}", other.file)));
        // A workflow that calls itself is refused by GitHub, and is not followed for ever here.
        let Some(called) = called.filter(|called| !callers.contains(&called.file.as_str())) else {
            return Vec::new();
        };
        callers.push(&called.file);
        let mut kept = uploaded_in(repository, called, callers);
        callers.pop();
        for (keeper, _, times) in &mut kept {
            *keeper = format!("{} / {keeper}", job.id);
            *times *= job.run_count();
        }
        return kept;
    }
    let made = job.steps.iter().filter_map(|step| match &step.artifact {
        Some(ArtifactUse::Uploaded(name)) => Some(name.clone()),
        _ => None,
    });
    made.map(|name| (job.id.clone(), name, job.run_count())).collect()
}
