//! Applying a stack, as several commands do it: plan, show, ask, apply.

use std::path::PathBuf;

use formwork_terraform::{
    FailOn, HookMoment, Initialization, Options, Plan, PlanChanges, PlanFolder, PlanMode, Planned, Reading,
    Reviewed, ScratchFolder, StackError, Summary, Workspace, applied_document, apply, changed_since, former,
    plan, run_hooks,
};

use crate::print;
use crate::runner::age::{self, Older};
use crate::runner::{Display, Progress, StackReport, Status, ask, report, text};

/// How a plan gets permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    /// By the user's `yes`.
    Asked,
    /// By an option of the command.
    Given,
}

/// What an apply needs beyond the stack.
pub(crate) struct ApplySettings<'a> {
    pub(crate) options: Options,
    pub(crate) guards: &'a [FailOn],
    pub(crate) approval: Approval,
    /// Plans that were reviewed, to apply those and nothing else.
    pub(crate) reviewed: Option<PlanFolder>,
    pub(crate) older: Older,
    pub(crate) hooks: HookRuns,
}

/// Where the commands around applies are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HookRuns {
    /// Not in the sandbox: what they do would be real.
    ForReal,
    /// There too.
    Everywhere,
}

impl ApplySettings<'_> {
    /// Applies the plan of a stack that was reviewed, or one that is made and approved now.
    ///
    /// # Errors
    /// Fails as terraform does, if a guard forbids the plan, and if anything changed since a review.
    pub(crate) fn apply(
        &self,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        match &self.reviewed {
            Some(folder) => self.apply_reviewed(folder, workspace, progress),
            None => self.plan_and_apply(workspace, progress),
        }
    }

    /// Plans a stack, and keeps the plan for [`ApplySettings::apply_prepared`].
    ///
    /// # Errors
    /// Fails as terraform does, and if a guard forbids the plan.
    pub(crate) fn prepare(
        &self,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<Prepared, StackError> {
        self.take_over(workspace, progress)?;
        // Values of variables are in a plan: it lies in a folder that nobody else can read, and goes at the end.
        let folder = ScratchFolder::new()?;
        let file = folder.file("plan")?;
        progress.begin("planning", 0);
        let planned =
            plan(workspace, &self.options, &file, &Reading::Applied, |event| progress.event(event))?;
        if let Planned::Changed(plan) = &planned {
            self.check_mode(plan)?;
            self.check_age(workspace, &plan.changes)?;
            check(self.guards, &plan.changes)?;
        }
        Ok(Prepared { planned, file, _folder: folder })
    }

    /// Takes over the state of a former name of the stack, if there is one left.
    fn take_over(&self, workspace: &Workspace<'_>, progress: &Progress<'_>) -> Result<(), StackError> {
        let Some(found) = former::pending(workspace)? else { return Ok(()) };
        let (name, old) = (workspace.name(), &found.name);
        let objects = print::count(found.objects, "object");
        let question =
            format!("Take over the state of {old} with {objects} as that of {name}? Only `yes` does it:");
        let is_given = self.approval == Approval::Given || self.reviewed.is_some();
        let may = || is_given || ask(&workspace.terraform.interrupt, &question);
        if !progress.display.apart(may) {
            return Err(StackError::new(format!(
                "the state of `{old}` was not taken over; nothing was changed"
            )));
        }
        progress.begin("taking over the state", 0);
        former::take_over(workspace, &found, &self.options.lock_timeout)?;
        progress
            .display
            .apart(|| print::note(&format!("{name}: took over the state of {old} with {objects}")));
        Ok(())
    }

    /// Applies exactly the plan that was made, if it is permitted.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub(crate) fn apply_prepared(
        &self,
        prepared: Prepared,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        match prepared.planned {
            Planned::Changed(plan) => self.carry_out(workspace, *plan, &prepared.file, progress),
            nothing => {
                if matches!(nothing, Planned::Unchanged(_)) {
                    self.record(workspace, !self.options.targets.is_empty())?;
                }
                Ok(StackReport::of_plan(workspace.name(), nothing))
            }
        }
    }

    /// Plans a stack, shows the plan, asks for permission and applies exactly that plan.
    ///
    /// # Errors
    /// Fails as terraform does, and if a guard forbids the plan.
    fn plan_and_apply(
        &self,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        let prepared = self.prepare(workspace, progress)?;
        self.ask_and_apply(prepared, workspace, progress)
    }

    /// Shows the plan that was made, asks for permission and applies exactly that plan.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub(crate) fn ask_and_apply(
        &self,
        prepared: Prepared,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        if let Planned::Changed(plan) = &prepared.planned
            && !self.is_permitted(workspace, plan, progress.display)
        {
            let report = StackReport::new(workspace.name(), Status::Declined);
            return Ok(StackReport { changes: Some(plan.changes.clone()), ..report });
        }
        self.apply_prepared(prepared, workspace, progress)
    }

    /// What the reviewed plan of a stack changes, if there are such plans and it changes something.
    ///
    /// # Errors
    /// Fails if anything changed since the plan was made.
    pub(crate) fn reviewed_changes(
        &self,
        workspace: &Workspace<'_>,
    ) -> Result<Option<PlanChanges>, StackError> {
        let Some(folder) = &self.reviewed else { return Ok(None) };
        Ok(match folder.reviewed(workspace, &self.options, Initialization::Backend)? {
            Reviewed::Changed(reviewed) => Some(reviewed.plan(workspace, self.options.mode)?.changes),
            Reviewed::Unchanged | Reviewed::Deferred(_) | Reviewed::TakenOver => None,
        })
    }

    /// Applies the plan of a stack that was reviewed, if nothing changed since.
    ///
    /// # Errors
    /// Fails as terraform does, if anything changed since the plan was made, and if a guard forbids it.
    fn apply_reviewed(
        &self,
        folder: &PlanFolder,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        let name = workspace.name();
        match folder.reviewed(workspace, &self.options, Initialization::Backend)? {
            Reviewed::Unchanged => {
                self.record(workspace, false)?;
                Ok(StackReport::new(name, Status::Unchanged))
            }
            Reviewed::Deferred(missing) => Err(StackError::new(format!(
                "`{name}` had no plan when it was reviewed: it lacked {}",
                report::outputs(&missing)
            ))
            .hint("plan it again once they are there, and review that plan")),
            Reviewed::TakenOver => self.apply_taken_over(workspace, progress),
            Reviewed::Changed(reviewed) => {
                let plan = reviewed.plan(workspace, self.options.mode)?;
                self.check_age(workspace, &plan.changes)?;
                check(self.guards, &plan.changes)?;
                self.check_read(workspace, &plan.changes)?;
                self.carry_out(workspace, plan, &reviewed.file, progress)
            }
        }
    }

    /// Takes over the state of a former name, which was reviewed, and brings in what belongs to no resource. What else
    /// there is to do has to be reviewed, since that was a preview.
    fn apply_taken_over(
        &self,
        workspace: &Workspace<'_>,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        let prepared = self.prepare(workspace, progress)?;
        if let Planned::Changed(plan) = &prepared.planned
            && !plan.changes.resources.is_empty()
        {
            return Err(StackError::new(format!(
                "the state of `{}` is where it belongs now; what else the plan showed was a preview: {}",
                workspace.name(),
                planned(plan.changes.summary())
            ))
            .hint("plan and review again"));
        }
        self.apply_prepared(prepared, workspace, progress)
    }

    fn carry_out(
        &self,
        workspace: &Workspace<'_>,
        plan: Plan,
        file: &std::path::Path,
        progress: &Progress<'_>,
    ) -> Result<StackReport, StackError> {
        let (doing, status) = match self.options.mode {
            PlanMode::Destroy => ("destroying", Status::Destroyed),
            PlanMode::Apply | PlanMode::RefreshOnly => ("applying", Status::Applied),
        };
        if let Some(stopped) = self.run_hooks(workspace, &plan.changes, HookMoment::Before, progress)? {
            return Ok(stopped);
        }
        progress.begin(doing, plan.changes.summary().actions());
        let (summary, applied) =
            match apply(workspace, &self.options, file, &plan.changes, |event| progress.event(event)) {
                Err(failure) if workspace.terraform.interrupt.is_requested() => {
                    let (done, total) = progress.counts();
                    let mut diagnostics = failure.diagnostics;
                    diagnostics.retain(|it| !it.is_cancellation());
                    let report = StackReport::new(workspace.name(), Status::Interrupted { done, total });
                    return Ok(StackReport { changes: Some(plan.changes), diagnostics, ..report });
                }
                applied => applied?,
            };
        self.record(workspace, plan.is_partial)?;
        let mut diagnostics = plan.warnings;
        // Terraform repeats some of its warnings.
        for diagnostic in applied {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        let report =
            StackReport { summary: Some(summary), diagnostics, ..StackReport::new(workspace.name(), status) };
        // It is applied, whatever becomes of this: those that need it are not, if what it needs was not done.
        let report = match self.run_hooks(workspace, &plan.changes, HookMoment::After, progress) {
            Ok(_) => report,
            Err(failure) => {
                let failure =
                    failure.hint("the stack itself was applied; what is left is to run this command");
                let diagnostics = [failure.diagnostics, report.diagnostics].concat();
                StackReport { status: Status::Failed, diagnostics, ..report }
            }
        };
        Ok(StackReport { changes: Some(plan.changes), ..report })
    }

    /// Runs the commands of a moment, and shows what they print. In the sandbox they are only named, unless they were asked
    /// for. Gives back what became of the stack if it was stopped meanwhile.
    ///
    /// # Errors
    /// Fails as the first of them does.
    fn run_hooks(
        &self,
        workspace: &Workspace<'_>,
        changes: &PlanChanges,
        moment: HookMoment,
        progress: &Progress<'_>,
    ) -> Result<Option<StackReport>, StackError> {
        let commands = changes.hooks.at(moment);
        if self.hooks == HookRuns::ForReal && !workspace.terraform.environment.is_real() {
            for command in commands {
                progress
                    .note(&format!("{moment}: {command} is not run in the sandbox (--run-hooks runs it)"));
            }
            return Ok(None);
        }
        if !commands.is_empty() {
            // What would keep the apply from beginning is said before anything is run.
            workspace.check_state()?;
            progress.begin(&moment.to_string(), 0);
        }
        let on_line = |line: &str| progress.note(&format!("{moment}: {line}"));
        match run_hooks(workspace, &self.options, changes, moment, on_line) {
            Err(_) if workspace.terraform.interrupt.is_requested() && moment == HookMoment::Before => {
                Ok(Some(StackReport::new(workspace.name(), Status::Stopped)))
            }
            ran => ran.map(|()| None),
        }
    }

    /// Checks that what a plan was made with is what other stacks have.
    ///
    /// # Errors
    /// Fails if an output is another one, and as terraform does.
    fn check_read(&self, workspace: &Workspace<'_>, changes: &PlanChanges) -> Result<(), StackError> {
        let changed = changed_since(workspace, &self.options, changes)?;
        if changed.is_empty() {
            return Ok(());
        }
        let name = workspace.name();
        let changed = report::outputs(&changed);
        Err(StackError::new(format!(
            "`{name}` was planned with another value of {changed} than there is now"
        ))
        .hint("plan and review again"))
    }

    /// Checks that the program is not of a commit that is older than what was applied.
    ///
    /// # Errors
    /// Fails with both commits, unless that is meant.
    fn check_age(&self, workspace: &Workspace<'_>, changes: &PlanChanges) -> Result<(), StackError> {
        let is_asked = self.older == Older::Refused && self.options.mode == PlanMode::Apply;
        match age::older(workspace, changes).filter(|_| is_asked) {
            Some(older) => Err(StackError::new(older).hint(
                "is this an old run that was run again? A commit that reverts goes back; `--older` applies it all the same",
            )),
            None => Ok(()),
        }
    }

    /// Checks that terraform was not told in another way than by the verb what the plan is for.
    fn check_mode(&self, plan: &Plan) -> Result<(), StackError> {
        let (what, verb) = match (plan.mode, self.options.mode) {
            (made, wanted) if made == wanted => return Ok(()),
            (PlanMode::Destroy, _) => ("destroys everything", "`cargo run -- destroy`"),
            (PlanMode::RefreshOnly, _) => ("only takes over what has changed outside", "`--refresh-only`"),
            (PlanMode::Apply, _) => ("is one to apply", "`cargo run -- apply`"),
        };
        Err(StackError::new(format!("the plan that terraform made {what}, which is not what was asked for"))
            .hint(format!("that is for {verb}; look at the arguments behind `--` and at TF_CLI_ARGS_plan")))
    }

    /// Notes which document is applied now. A part of it is not all of it.
    fn record(&self, workspace: &Workspace<'_>, is_partial: bool) -> Result<(), StackError> {
        match self.options.mode {
            PlanMode::Apply if !is_partial => applied_document::record(workspace),
            PlanMode::Destroy if !is_partial => applied_document::forget(workspace),
            _ => Ok(()),
        }
    }

    /// Shows a plan and asks whether it may be applied, unless that was said already.
    pub(crate) fn is_permitted(&self, workspace: &Workspace<'_>, plan: &Plan, display: &Display) -> bool {
        let name = workspace.name();
        let question = match self.options.mode {
            PlanMode::Destroy => {
                format!("Destroy all of this in {name}? There is no way back. Only `yes` does it:")
            }
            PlanMode::Apply => format!("Apply this to {name}? Only `yes` does it:"),
            PlanMode::RefreshOnly => format!("Take this over into the state of {name}? Only `yes` does it:"),
        };
        if self.approval == Approval::Given {
            return true;
        }
        display.apart(|| {
            let mut shown = Vec::new();
            // Writing to memory does not fail.
            let _ = text::write(name, &plan.changes, &mut shown);
            print::text(&String::from_utf8_lossy(&shown));
            if let Some(notice) = workspace.terraform.environment.notice() {
                print::note(notice);
            }
            print::note(&format!("{name}: {}", planned(plan.changes.summary())));
            ask(&workspace.terraform.interrupt, &question)
        })
    }
}

/// A plan that was made to be applied in the same run, in a folder that goes with it.
pub(crate) struct Prepared {
    pub(crate) planned: Planned,
    file: PathBuf,
    _folder: ScratchFolder,
}

/// How much a plan would do.
pub(crate) fn planned(summary: Summary) -> String {
    let imported = if summary.import > 0 { format!("{} to import, ", summary.import) } else { String::new() };
    format!("{imported}{} to add, {} to change, {} to destroy", summary.add, summary.change, summary.remove)
}

/// Checks that a plan does nothing that must not happen.
///
/// # Errors
/// Fails with the addresses that it would happen to.
pub(crate) fn check(guards: &[FailOn], changes: &PlanChanges) -> Result<(), StackError> {
    let refused: Vec<String> = guards
        .iter()
        .flat_map(|guard| guard.matching(changes).map(move |change| (guard, change)))
        .map(|(guard, change)| format!("{}: `--fail-on {guard}` forbids it", text::headline(change)))
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(StackError::new(format!("the plan does what must not happen\n{}", refused.join("\n"))))
}
