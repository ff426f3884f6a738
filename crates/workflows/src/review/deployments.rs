//! Jobs that change something have an environment and run one at a time.

use crate::review::reviewer::Reviewer;
use crate::{Concurrency, Effect, Job, Workflow};

/// Words that change something outside wherever a script has them, whatever its step says of itself.
const CHANGING: [(&str, Effect); 8] = [
    ("terraform apply", Effect::Applies),
    ("terraform destroy", Effect::Applies),
    (" apply ", Effect::Applies),
    (" destroy ", Effect::Applies),
    ("release promote", Effect::Promotes),
    ("release rollback", Effect::Promotes),
    ("migrate up", Effect::Migrates),
    ("aws s3 sync", Effect::Promotes),
];

/// No job that applies, promotes or migrates is without its environment, which has the reviewers, the branches and
/// the role; none of them is cancelled halfway.
pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    let mut effects: Vec<Effect> = job.effects().collect();
    for step in &job.steps {
        let Some(script) = &step.run else { continue };
        let text = format!(" {} ", script.text().replace('\n', " "));
        // In the sandbox nothing is real.
        if text.contains("--sandbox") {
            continue;
        }
        effects.extend(CHANGING.iter().filter(|(words, _)| text.contains(words)).map(|(_, effect)| *effect));
    }
    let Some(effect) = effects.first() else { return };
    let does = match effect {
        Effect::Applies => "applies",
        Effect::Promotes => "promotes",
        Effect::Migrates => "migrates",
    };
    if job.environment.is_none() {
        let hint = "name it with `Job::environment`: reviewers, branches and the role depend on it";
        review.report(&job.id, format!("{does} without an environment"), Some(hint.to_owned()));
    }
    let of_job = job.concurrency.as_ref();
    if of_job.is_none() {
        let hint = "give it `Concurrency::waiting` with the name of what it changes";
        review.report(&job.id, format!("{does} beside other runs"), Some(hint.to_owned()));
    }
    if of_job.is_some_and(|concurrency| !concurrency.queues && !concurrency.cancels()) {
        let hint = "use `Concurrency::waiting`: GitHub keeps only the newest of the runs that wait, unless it is told to queue";
        review.report(
            &job.id,
            format!("{does} and is dropped if another run comes to wait"),
            Some(hint.to_owned()),
        );
    }
    if [of_job, Some(&review.workflow.concurrency)].into_iter().flatten().any(Concurrency::cancels) {
        let hint = "use `Concurrency::waiting`; what is half done stays half done";
        review.report(&job.id, format!("{does} and may be cancelled by the next run"), Some(hint.to_owned()));
    }
    let of_workflow = &review.workflow.concurrency;
    if !of_workflow.queues && !of_workflow.cancels() && is_lost_if_dropped(review.workflow, job) {
        let hint =
            "give the workflow `Concurrency::waiting`: no later run does what a dropped one was started for";
        review.report(
            &job.id,
            format!("{does} in a workflow whose run is dropped if another comes to wait"),
            Some(hint.to_owned()),
        );
    }
}

/// Whether no later run does what this one was started for: what somebody asked for by hand or from elsewhere, and what was
/// planned by another run. After a push, the next one brings what the one before would have.
fn is_lost_if_dropped(workflow: &Workflow, job: &Job) -> bool {
    let triggers = &workflow.triggers;
    let has = |job: &Job, words: &str| {
        job.steps.iter().filter_map(|step| step.run.as_ref()).any(|script| script.text().contains(words))
    };
    let is_planned_elsewhere =
        has(job, " apply --plan-dir") && !workflow.jobs.iter().any(|other| has(other, " plan --plan-dir"));
    is_planned_elsewhere || triggers.has_dispatch || !triggers.repository_dispatch.is_empty()
}
