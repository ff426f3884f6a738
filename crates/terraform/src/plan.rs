//! Planning and applying one stack.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;

use crate::change::PlanJson;
use crate::journal::{self, Journal};
use crate::plan_file::{self, PlanFile};
use crate::{
    ApplyHooks, Arguments, Event, Initialization, MissingOutputs, PlanChanges, ScratchFolder, StackError,
    Streamed, Summary, TerraformDiagnostic, Variables, Workspace, commit, lock, missing_outputs, vanished,
};
use serde::{Deserialize, Serialize};

/// What a plan is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanMode {
    /// To bring what there is in line with the document.
    #[default]
    Apply,
    /// To take everything down.
    Destroy,
    /// To take over into the state what has changed outside.
    RefreshOnly,
}

/// How to plan and to apply.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What for.
    pub mode: PlanMode,
    /// Values of variables.
    pub variables: Variables,
    /// Addresses to which the plan is limited; none for all.
    pub targets: Vec<String>,
    /// How many resources terraform works on at a time; its own default if there is none.
    pub parallelism: Option<usize>,
    /// How long to wait for the state's lock, as terraform reads it: `5m`.
    pub lock_timeout: String,
    /// Further arguments for `terraform plan`, as they are.
    pub further: Vec<std::ffi::OsString>,
}

/// The outcome of planning a stack.
#[derive(Debug)]
pub enum Planned {
    /// There is nothing to do.
    Unchanged(Vec<TerraformDiagnostic>),
    /// There is something to do. The plan is in the file that was named.
    Changed(Box<Plan>),
    /// Outputs of other stacks are not there yet.
    Deferred(Deferred),
}

/// A stack that waits for others.
#[derive(Debug, Default)]
pub struct Deferred {
    /// The outputs that it lacks.
    pub missing: MissingOutputs,
    /// What it would do, with placeholders for what it lacks; if that is known.
    pub preview: Option<Box<Plan>>,
    /// Why there is no preview; empty if none was wanted.
    pub without_preview: Vec<TerraformDiagnostic>,
}

impl Deferred {
    pub(crate) fn new(missing: MissingOutputs) -> Self {
        Self { missing, ..Self::default() }
    }
}

/// A plan that changes something.
#[derive(Debug)]
pub struct Plan {
    /// What it is for, whatever way that was asked for: terraform takes `-destroy` from its environment too.
    pub mode: PlanMode,
    /// Whether it is limited to some addresses.
    pub is_partial: bool,
    /// What changes.
    pub changes: PlanChanges,
    /// What terraform warned of.
    pub warnings: Vec<TerraformDiagnostic>,
    /// The former name of the stack, whose state has to be taken over before this can be applied.
    pub former: Option<String>,
}

impl Options {
    /// The arguments that planning and applying have in common.
    fn common(&self, command: &str) -> Arguments {
        let mut arguments = Arguments::new([command, "-json", "-input=false"]);
        arguments.option("lock-timeout", &self.lock_timeout);
        if let Some(parallelism) = self.parallelism {
            arguments.option("parallelism", parallelism.to_string());
        }
        arguments
    }
}

impl Plan {
    /// What is to be done with a stack whose state is still that of a former name.
    #[must_use]
    pub fn of_former(workspace: &Workspace<'_>, mode: PlanMode) -> Self {
        let former = workspace.entry.former.first().map(|former| former.name.clone()).unwrap_or_default();
        let warnings =
            vec![TerraformDiagnostic::warning(&format!("the state of `{former}` is taken over as it is"))];
        // Which of what follows changes something is not known yet.
        let hooks =
            if mode == PlanMode::Apply { ApplyHooks::of(&workspace.document) } else { ApplyHooks::default() };
        let changes = PlanChanges { hooks, ..PlanChanges::default() };
        Self { mode, is_partial: false, changes, warnings, former: Some(former) }
    }
}

/// Plans a stack with the outputs that are there. In what is missing, nothing stands for all outputs of a stack.
pub(crate) fn plan_once(
    workspace: &Workspace<'_>,
    options: &Options,
    file: &Path,
    on_event: &mut dyn FnMut(&Event),
) -> Result<Planned, StackError> {
    workspace.check_state()?;
    journal::check(workspace)?;
    let file = Workspace::outside(file)?;
    let mut arguments = options.common("plan");
    arguments.push("-detailed-exitcode");
    match options.mode {
        PlanMode::Apply => {}
        PlanMode::Destroy => arguments.push("-destroy"),
        PlanMode::RefreshOnly => arguments.push("-refresh-only"),
    }
    for target in &options.targets {
        arguments.option("target", target);
    }
    options.variables.add_to(&mut arguments, workspace)?;
    arguments.option("out", &file);
    arguments.extend(&options.further);
    let mut reach = Reach::default();
    let mut streamed = workspace.stream(Initialization::Backend, &arguments, |event| {
        reach.event(event);
        on_event(event);
    })?;
    let given = options.variables.secrets(workspace);
    streamed.diagnostics.iter_mut().for_each(|it| it.hide(&given));
    // A file of values is for all stacks, and no stack has all variables.
    streamed.diagnostics.retain(|it| it.is_error() || it.summary != "Value for undeclared variable");
    match streamed.status.code() {
        Some(0) => Ok(Planned::Unchanged(streamed.diagnostics)),
        Some(2) if reach.is_commit() && !reach.has_drift => Ok(Planned::Unchanged(streamed.diagnostics)),
        Some(2) => {
            let mut changes = show(workspace, &file)?;
            // Terraform compares what it read down to how numbers are held in memory: there may be nothing to it.
            if options.mode == PlanMode::RefreshOnly && changes.is_empty() {
                return Ok(Planned::Unchanged(streamed.diagnostics));
            }
            streamed.diagnostics.iter_mut().for_each(|it| it.hide(&changes.secrets));
            check_protected(&changes)?;
            let (mode, is_partial) = purpose(&file)?;
            // What changed outside is no change of its own, unless it is to be taken over.
            if mode != PlanMode::RefreshOnly && reach.is_commit() {
                return Ok(Planned::Unchanged(streamed.diagnostics));
            }
            changes.add_hooks(workspace, mode);
            let warnings = streamed.diagnostics;
            Ok(Planned::Changed(Box::new(Plan { mode, is_partial, changes, warnings, former: None })))
        }
        _ => match missing_outputs(&streamed.diagnostics) {
            // What is no stack of the program will not be there after an apply either. To take one down needs none of it.
            Some(missing)
                if options.mode == PlanMode::Destroy
                    || missing.keys().all(|stack| workspace.entry.dependencies.contains(stack)) =>
            {
                Ok(Planned::Deferred(Deferred::new(missing)))
            }
            _ => Err(failure(workspace, streamed)),
        },
    }
}

/// How far a plan reaches, as terraform says while it makes it.
#[derive(Default)]
struct Reach {
    changes_resources: bool,
    has_drift: bool,
    /// The outputs that it changes.
    outputs: BTreeSet<String>,
}

impl Reach {
    fn event(&mut self, event: &Event) {
        match event {
            Event::PlannedChange => self.changes_resources = true,
            Event::ResourceDrift => self.has_drift = true,
            Event::Outputs { outputs } => {
                let changed = outputs.iter().filter(|(_, output)| output.action != "noop");
                self.outputs.extend(changed.map(|(name, _)| name.clone()));
            }
            _ => {}
        }
    }

    /// Whether nothing changes but the commit that it was made from.
    fn is_commit(&self) -> bool {
        !self.changes_resources && self.outputs.iter().eq([commit::OUTPUT])
    }
}

/// What the next apply of a stack would do, as far as its document and its state tell: nothing real is asked, nothing is
/// locked, and no plan is kept.
///
/// # Errors
/// Fails as terraform does.
pub fn plan_from_state(workspace: &Workspace<'_>, options: &Options) -> Result<Planned, StackError> {
    let folder = ScratchFolder::new()?;
    let options = Options {
        mode: PlanMode::Apply,
        targets: Vec::new(),
        further: vec!["-refresh=false".into(), "-lock=false".into()],
        ..options.clone()
    };
    plan_once(workspace, &options, &folder.file("plan")?, &mut |_| ())
}

/// Checks that a plan destroys nothing that must not be destroyed only because its block is gone, which terraform would.
///
/// # Errors
/// Fails with the addresses.
pub(crate) fn check_protected(changes: &PlanChanges) -> Result<(), StackError> {
    let protected: Vec<&str> =
        changes.vanished.iter().filter(|it| it.is_protected).map(|it| it.address.as_str()).collect();
    let Some(first) = protected.first() else { return Ok(()) };
    let message = format!(
        "{} must not be destroyed (`prevent_destroy` when it was applied), and is gone from the program",
        protected.join(", ")
    );
    Err(StackError::new(message).hint(format!(
        "say what becomes of it: `stack.removed(Removed::keep({first:?}))` leaves it be, `Removed::destroy` destroys it, `stack.moved({first:?}, …)` says where it is now"
    )))
}

/// What a plan file is for, and whether it is limited to some addresses.
fn purpose(file: &Path) -> anyhow::Result<(PlanMode, bool)> {
    let read = PlanFile::read(&plan_file::bytes_of(file)?);
    let plan = read.with_context(|| format!("cannot look into {}", file.display()))?;
    Ok((plan.mode, !plan.targets.is_empty()))
}

/// Reads what a plan file changes.
///
/// # Errors
/// Fails as terraform does.
pub fn show(workspace: &Workspace<'_>, file: &Path) -> Result<PlanChanges, StackError> {
    let mut arguments = Arguments::new(["show", "-json", "-no-color"]);
    arguments.push(Workspace::outside(file)?);
    // Only the providers' schemas are needed for what is in the plan.
    let captured = workspace.capture(Initialization::Providers, &arguments)?;
    let shown: PlanJson = captured.json()?;
    let vanished = vanished::of(&shown, &workspace.document);
    let changes = PlanChanges::of(&shown);
    let impact = shown.impact(&workspace.document, &changes.secrets);
    Ok(PlanChanges { vanished, impact, ..changes })
}

/// Applies a plan file: exactly what is in it. `changes` are what it changes, as far as that may be shown: what terraform
/// says repeats no more.
///
/// # Errors
/// Fails as terraform does.
pub fn apply(
    workspace: &Workspace<'_>,
    options: &Options,
    file: &Path,
    changes: &PlanChanges,
    mut on_event: impl FnMut(&Event),
) -> Result<(Summary, Vec<TerraformDiagnostic>), StackError> {
    workspace.check_state()?;
    journal::check(workspace)?;
    let mut arguments = options.common("apply");
    options.variables.add_ephemeral_to(&mut arguments, workspace)?;
    arguments.push(Workspace::outside(file)?);
    workspace.initialize(Initialization::Backend)?;
    let mut journal = Journal::begin(workspace)?;
    let mut summary = Summary::default();
    let secrets = options.variables.secrets(workspace).and(&changes.secrets);
    let mut unsaved = None;
    let mut streamed = workspace.stream(Initialization::Backend, &arguments, |event| {
        match event {
            Event::ChangeSummary { changes } => summary = *changes,
            // At once: whatever happens next, it is there.
            Event::PrintedState { state } => unsaved = Some(workspace.keep_printed_state(state)),
            _ => {}
        }
        journal.event(event);
        on_event(event.without(&secrets).as_ref().unwrap_or(event));
    })?;
    // A state that was not saved knows nothing of what was created: the next run says so.
    if streamed.status.code().is_some() && unsaved.is_none() {
        journal.end()?;
    }
    streamed.diagnostics.extend(unsaved);
    streamed.diagnostics.iter_mut().for_each(|it| it.hide(&secrets));
    if streamed.status.success() {
        Ok((summary, streamed.diagnostics))
    } else {
        Err(failure(workspace, streamed))
    }
}

fn failure(workspace: &Workspace<'_>, streamed: Streamed) -> StackError {
    let explained = streamed.diagnostics.into_iter().map(|diagnostic| lock::explain(diagnostic, workspace));
    StackError { diagnostics: explained.collect() }
}
