//! Required status checks of branches: a job reports each of them.

use formwork_core::Hint;

use crate::review::diagnostic::Diagnostic;
use crate::{Expression, Inventory, Job, Repository, Workflow};

/// Every check that a branch asks for is a job of a workflow that runs for pull requests; without it nothing could ever
/// be merged.
pub(super) fn check(repository: &Repository, inventory: &Inventory, diagnostics: &mut Vec<Diagnostic>) {
    let short = repository.short_name();
    let workflows = repository.workflows.iter().filter(|workflow| workflow.triggers.pull_request.is_some());
    let jobs: Vec<(&Workflow, &Job, String)> = workflows
        .flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)))
        .flat_map(|(workflow, job)| job.check_names().into_iter().map(move |name| (workflow, job, name)))
        .collect();
    for check in inventory.checks.get(short).into_iter().flatten() {
        for (workflow, job, _) in jobs.iter().filter(|(.., name)| name == check) {
            check_skipped(repository, workflow, job, diagnostics);
        }
        if jobs.iter().all(|(.., name)| name != check) {
            let hint = Hint::nearest(check, jobs.iter().map(|(.., name)| name.as_str()));
            diagnostics.push(Diagnostic {
                location: repository.name.clone(),
                message: format!(
                    "branches ask for the check `{check}`, and no job of a pull request has that name"
                ),
                hint,
            });
        }
    }
}

/// GitHub takes a check whose job was skipped for one that passed (GitHub Docs, "Troubleshooting required status
/// checks"), and a job is skipped if one that it needs fails.
fn check_skipped(repository: &Repository, workflow: &Workflow, job: &Job, diagnostics: &mut Vec<Diagnostic>) {
    let runs_anyway = |condition: &Expression| {
        ["always()", "cancelled()", "failure()"].iter().any(|call| condition.as_str().contains(call))
    };
    let Some(needed) = job.needs.first() else { return };
    if !job.condition.as_ref().is_some_and(runs_anyway) {
        diagnostics.push(Diagnostic {
            location: format!("{} / {} / {}", repository.name, workflow.file, job.id),
            message: format!(
                "is skipped if `{needed}` fails, and branches that ask for it take that for passed"
            ),
            hint: Hint::new("let it run and fail: `.when(Expression::not_cancelled())`"),
        });
    }
}
