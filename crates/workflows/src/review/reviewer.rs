//! What every rule of the review is given, and where it reports.

use std::collections::BTreeMap;

use formwork_core::Hint;

use crate::review::diagnostic::Diagnostic;
use crate::{Inventory, InventoryEnvironment, Job, Repository, Workflow};

/// A workflow that is reviewed.
pub(super) struct Reviewer<'a> {
    pub(super) repository: &'a Repository,
    pub(super) workflow: &'a Workflow,
    pub(super) inventory: &'a Inventory,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Reviewer<'a> {
    /// Reports what is wrong with a job, or with the whole workflow if no job is named.
    pub(super) fn report(&mut self, job: &str, message: impl Into<String>, hint: impl Into<Hint>) {
        let mut location = format!("{} / {}", self.repository.name, self.workflow.file);
        if !job.is_empty() {
            location.push_str(" / ");
            location.push_str(job);
        }
        self.diagnostics.push(Diagnostic { location, message: message.into(), hint: hint.into() });
    }

    /// The environments that the stacks make of the repository, if they make any.
    pub(super) fn environments(&self) -> Option<&'a BTreeMap<String, InventoryEnvironment>> {
        self.inventory.environments.get(self.repository.short_name())
    }

    /// The environment of a job, if somebody may have to agree before the job begins. Nobody knows that of one that no stack
    /// makes.
    pub(super) fn waited_for(&self, job: &Job) -> Option<String> {
        let name = &job.environment.as_ref()?.name;
        let Some(name) = name.literal() else { return Some("its environment".to_owned()) };
        let known = self.environments().and_then(|environments| environments.get(&name));
        known.is_none_or(|environment| environment.has_reviewers).then_some(name)
    }

    /// Reports a name that is not among the known ones.
    pub(super) fn known<'n>(
        &mut self,
        job: &Job,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n String> + Clone,
    ) {
        if !known.clone().into_iter().any(|other| other == name) {
            let hint = Hint::nearest(name, known.into_iter().map(String::as_str));
            self.report(&job.id, format!("there is no {what} `{name}`"), hint);
        }
    }
}
