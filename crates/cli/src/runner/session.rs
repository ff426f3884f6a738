//! A checked program with its documents on disk, and the terraform to run it with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use formwork_core::{Hint, Kind, Object, Stack};
use formwork_review::moves::RemovedAddress;
use formwork_synth::{ManifestStack, OutputFolder, ProviderLocks, Retired, Synthesized, copy_assets, needs};
use formwork_terraform::foreign::{self, Allowance};
use formwork_terraform::{
    Applied, Binary, Commit, Done, Environment, Estate, Interrupt, Options, PinnedVersion, PlanChanges,
    Schedule, SourceLine, StackError, Terraform, TerraformDiagnostic, Workspace,
};

use crate::changed::present;
use crate::diff::SNAPSHOTS;
use crate::findings::Finding;
use crate::runner::given::given_stacks;
use crate::runner::run::FailFast;
use crate::runner::{Display, Report, SessionArgs, Status, Timing};
use crate::select::Selection;
use crate::{Program, UsageError, git, moves, print, retired, select, synthesized_in};

/// A checked and written program, and the terraform to run it with.
pub(crate) struct Session {
    pub(crate) synthesis: Synthesized,
    pub(super) selected: Vec<usize>,
    /// Stacks that are no longer part of the program and may have left something.
    pub(crate) retired: Vec<Retired>,
    /// Which of them were named.
    pub(super) named_retired: Vec<usize>,
    /// What is gone from the selected stacks since they were applied.
    pub(super) gone: Vec<(String, Vec<RemovedAddress>)>,
    documents: PathBuf,
    /// Held while documents are written.
    writing: Mutex<()>,
    pub(crate) terraform: Terraform,
    /// The commit that the program is of.
    commit: Option<Commit>,
    pub(crate) display: Arc<Display>,
    /// What else than the user keeps new stacks from being begun.
    pub(super) fail_fast: FailFast,
    /// How long each stack was worked on.
    pub(super) timings: Mutex<BTreeMap<String, Timing>>,
}

/// Documents that another program has made.
#[derive(Debug)]
pub(crate) struct GivenDocuments {
    /// The folder that its `synth` wrote.
    pub(crate) folder: PathBuf,
    /// What is trusted of them.
    pub(crate) allowed: Vec<Allowance>,
}

/// The stacks that a session is for.
struct Stacks {
    synthesis: Synthesized,
    selected: Vec<usize>,
    retired: Vec<Retired>,
    named_retired: Vec<usize>,
    gone: Vec<(String, Vec<RemovedAddress>)>,
}

/// Which stacks a verb is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of the program.
    Program,
    /// Also those that are no longer part of it, if they are named.
    Retired,
}

impl Session {
    /// Builds and checks the program, writes the documents of the selected stacks, and finds terraform. There is no
    /// session if the program has mistakes; they are printed.
    ///
    /// # Errors
    /// Fails for patterns that match nothing, where nothing can be written, and without a fitting terraform.
    pub(crate) fn open(
        program: &Program,
        arguments: &SessionArgs,
        patterns: &[String],
    ) -> anyhow::Result<Option<Self>> {
        Self::open_if(program, arguments, Selection::of(patterns), Reach::Program, || Ok(()))
    }

    /// The same for a verb that asks: `check` fails where nobody can be asked, before anything is written.
    ///
    /// # Errors
    /// Fails as [`Session::open`] and `check` do.
    pub(crate) fn open_if(
        program: &Program,
        arguments: &SessionArgs,
        selection: Selection<'_>,
        reach: Reach,
        check: impl FnOnce() -> Result<(), UsageError>,
    ) -> anyhow::Result<Option<Self>> {
        let synthesis = synthesized_in(arguments.format, program, "terraform was not run")?;
        let Some(synthesis) = synthesis else { return Ok(None) };
        if !arguments.sandbox && !print::locks(&synthesis.locks.stale) {
            return Ok(None);
        }
        print::unchecked(&synthesis.unchecked);
        let names = synthesis.names();
        let retired = if reach == Reach::Retired || selection.is_all() {
            retired::known_or_committed(&arguments.out, Path::new(SNAPSHOTS), &synthesis)
        } else {
            retired::known(&arguments.out, &synthesis)
        };
        let retired = retired.with_context(|| format!("cannot read {}", arguments.out.display()))?;
        let all: Vec<&str> =
            names.iter().copied().chain(retired.iter().map(|it| it.entry.name.as_str())).collect();
        let (mut selected, mut named_retired): (Vec<usize>, Vec<usize>) =
            select::stacks(&all, selection.patterns)?.into_iter().partition(|index| *index < names.len());
        if selection.patterns.is_empty() {
            named_retired.clear();
        }
        if let (Reach::Program, [first, ..], []) = (reach, &named_retired[..], &selected[..]) {
            let name = all[*first];
            return Err(UsageError(format!(
                "`{name}` is no longer part of the program{}",
                Hint::new(format!("`cargo run -- destroy {name}` destroys what is left of it"))
            ))
            .into());
        }
        if reach == Reach::Program {
            named_retired.clear();
        }
        let named_retired = named_retired.into_iter().map(|index| index - names.len()).collect();
        if !arguments.sandbox && says_placeholders(program, selected.iter().map(|index| names[*index]))? {
            return Ok(None);
        }
        check()?;
        if let Some(changed) = selection.changed
            && let Some(changed) = changed.names(&arguments.out, &present(&synthesis), None)?
        {
            selected.retain(|index| changed.contains(synthesis.stacks[*index].name()));
        }
        let gone = moves::since_synthesis(&arguments.out, &synthesis, &selected)?;
        let cannot_write = || format!("cannot write to {}", arguments.out.display());
        OutputFolder::prepare(&arguments.out, &synthesis, &selected)
            .with_context(|| format!("cannot read {}", arguments.out.display()))?
            .write()
            .with_context(cannot_write)?;
        // A module is written for others, who apply it with what they call it from.
        selected.retain(|index| !synthesis.stacks[*index].is_module());
        Self::begin(program, arguments, Stacks { synthesis, selected, retired, named_retired, gone })
            .map(Some)
    }

    /// Opens documents that another program has made, such as that of a pull request: nothing of it is run, and what might
    /// do harm beside credentials is refused and printed.
    ///
    /// # Errors
    /// Fails for patterns that match nothing, for what is no folder of documents, and as [`Session::open`] does.
    pub(crate) fn of_documents(
        program: &Program,
        arguments: &SessionArgs,
        selection: Selection<'_>,
        documents: &GivenDocuments,
    ) -> anyhow::Result<Option<Self>> {
        let Some((given, selected)) = given_stacks(program, &arguments.out, selection, &documents.folder)?
        else {
            return Ok(None);
        };
        let names: Vec<&str> = given.iter().map(|stack| stack.entry.name.as_str()).collect();
        let mut refused = Vec::new();
        for stack in selected.iter().map(|index| &given[*index]) {
            for refusal in foreign::refusals(&stack.document, &documents.allowed) {
                print::error(&format!("{}: {refusal}", stack.entry.name));
                let subject = stack.entry.name.clone();
                refused.push(Finding { subject, ..Finding::plain("documents", refusal.to_string()) });
            }
        }
        if !refused.is_empty() {
            arguments.format.write(&refused)?;
            print::error("these documents are not planned beside credentials; terraform was not run");
            return Ok(None);
        }
        for name in &names {
            copy_assets(&documents.folder, &arguments.out, name)?;
        }
        let synthesis = Synthesized {
            stacks: Vec::new(),
            diagnostics: Vec::new(),
            unchecked: Vec::new(),
            documents: Vec::new(),
            locks: ProviderLocks::default(),
            after_upgrade: Vec::new(),
        };
        let stacks = Stacks {
            synthesis,
            selected: Vec::new(),
            retired: given,
            named_retired: selected,
            gone: Vec::new(),
        };
        Self::begin(program, arguments, stacks).map(Some)
    }

    fn begin(program: &Program, arguments: &SessionArgs, stacks: Stacks) -> anyhow::Result<Self> {
        let Stacks { synthesis, selected, retired, named_retired, gone } = stacks;
        let environment = if arguments.sandbox {
            let environment = Environment::sandbox(&arguments.out, &program.library)?;
            // Documents name them by paths within the folder that terraform works in.
            for stack in selected.iter().map(|index| &synthesis.stacks[*index]) {
                formwork_synth::assets::write(&environment.root().join(stack.name()), stack)?;
            }
            environment
        } else {
            Environment::real(&arguments.out)
        };
        let binary = Binary::find(arguments.terraform.as_deref())?;
        if let Some(pinned) = PinnedVersion::find(program.folder(), binary.is_tofu())? {
            pinned.check(&binary)?;
        }
        let display = Arc::new(Display::new());
        let speaker = Arc::clone(&display);
        let interrupt = Interrupt::listen(move |text| speaker.apart(|| print::note(text)))
            .context("cannot listen for signals")?;
        if let Some(notice) = environment.notice() {
            print::note(notice);
        }
        if let Some(found) = environment.found() {
            print::note(found);
        }
        let terraform = Terraform { binary, environment, interrupt, initializing: Mutex::default() };
        let documents = arguments.out.clone();
        Ok(Self {
            gone,
            retired,
            named_retired,
            synthesis,
            selected,
            documents,
            writing: Mutex::default(),
            terraform,
            commit: git::commit()?,
            display,
            fail_fast: FailFast::default(),
            timings: Mutex::default(),
        })
    }

    /// Begins no further stack once one has failed.
    pub(crate) fn fail_fast(self, is_on: bool) -> Self {
        Self { fail_fast: FailFast { is_on, ..self.fail_fast }, ..self }
    }

    /// Warns about what is gone from the stacks since they were applied. Whether the apply may go on: nothing is among it
    /// that must not be destroyed.
    pub(crate) fn check_gone(&self) -> bool {
        !moves::warn(&self.gone)
    }

    /// Says which stacks are no longer part of the program and have left something, if all stacks were meant.
    pub(crate) fn note_retired(&self, selection: Selection<'_>, width: usize) {
        if !selection.is_all() {
            return;
        }
        // What files here do not tell is asked.
        let objects = |retired: &Retired| match retired.objects(&self.documents) {
            Some(objects) => Some(objects),
            None => {
                let opened = self.estate().open_retired(retired).map_err(StackError::from);
                let applied = opened.and_then(|workspace| Applied::read(&workspace));
                // It is no stack to apply, whatever becomes of this.
                let _ = retired.hide(&self.documents);
                applied.ok().map(|applied| applied.objects)
            }
        };
        let needs = vec![Vec::new(); self.retired.len()];
        let is_stopped = || self.terraform.interrupt.is_requested();
        let schedule = Schedule { needs: &needs, width, is_stopped: &is_stopped };
        let found = schedule.run(|position| objects(&self.retired[position]), |_| false);
        for (retired, found) in self.retired.iter().zip(found) {
            match found {
                Done::Finished(Some(0)) | Done::Blocked(_) | Done::Stopped => {}
                Done::Finished(objects) => print::retired(&retired.entry.name, objects),
            }
        }
    }

    /// Forgets retired stacks of which nothing is left.
    ///
    /// # Errors
    /// Fails if the folder of the documents cannot be written to.
    pub(crate) fn forget_retired(&self, report: &Report) -> anyhow::Result<()> {
        let is_gone = |name: &str| {
            report.stacks.iter().any(|stack| {
                stack.stack == name && matches!(stack.status, Status::Destroyed | Status::Unchanged)
            })
        };
        // What is left for real after a sandbox was destroyed stays known.
        for retired in self.retired.iter().filter(|it| is_gone(&it.entry.name)) {
            if self.terraform.environment.is_real() || retired.objects(&self.documents) == Some(0) {
                retired.forget(&self.documents)?;
            }
        }
        Ok(())
    }

    /// All stacks of the program, and those that it had.
    pub(crate) fn estate(&self) -> Estate<'_> {
        Estate {
            terraform: &self.terraform,
            synthesized: &self.synthesis,
            documents: &self.documents,
            retired: &self.retired,
            commit: self.commit.as_ref(),
            writing: &self.writing,
        }
    }

    /// The folders of the selected stacks, sorted by name.
    ///
    /// # Errors
    /// Fails where nothing can be written, and for stacks that need another version of terraform.
    pub(crate) fn workspaces(&self) -> anyhow::Result<Vec<Workspace<'_>>> {
        let mut workspaces = Vec::new();
        for index in &self.selected {
            let workspace = self.estate().open(*index)?;
            if let Some(version) = workspace.document.pointer("/terraform/required_version") {
                self.terraform.binary.check(workspace.name(), version.as_str().unwrap_or_default())?;
            }
            workspaces.push(workspace);
        }
        for index in &self.named_retired {
            workspaces.push(self.estate().open_retired(&self.retired[*index])?);
        }
        Ok(workspaces)
    }

    /// Checks that all values are for variables of these stacks.
    ///
    /// # Errors
    /// A value for an unknown variable is wrong usage.
    pub(crate) fn check_variables(options: &Options, workspaces: &[Workspace<'_>]) -> Result<(), UsageError> {
        options.variables.check(workspaces).map_err(|error| UsageError(error.to_string()))
    }

    /// What the selected stacks need of each other, by position.
    pub(crate) fn needs(&self, workspaces: &[Workspace<'_>]) -> Vec<Vec<usize>> {
        let entries = self.synthesis.documents.iter().map(|(entry, _)| entry);
        let all: Vec<&ManifestStack> = entries.chain(self.retired.iter().map(|it| &it.entry)).collect();
        let names: Vec<&str> = workspaces.iter().map(Workspace::name).collect();
        needs(&all, &names)
    }

    /// Says which lines of the program made what terraform speaks of.
    pub(super) fn locate(&self, stack: &str, diagnostics: &mut [TerraformDiagnostic]) {
        let Some(stack) = self.synthesis.stacks.iter().find(|it| it.name() == stack) else { return };
        for diagnostic in diagnostics {
            let object = diagnostic.subject().and_then(|subject| object(stack, subject));
            diagnostic.source = object.map(line_of);
        }
    }

    /// Says which lines of the program made what a plan changes.
    pub(super) fn locate_changes(&self, stack: &str, changes: Option<&mut PlanChanges>) {
        let stack = self.synthesis.stacks.iter().find(|it| it.name() == stack);
        let (Some(stack), Some(changes)) = (stack, changes) else { return };
        let all = [&mut changes.resources, &mut changes.drift, &mut changes.outputs];
        for change in all.into_iter().flatten() {
            change.source = object(stack, &change.address).map(line_of);
        }
    }
}

/// Where a block was made. The line that called a module says more than one within it.
fn line_of(object: &Object) -> SourceLine {
    let source = object.origin.scope.unwrap_or(object.origin.source);
    SourceLine { file: source.file().to_owned(), line: source.line() }
}

/// The block of an address, such as `data.aws_region.here` or `aws_sqs_queue.jobs["a"]`; of a module, its call.
fn object<'a>(stack: &'a Stack, address: &str) -> Option<&'a Object> {
    let address = address.split('[').next().unwrap_or_default();
    let address = address.strip_prefix("resource.").unwrap_or(address);
    let names: Vec<&str> = address.split('.').collect();
    match names[..] {
        ["module", name, ..] => stack.block(Kind::Module, "", name),
        ["data", kind, name, ..] => stack.block(Kind::Data, kind, name),
        ["ephemeral", kind, name, ..] => stack.block(Kind::Ephemeral, kind, name),
        ["output", name, ..] => stack.output_object(name),
        ["variable" | "var", name, ..] => stack.variable_object(name),
        ["local" | "locals", name, ..] => stack.local_object(name),
        [kind, name, ..] => stack.block(Kind::Resource, kind, name),
        _ => None,
    }
}

/// The one stack of a command that takes only one.
///
/// # Errors
/// Several stacks are wrong usage.
pub(crate) fn single<'a, 'b>(workspaces: &'b [Workspace<'a>]) -> Result<&'b Workspace<'a>, UsageError> {
    match workspaces {
        [workspace] => Ok(workspace),
        several => {
            let names: Vec<&str> = several.iter().map(Workspace::name).collect();
            Err(UsageError(format!("this takes one stack, not {}{}", names.join(", "), Hint::new("name it"))))
        }
    }
}

/// Prints which values these stacks wait for, and says whether there are any.
fn says_placeholders<'a>(program: &Program, selected: impl Iterator<Item = &'a str>) -> anyhow::Result<bool> {
    let selected: Vec<&str> = selected.collect();
    let mut waits = false;
    for placeholder in &program.placeholders {
        for pattern in &placeholder.stacks {
            let pattern =
                glob::Pattern::new(pattern).with_context(|| format!("`{pattern}` is not a stack pattern"))?;
            if selected.iter().any(|name| pattern.matches(name)) {
                print::error(&placeholder.message);
                waits = true;
                break;
            }
        }
    }
    if waits {
        print::error("terraform was not run; with --sandbox nothing has to be set");
    }
    Ok(waits)
}
