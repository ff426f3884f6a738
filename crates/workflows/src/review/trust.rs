//! The role that a job assumes trusts it, and is the one that the variable names.

use std::collections::BTreeSet;

use crate::review::reviewer::Reviewer;
use crate::{Job, Triggers};

/// The variable of the environment holds the ARN of the role.
pub(super) fn check_variable(
    review: &mut Reviewer<'_>,
    job: &Job,
    role: &str,
    variable: &str,
    held: Option<&Option<String>>,
) {
    match held {
        None => {
            let hint = Some("the stack that makes the environment sets its variables".to_owned());
            review.report(&job.id, format!("the environment has no variable `{variable}`"), hint);
        }
        Some(Some(other)) if other != role => {
            let message = format!("the variable `{variable}` holds the ARN of `{other}`, not of `{role}`");
            review.report(&job.id, message, None);
        }
        Some(_) => {}
    }
}

/// The role's trust policy has the subject that GitHub's token of this job will have.
pub(super) fn check_subject(
    review: &mut Reviewer<'_>,
    job: &Job,
    role: &str,
    subjects: &BTreeSet<String>,
    environment: Option<&str>,
) {
    // Without an environment the token names the branch, or says that it is for a pull request.
    let triggers = &review.workflow.triggers;
    let on_requests = triggers.pull_request.is_some();
    let on_branches = !Triggers { pull_request: None, ..triggers.clone() }.is_empty();
    let suffix = environment.map(|environment| format!(":environment:{environment}"));
    let begins = format!("repo:{}:", review.repository.name);
    let (owner, name) = review.repository.name.split_once('/').unwrap_or_default();
    // With the numbers of owner and repository, where GitHub sends them.
    let with_numbers = |subject: &str| {
        subject.strip_prefix("repo:").and_then(|rest| rest.split_once('/')).is_some_and(|(first, rest)| {
            first.split('@').next() == Some(owner) && rest.split(['@', ':']).next() == Some(name)
        })
    };
    let fits = |subject: &String| {
        let is_meant = match &suffix {
            Some(suffix) => subject.ends_with(suffix),
            None => {
                (on_branches && subject.contains(":ref:refs/heads/"))
                    || (on_requests && subject.ends_with(":pull_request"))
            }
        };
        is_meant && (subject.starts_with(&begins) || with_numbers(subject))
    };
    if !subjects.iter().any(fits) {
        let alone = if on_branches { "ref:…" } else { "pull_request" };
        let of = suffix.as_deref().map_or(alone, |suffix| suffix.trim_start_matches(':'));
        let message = format!("the role `{role}` does not trust `{begins}{of}`");
        let hint = subjects.iter().next().map(|subject| format!("it trusts `{subject}`"));
        review.report(&job.id, message, hint);
    }
}
