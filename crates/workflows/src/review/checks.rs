//! Checks that branches ask for.

use formwork_core::nearest;

use super::Mistake;
use crate::{Estate, Expression, Job, Repository, Workflow};

/// Every check that a branch asks for is a job of a workflow that runs for pull requests; without it nothing could ever
/// be merged.
pub(super) fn required_checks(repository: &Repository, estate: &Estate, mistakes: &mut Vec<Mistake>) {
    let short = repository.name.rsplit('/').next().unwrap_or_default();
    let workflows = repository.workflows.iter().filter(|workflow| workflow.triggers.pull_request.is_some());
    let jobs: Vec<(&Workflow, &Job, String)> = workflows
        .flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)))
        .flat_map(|(workflow, job)| job.check_names().into_iter().map(move |name| (workflow, job, name)))
        .collect();
    for check in estate.checks.get(short).into_iter().flatten() {
        for (workflow, job, _) in jobs.iter().filter(|(.., name)| name == check) {
            passes_unseen(repository, workflow, job, mistakes);
        }
        if jobs.iter().all(|(.., name)| name != check) {
            let near = nearest(check, jobs.iter().map(|(.., name)| name.as_str()));
            mistakes.push(Mistake {
                place: repository.name.clone(),
                message: format!(
                    "branches ask for the check `{check}`, and no job of a pull request has that name"
                ),
                hint: near.map(|near| format!("did you mean `{near}`?")),
            });
        }
    }
}

/// GitHub takes a check whose job was skipped for one that passed (GitHub Docs, "Troubleshooting required status
/// checks"), and a job is skipped if one that it needs fails.
fn passes_unseen(repository: &Repository, workflow: &Workflow, job: &Job, mistakes: &mut Vec<Mistake>) {
    let runs_anyway = |condition: &Expression| {
        ["always()", "cancelled()", "failure()"].iter().any(|call| condition.as_str().contains(call))
    };
    let Some(needed) = job.needs.first() else { return };
    if !job.condition.as_ref().is_some_and(runs_anyway) {
        mistakes.push(Mistake {
            place: format!("{} / {} / {}", repository.name, workflow.file, job.id),
            message: format!(
                "is skipped if `{needed}` fails, and branches that ask for it take that for passed"
            ),
            hint: Some("let it run and fail: `.when(Expression::not_cancelled())`".to_owned()),
        });
    }
}
