//! A token for OIDC goes with a role, and a role with a token.

use crate::review::reviewer::Reviewer;
use crate::{Access, Job, Reference, Scope};

pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    let may = job.permissions.access(Scope::IdToken) == Some(Access::Write);
    let assumes = job
        .steps
        .iter()
        .flat_map(|step| &step.references)
        .any(|reference| matches!(reference, Reference::Role { .. } | Reference::AnyRole));
    if assumes && !may {
        let hint = "use `Job::assume_role`, which grants `id-token: write`";
        review.report(&job.id, "assumes a role without a token to show".to_owned(), Some(hint.to_owned()));
    }
    if may && !assumes && job.call.is_none() {
        review.report(&job.id, "may get a token for AWS and assumes no role".to_owned(), None);
    }
}
