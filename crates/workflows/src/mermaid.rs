//! Workflows drawn as Mermaid flowcharts.

use std::fmt::Write as _;

use crate::{Effect, Job, Workflow};

/// A workflow as a flowchart of Mermaid: what starts it, its jobs, and what waits for what. A job that deploys to an
/// environment says so, and one that changes something has a shape of its own.
#[must_use]
pub fn mermaid(workflow: &Workflow) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    lines.push(format!("  start([{}])", label(&started_by(workflow))));
    for job in &workflow.jobs {
        lines.push(format!("  {}{}", node(&job.id), shape(job)));
    }
    for job in &workflow.jobs {
        if job.needs.is_empty() {
            lines.push(format!("  start --> {}", node(&job.id)));
        }
        lines.extend(job.needs.iter().map(|other| format!("  {} --> {}", node(other), node(&job.id))));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn shape(job: &Job) -> String {
    let mut text = job.name.to_string();
    if let Some(matrix) = &job.strategy {
        let runs = matrix.values.values().map(Vec::len).product::<usize>();
        let runs = if matrix.values.is_empty() { matrix.include.len() } else { runs };
        // Writing into a string does not fail.
        let _ = match &matrix.dynamic {
            Some(_) => write!(text, "\nsome at once"),
            None => write!(text, "\n{runs} at once"),
        };
    }
    if let Some(environment) = &job.environment {
        let _ = write!(text, "\nenvironment {}", environment.name);
    }
    let label = label(&text);
    let changes =
        job.effects().any(|effect| matches!(effect, Effect::Applies | Effect::Promotes | Effect::Migrates));
    match (changes, job.call.is_some()) {
        (true, _) => format!("{{{{{label}}}}}"),
        (false, true) => format!("[[{label}]]"),
        (false, false) => format!("[{label}]"),
    }
}

fn started_by(workflow: &Workflow) -> String {
    let triggers = &workflow.triggers;
    let mut events = Vec::new();
    if let Some(push) = &triggers.push {
        let of: Vec<&str> = push.branches.iter().chain(&push.tags).map(String::as_str).collect();
        events.push(format!("push {}", of.join(", ")).trim().to_owned());
    }
    if triggers.pull_request.is_some() {
        events.push("pull request".to_owned());
    }
    events.extend(triggers.schedule.iter().map(|cron| format!("schedule {cron}")));
    events.extend(triggers.repository_dispatch.iter().map(|kind| format!("dispatch {kind}")));
    if triggers.has_dispatch {
        events.push("by hand".to_owned());
    }
    if triggers.call.is_some() {
        events.push("called".to_owned());
    }
    events.join("\n")
}

/// Text in quotes, which Mermaid shows as it is but for quotes, marks and line breaks.
fn label(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('\n', "<br>");
    format!("\"{text}\"")
}

/// `end` is a word of Mermaid's.
fn node(id: &str) -> String {
    format!("job_{}", id.replace('-', "_"))
}
