//! Artifacts: what jobs keep for others, and what these bring.

use std::collections::BTreeMap;

use super::{Review, reaches, runs};
use crate::step::ArtifactUse;
use crate::{Job, Repository, Workflow};

impl Review<'_> {
    /// GitHub refuses a second artifact of a name that the run has already (`actions/upload-artifact`, "Not uploading
    /// to the same artifact"), and a called workflow is part of its caller's run.
    pub(super) fn kept_twice(&mut self) {
        let mut kept: BTreeMap<String, String> = BTreeMap::new();
        for (job, name, times) in kept_in(self.repository, self.workflow, &mut Vec::new()) {
            let message = match kept.get(&name) {
                // What the one has not kept, the other may.
                Some(first) if self.stands_in(&job, first) => continue,
                Some(first) => format!("keeps the artifact `{name}`, which `{first}` keeps in the same run"),
                None if times > 1 => format!("keeps the artifact `{name}` once for each run of its matrix"),
                None => {
                    kept.insert(name, job);
                    continue;
                }
            };
            let hint = "GitHub refuses the second: keep it once, or put what differs into its name";
            self.report(&job, message, Some(hint.to_owned()));
        }
    }

    /// Whether a job runs only as another one's outputs say.
    fn stands_in(&self, job: &str, other: &str) -> bool {
        let asks = format!("needs.{other}.outputs.");
        let condition = self.workflow.find(job).and_then(|job| job.condition.as_ref());
        condition.is_some_and(|condition| condition.as_str().contains(&asks))
    }

    /// What is brought was kept by a job that this one waits for.
    pub(super) fn artifacts(&mut self, job: &Job) {
        for step in &job.steps {
            let Some(ArtifactUse::Needed(name)) = &step.artifact else { continue };
            let before = self.workflow.jobs.iter().filter(|other| reaches(self.workflow, job, &other.id));
            let mut kept = before.flat_map(|other| kept_by(self.repository, other, &mut Vec::new()));
            if !kept.any(|(_, kept, _)| kept == *name) {
                let message = format!("brings the artifact `{name}`, which no job before it keeps");
                self.report(&job.id, message, None);
            }
        }
    }
}

/// The artifacts that the jobs of a workflow keep, as [`kept_by`] tells them.
fn kept_in<'w>(
    repository: &'w Repository,
    workflow: &'w Workflow,
    callers: &mut Vec<&'w str>,
) -> Vec<(String, String, usize)> {
    workflow.jobs.iter().flat_map(|job| kept_by(repository, job, callers)).collect()
}

/// The artifacts that a job keeps, or the jobs of the workflow that it calls: who keeps it, its name, and how often.
fn kept_by<'w>(
    repository: &'w Repository,
    job: &'w Job,
    callers: &mut Vec<&'w str>,
) -> Vec<(String, String, usize)> {
    if let Some(call) = &job.call {
        let called =
            repository.workflows.iter().find(|other| call.workflow.ends_with(&format!("/{}", other.file)));
        // A workflow that calls itself is refused by GitHub, and is not followed for ever here.
        let Some(called) = called.filter(|called| !callers.contains(&called.file.as_str())) else {
            return Vec::new();
        };
        callers.push(&called.file);
        let mut kept = kept_in(repository, called, callers);
        callers.pop();
        for (keeper, _, times) in &mut kept {
            *keeper = format!("{} / {keeper}", job.id);
            *times *= runs(job);
        }
        return kept;
    }
    let made = job.steps.iter().filter_map(|step| match &step.artifact {
        Some(ArtifactUse::Made(name)) => Some(name.clone()),
        _ => None,
    });
    made.map(|name| (job.id.clone(), name, runs(job))).collect()
}
