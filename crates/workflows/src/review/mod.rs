//! Rules for workflows, checked before anything is rendered. Each rule has a file of its own.
//!
//! | file | rule |
//! | --- | --- |
//! | `required_checks` | every check that a branch asks for is a job of a pull request, and fails rather than is skipped |
//! | `triggers` | something starts the workflow, and GitHub finds its file |
//! | `callers` | a called workflow does not wait for its caller |
//! | `jobs` | ids, limits of time, dependencies and matrices that GitHub takes |
//! | `deployments` | jobs that change something have an environment, run one at a time, and none of them is dropped |
//! | `tokens` | a token for OIDC goes with a role, and a role with a token |
//! | `references` | stacks, outputs, functions, releases, roles and environments that jobs name are in the stacks |
//! | `trust` | the role that a job assumes trusts it, and is the one that the variable names |
//! | `expressions` | expressions name jobs, outputs, inputs, steps and matrix values that are there |
//! | `artifacts` | an artifact is uploaded once in a run, before it is downloaded, and kept for as long as somebody may be waited for |
//! | `promotions` | what is promoted was verified before |

mod artifacts;
mod callers;
mod deployments;
mod diagnostic;
mod expressions;
mod jobs;
mod promotions;
mod references;
mod required_checks;
mod reviewer;
mod tokens;
mod triggers;
mod trust;

use std::collections::BTreeSet;

pub use diagnostic::Diagnostic;
use reviewer::Reviewer;

use crate::{Inventory, Repository};

/// Finds what is wrong in the workflows of repositories. What they name is looked for in the inventory.
#[must_use]
pub fn review(repositories: &[Repository], inventory: &Inventory) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for repository in repositories {
        required_checks::check(repository, inventory, &mut diagnostics);
        for workflow in &repository.workflows {
            check(&mut Reviewer { repository, workflow, inventory, diagnostics: &mut diagnostics });
        }
    }
    diagnostics
}

fn check(review: &mut Reviewer<'_>) {
    triggers::check(review);
    callers::check(review);
    let mut seen = BTreeSet::new();
    for job in &review.workflow.jobs {
        jobs::check_unique(review, job, &mut seen);
        jobs::check(review, job);
        deployments::check(review, job);
        tokens::check(review, job);
        references::check(review, job);
        expressions::check(review, job);
        artifacts::check(review, job);
        artifacts::check_kept(review, job);
        promotions::check(review, job);
    }
    artifacts::check_names(review);
}
