//! A called workflow does not wait for its caller.

use crate::Text;
use crate::review::reviewer::Reviewer;

/// The group of a workflow that is called is not its caller's: `github.workflow` is the caller there.
pub(super) fn check(review: &mut Reviewer<'_>) {
    let workflow = review.workflow;
    let by_workflow = |group: &Text| group.expressions().any(|it| it.as_str() == "github.workflow");
    if workflow.triggers.call.is_some() && by_workflow(&workflow.concurrency.group) {
        let hint = "use `Concurrency::by_branch_of` with a name: where it is called, `github.workflow` is the caller";
        review.report(
            "",
            "is of its caller's group, and would wait for it".to_owned(),
            Some(hint.to_owned()),
        );
    }
}
