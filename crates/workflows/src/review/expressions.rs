//! Expressions name jobs, outputs, inputs, steps and matrix values that are there.

use std::collections::BTreeSet;

use crate::review::reviewer::Reviewer;
use crate::{Expression, Job, Text};

/// Every expression of the job that names something of the workflow names what is there.
pub(super) fn check(review: &mut Reviewer<'_>, job: &Job) {
    let mut earlier: BTreeSet<&str> = BTreeSet::new();
    let of_job = texts_of_job(job);
    for text in of_job {
        for expression in text.expressions() {
            check_one(review, job, expression, None);
        }
    }
    if let Some(condition) = &job.condition {
        check_one(review, job, condition, None);
    }
    for step in &job.steps {
        let texts = step.with.values().chain(step.env.values());
        for expression in texts.flat_map(Text::expressions).chain(&step.condition) {
            check_one(review, job, expression, Some(&earlier));
        }
        earlier.extend(step.id.as_deref());
    }
    let ids: BTreeSet<&str> = job.steps.iter().filter_map(|step| step.id.as_deref()).collect();
    for text in job.outputs.values() {
        for expression in text.expressions() {
            check_one(review, job, expression, Some(&ids));
        }
    }
}

fn check_one(review: &mut Reviewer<'_>, job: &Job, expression: &Expression, steps: Option<&BTreeSet<&str>>) {
    for path in paths(expression.as_str()) {
        let parts: Vec<&str> = path.split('.').collect();
        let problem = match parts[..] {
            ["needs", other, "outputs", output] => match review.workflow.find(other) {
                _ if !job.needs.iter().any(|need| need == other) => {
                    Some(format!("`{path}` of a job it does not need"))
                }
                Some(found) if found.call.is_none() && !found.outputs.contains_key(output) => {
                    Some(format!("the job `{other}` has no output `{output}`"))
                }
                _ => None,
            },
            ["needs", other, ..] if !job.needs.iter().any(|need| need == other) => {
                Some(format!("`{path}` of a job it does not need"))
            }
            ["matrix", name] if !job.strategy.as_ref().is_some_and(|matrix| matrix.has(name)) => {
                Some(format!("its matrix has no `{name}`"))
            }
            ["inputs", name] => {
                let triggers = &review.workflow.triggers;
                let known = triggers.dispatch.contains_key(name)
                    || triggers.call.as_ref().is_some_and(|call| call.inputs.contains_key(name));
                (!known).then(|| format!("the workflow has no input `{name}`"))
            }
            ["steps", step, ..] if steps.is_some_and(|steps| !steps.contains(step)) => {
                Some(format!("no step before has the id `{step}`"))
            }
            _ => None,
        };
        if let Some(problem) = problem {
            review.report(&job.id, problem, None);
        }
    }
}

fn texts_of_job(job: &Job) -> Vec<&Text> {
    let mut texts = vec![&job.name, &job.runner];
    texts.extend(job.env.values());
    texts.extend(
        job.environment
            .iter()
            .flat_map(|environment| [Some(&environment.name), environment.url.as_ref()])
            .flatten(),
    );
    texts.extend(job.strategy.iter().filter_map(|matrix| Some(&matrix.dynamic.as_ref()?.values)));
    texts.extend(job.concurrency.iter().map(|concurrency| &concurrency.group));
    texts.extend(job.call.iter().flat_map(|call| call.with.values().chain(call.secrets.values())));
    texts
}

/// The paths of contexts in an expression; what is in quotes is text.
fn paths(expression: &str) -> Vec<&str> {
    let mut paths = Vec::new();
    for (index, outside) in expression.split('\'').enumerate() {
        if index % 2 == 0 {
            let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
            let words = outside.split(|character| !is_part(character));
            paths.extend(words.filter(|word| word.contains('.')));
        }
    }
    paths
}
