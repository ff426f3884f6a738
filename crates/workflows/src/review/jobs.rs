//! Ids, time limits and dependencies of jobs are such as GitHub accepts.

use std::collections::BTreeSet;

use formwork_core::Hint;

use crate::review::reviewer::Reviewer;
use crate::{Job, Matrix};

/// GitHub ends a job after six hours (GitHub Docs, "Actions limits").
const MAX_MINUTES: u32 = 360;

/// No two jobs of the workflow have one id; those that were seen before are given.
pub(super) fn check_unique<'w>(review: &mut Reviewer<'_>, job: &'w Job, seen: &mut BTreeSet<&'w str>) {
    if !seen.insert(&job.id) {
        review.report(&job.id, format!("two jobs have the id `{}`", job.id), None);
    }
}

/// The id, the limit of time, what is waited for, and the size of the matrix.
pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    let workflow = review.workflow;
    if !is_identifier(&job.id) {
        review.report(&job.id, format!("GitHub refuses the job id `{}`", job.id), None);
    }
    if job.call.is_none() && !(1..=MAX_MINUTES).contains(&job.timeout_minutes) {
        let message = format!("GitHub refuses a limit of {} minutes", job.timeout_minutes);
        review.report(&job.id, message, Some("a job has 1 to 360".to_owned()));
    }
    for other in &job.needs {
        if workflow.find(other).is_none() {
            let hint = Hint::nearest(other, workflow.jobs.iter().map(|job| job.id.as_str()));
            review.report(&job.id, format!("needs a job `{other}`, which there is not"), hint);
        }
    }
    if workflow.waits_for(job, &job.id) {
        review.report(&job.id, "waits for itself".to_owned(), None);
    }
    let runs = job.run_count();
    if runs > Matrix::MAX_RUNS {
        let hint = Some("GitHub takes 256; divide it into several jobs".to_owned());
        review.report(&job.id, format!("a matrix of {runs} runs"), hint);
    }
}

/// GitHub Docs, "Workflow syntax", `jobs.<job_id>`.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
