//! Applying many stacks where one takes away what others have read.
//!
//! A stack is applied after those that it reads. That is the wrong order for what it reads no more: as long as its
//! objects refer to something, that can't be destroyed. So whoever has read a stack that drops an output and destroys
//! something is applied before, with the outputs that are there, and once more in its own turn.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use formwork_terraform::{
    Action, PlanChanges, PlanMode, Planned, StackError, Workspace, plan_from_state, protection,
};

use crate::runner::apply::ApplySettings;
use crate::runner::report::listed;
use crate::runner::{Progress, Session, StackReport, Status, readers, report};

/// An apply of many stacks.
pub(crate) struct LettingGo<'a> {
    session: &'a Session,
    settings: &'a ApplySettings<'a>,
    workspaces: &'a [Workspace<'a>],
    /// How many states are read at a time.
    width: usize,
    /// Held while a stack is planned and applied, so that nobody else does.
    turns: Vec<Mutex<()>>,
    /// What became of stacks that were applied before their turn.
    early: Mutex<BTreeMap<String, StackReport>>,
}

impl<'a> LettingGo<'a> {
    pub(crate) fn new(
        session: &'a Session,
        settings: &'a ApplySettings<'a>,
        workspaces: &'a [Workspace<'a>],
        width: usize,
    ) -> Self {
        let turns = workspaces.iter().map(|_| Mutex::default()).collect();
        Self { session, settings, workspaces, width, turns, early: Mutex::default() }
    }

    /// Applies a stack, after those that have to let go of what it takes away.
    ///
    /// # Errors
    /// Fails as terraform does, and where who has read it cannot let go first.
    pub(crate) fn apply(
        &self,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        let options = &self.settings.options;
        if options.mode != PlanMode::Apply || !options.targets.is_empty() {
            return self.settings.apply(workspace, progress);
        }
        if self.settings.reviewed.is_some() {
            return self.apply_reviewed(workspace, progress);
        }
        let mut turn = self.turn(workspace.name());
        let mut prepared = self.settings.prepare(workspace, progress)?;
        if let Planned::Changed(plan) = &prepared.planned {
            let dropped = dropped_outputs(&plan.changes);
            if !dropped.is_empty() {
                // Nobody waits for a turn while having one.
                drop(turn);
                self.release(workspace, &dropped)?;
                turn = self.turn(workspace.name());
                if lock(&self.early).contains_key(workspace.name()) {
                    prepared = self.settings.prepare(workspace, progress)?;
                }
            }
        }
        let report = self.settings.ask_and_apply(prepared, workspace, progress)?;
        drop(turn);
        let early = lock(&self.early).remove(workspace.name());
        Ok(early.filter(|_| report.status == Status::Unchanged).unwrap_or(report))
    }

    /// Applies the reviewed plan of a stack, after those of the stacks that have to let go of what it takes away.
    fn apply_reviewed(
        &self,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        let name = workspace.name();
        let turn = self.turn(name);
        if let Some(early) = lock(&self.early).remove(name) {
            return Ok(early);
        }
        let dropped = self.settings.reviewed_changes(workspace)?.as_ref().map(dropped_outputs);
        if let Some(dropped) = dropped.filter(|dropped| !dropped.is_empty()) {
            // Nobody waits for a turn while having one.
            drop(turn);
            self.release(workspace, &dropped)?;
            let _turn = self.turn(name);
            // Somebody else may have needed it to let go in the meantime.
            if let Some(early) = lock(&self.early).remove(name) {
                return Ok(early);
            }
            return self.settings.apply(workspace, progress);
        }
        self.settings.apply(workspace, progress)
    }

    /// Applies the stacks that have read another one, so that they let go of what it drops.
    fn release(&self, producer: &Workspace<'_>, dropped: &[String]) -> Result<(), StackError> {
        let name = producer.name();
        let others = readers::applied_beside(self.session, std::slice::from_ref(producer), self.width)?;
        for (reader, _) in others.iter().filter(|(_, applied)| applied.has_read(producer)) {
            let other = reader.name();
            if self.session.retired.iter().any(|it| it.entry.name == other) {
                let is_dropped = |output: &String| dropped.contains(output);
                if !reader.reads(name).iter().any(is_dropped) {
                    continue;
                }
                let message = format!(
                    "`{name}` drops {}, which `{other}` has read, a stack that is no longer part of the program",
                    listed(dropped)
                );
                let hint = format!("destroy that first: `cargo run -- destroy {other}`");
                return Err(StackError::new(message).hint(hint));
            }
            let Some(reader) = self.workspaces.iter().find(|it| it.name() == other) else {
                if matches!(plan_from_state(reader, &self.settings.options)?, Planned::Unchanged(_)) {
                    continue;
                }
                let message = format!("`{name}` drops {}, and `{other}` has read it", listed(dropped));
                return Err(StackError::new(message).hint(format!(
                    "apply that first, or both at once: `cargo run -- apply {name} {other}`"
                )));
            };
            self.release_one(reader, name, dropped)?;
        }
        Ok(())
    }

    fn release_one(
        &self,
        reader: &Workspace<'_>,
        producer: &str,
        dropped: &[String],
    ) -> Result<(), StackError> {
        let name = reader.name();
        let _turn = self.turn(name);
        let progress = Progress::new(&self.session.display, name);
        if self.settings.reviewed.is_some() {
            if lock(&self.early).contains_key(name) {
                return Ok(());
            }
            let report = self.settings.apply(reader, &progress).map_err(|failure| {
                let message = format!(
                    "`{producer}` drops {}, and the reviewed plan of `{name}`, which has to let go of it first, can't be applied before it: {}",
                    listed(dropped),
                    failure.diagnostics.iter().map(|it| it.summary.as_str()).collect::<Vec<_>>().join("; ")
                );
                let hint = format!(
                    "in two applies: one in which `{producer}` still has {} beside what is new, then one without",
                    listed(dropped)
                );
                self.session.display.end(name);
                StackError::new(message).hint(hint)
            })?;
            return self.released(report, producer, name, dropped, &progress);
        }
        let prepared = self.settings.prepare(reader, &progress)?;
        let report = match &prepared.planned {
            Planned::Unchanged(_) => {
                self.session.display.end(name);
                return Ok(());
            }
            Planned::Deferred(deferred) => {
                let message = format!(
                    "`{producer}` drops {}, and `{name}` cannot let go of it first: it needs {}",
                    listed(dropped),
                    report::needs(&deferred.missing)
                );
                let hint = format!(
                    "in two applies: one in which `{producer}` still has {} beside what is new, then one without",
                    listed(dropped)
                );
                self.session.display.end(name);
                return Err(StackError::new(message).hint(hint));
            }
            Planned::Changed(_) => self.settings.ask_and_apply(prepared, reader, &progress),
        };
        let report = report.unwrap_or_else(|failure| StackReport::failed(name, failure));
        self.released(report, producer, name, dropped, &progress)
    }

    /// Keeps the report of a stack that was applied before its turn, and checks that it has let go.
    fn released(
        &self,
        report: StackReport,
        producer: &str,
        name: &str,
        dropped: &[String],
        progress: &Progress<'_>,
    ) -> Result<(), StackError> {
        progress.end(&report);
        let is_good = report.status.is_good();
        lock(&self.early).insert(name.to_owned(), report);
        if is_good {
            return Ok(());
        }
        let message = format!("`{producer}` drops {}, and `{name}` did not let go of it", listed(dropped));
        Err(StackError::new(message))
    }

    /// The turn of a stack of this apply.
    fn turn(&self, name: &str) -> Option<MutexGuard<'_, ()>> {
        let position = self.workspaces.iter().position(|it| it.name() == name)?;
        Some(lock(&self.turns[position]))
    }
}

/// The outputs that a plan drops, if it destroys something too.
pub(crate) fn dropped_outputs(changes: &PlanChanges) -> Vec<String> {
    let destroys = changes.resources.iter().any(|it| matches!(it.action, Action::Destroy | Action::Replace));
    let dropped = changes.outputs.iter().filter(|it| destroys && it.action == Action::Destroy);
    let names = dropped.filter_map(|it| it.output()).filter(|name| *name != protection::OUTPUT);
    names.map(str::to_owned).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
