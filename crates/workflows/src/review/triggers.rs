//! Each workflow has a trigger, and its file is where GitHub looks.

use crate::review::reviewer::Reviewer;

/// The triggers and the name of the file.
pub(super) fn check(review: &mut Reviewer<'_>) {
    let workflow = review.workflow;
    if workflow.triggers.is_empty() {
        review.report("", "nothing starts the workflow".to_owned(), Some("give it triggers".to_owned()));
    }
    if !workflow.file.ends_with(".yml") || workflow.file.contains('/') {
        review.report("", format!("`{}` is not the name of a workflow's file", workflow.file), None);
    }
}
