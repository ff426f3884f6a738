//! Work on many stacks: in their order, side by side, with a report of each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use formwork_terraform::{Done, Schedule, StackError, TerraformDiagnostic, Vanished, Workspace};

use crate::runner::{Progress, Report, Session, StackReport, Status, Timing};

/// In which order stacks are worked on: for each, the positions of those that come before it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order<'a> {
    /// A stack is left alone if one before it was not done well.
    Needs(&'a [Vec<usize>]),
    /// A stack has its turn whatever became of those before it.
    After(&'a [Vec<usize>]),
}

/// Whether a failure of one stack keeps all others from being begun.
#[derive(Debug, Default)]
pub(crate) struct FailFast {
    pub(super) is_on: bool,
    pub(super) has_failed: AtomicBool,
}

impl Session {
    /// Does something with many stacks, in order, and reports on all of them.
    pub(crate) fn run<'a>(
        &self,
        workspaces: &'a [Workspace<'a>],
        order: Order<'_>,
        width: usize,
        work: impl Fn(&'a Workspace<'a>, &Progress<'_>) -> Result<StackReport, StackError> + Sync,
    ) -> Report {
        let fail_fast = &self.fail_fast;
        let is_stopped = || {
            self.terraform.interrupt.is_requested()
                || (fail_fast.is_on && fail_fast.has_failed.load(Ordering::Relaxed))
        };
        let (Order::Needs(needs) | Order::After(needs)) = order;
        let is_blocked_by_failures = matches!(order, Order::Needs(_));
        let schedule = Schedule { needs, width, is_stopped: &is_stopped };
        let done = schedule.run(
            |position| {
                let workspace = &workspaces[position];
                let progress = Progress::new(&self.display, workspace.name());
                let mut report = self
                    .timed(workspace.name(), || work(workspace, &progress))
                    .unwrap_or_else(|failure| self.not_done(workspace, failure));
                self.say_vanished(&mut report);
                self.locate(workspace.name(), &mut report.diagnostics);
                self.locate_changes(workspace.name(), report.changes.as_mut());
                progress.end(&report);
                if !report.status.is_good() {
                    fail_fast.has_failed.store(true, Ordering::Relaxed);
                }
                report
            },
            |report| is_blocked_by_failures && report.status.blocks(),
        );
        let report = |(position, done): (usize, Done<StackReport>)| {
            let name = workspaces[position].name();
            let report = match done {
                Done::Finished(report) => return report,
                Done::Blocked(need) => {
                    StackReport::new(name, Status::Skipped(workspaces[need].name().to_owned()))
                }
                Done::Stopped => StackReport::new(name, Status::Stopped),
            };
            self.display.apart(|| report.print_outcome());
            report
        };
        let stacks = done.into_iter().enumerate().map(report).collect();
        let mut timings = self.timings();
        for (workspace, needs) in workspaces.iter().zip(needs) {
            let names = needs.iter().map(|need| workspaces[*need].name().to_owned());
            timings.entry(workspace.name().to_owned()).or_default().waited_for = names.collect();
        }
        drop(timings);
        self.report(stacks)
    }

    /// Does something with a stack, and notes how long that took.
    pub(crate) fn timed<T>(&self, stack: &str, work: impl FnOnce() -> T) -> T {
        let (begun, clock) = (SystemTime::now(), Instant::now());
        let result = work();
        let mut timings = self.timings();
        let timing = timings.entry(stack.to_owned()).or_default();
        timing.begun.get_or_insert(begun);
        timing.worked += clock.elapsed();
        drop(timings);
        result
    }

    /// What became of these stacks, with what was noted of them.
    pub(crate) fn report(&self, stacks: Vec<StackReport>) -> Report {
        let sandbox = self.terraform.environment.notice().map(str::to_owned);
        Report { sandbox, stacks, timings: self.timings().clone() }
    }

    /// The report of a command that began nothing.
    pub(crate) fn none_begun(&self) -> Report {
        let selected = self.selected.iter().map(|index| self.synthesis.stacks[*index].name());
        let retired = self.named_retired.iter().map(|index| self.retired[*index].entry.name.as_str());
        self.report(selected.chain(retired).map(|name| StackReport::new(name, Status::Stopped)).collect())
    }

    fn timings(&self) -> MutexGuard<'_, BTreeMap<String, Timing>> {
        self.timings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what a plan destroys because it is gone from the program, but for what was said before anything was planned.
    fn say_vanished(&self, report: &mut StackReport) {
        let Some(changes) = &report.changes else { return };
        let said = self.gone.iter().filter(|(stack, _)| *stack == report.stack);
        let said: Vec<&str> = said.flat_map(|(_, gone)| gone).map(|one| one.address.as_str()).collect();
        // Of an object with instances, the document says the whole.
        let is_said = |address: &str| {
            said.iter().any(|said| {
                address.strip_prefix(said).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
            })
        };
        let is_done = report.status == Status::Applied;
        let new = changes.vanished.iter().filter(|it| !is_said(&it.address));
        report.diagnostics.extend(new.map(|it| vanished(it, is_done)));
    }

    /// What became of a stack that could not be worked on. One that was stopped while it was planned was not begun.
    fn not_done(&self, workspace: &Workspace<'_>, failure: StackError) -> StackReport {
        let is_stopped = self.terraform.interrupt.is_requested();
        if is_stopped && failure.diagnostics.iter().all(TerraformDiagnostic::is_cancellation) {
            StackReport::new(workspace.name(), Status::Stopped)
        } else {
            StackReport::failed(workspace.name(), failure)
        }
    }
}

fn vanished(vanished: &Vanished, is_done: bool) -> TerraformDiagnostic {
    let address = &vanished.address;
    let (what, hint) = match (&vanished.likely, is_done) {
        (None, true) => (format!("{address} was gone from the program, and is destroyed"), None),
        (Some(new), true) => {
            (format!("{address} was gone from the program: it is destroyed, and {new} made"), None)
        }
        (None, false) => (
            format!("{address} is gone: the next apply destroys it"),
            Some(format!("if that is meant, say so: `stack.removed(Removed::destroy({address:?}))`")),
        ),
        (Some(new), false) => (
            format!("{address} is gone and {new} came with the same arguments: the next apply replaces it"),
            Some(format!("if it was renamed, say so: `stack.moved({address:?}, {new:?})`")),
        ),
    };
    let mut diagnostic = TerraformDiagnostic::warning(&what);
    if let Some(hint) = hint {
        diagnostic.hint(&hint);
    }
    diagnostic
}
