//! A life: versions of a configuration, one after the other, in a simulated cloud that remembers.
//!
//! The real terraform plans and applies in front of the sandbox's providers, in a folder of its own that is gone with the
//! [`Life`]. Nothing here reaches a real cloud.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::Mutex;

use formwork_core::{App, Stack};
use formwork_sandbox::ObjectName;
use formwork_schema::Library;
use formwork_synth::{ManifestStack, OutputFolder, Synthesized, in_order, synthesize};
use formwork_terraform::{
    Action, Binary, Environment, Estate, Interrupt, Options, PlanChanges, PlanMode, Planned, Reading,
    ResourceChange, ScratchFolder, StackError, Terraform, Workspace, apply, plan, read_state,
};
use serde_json::Value;
use tempfile::TempDir;

/// A program in a simulated cloud, from one version to the next.
#[derive(Debug)]
pub struct Life {
    folder: TempDir,
    terraform: Terraform,
    library: Library,
    /// Two at a time would write one manifest.
    writing: Mutex<()>,
}

/// Begins a life, in a cloud in which there is nothing yet.
///
/// # Panics
/// Panics if there is no terraform, or no place for its files.
#[must_use]
#[track_caller]
pub fn life() -> Life {
    let library = Library::embedded();
    let begun = || -> anyhow::Result<Life> {
        let folder = tempfile::tempdir()?;
        let environment = Environment::sandbox(folder.path(), &library)?;
        let given = std::env::var_os("FORMWORK_TERRAFORM").map(std::path::PathBuf::from);
        let binary = Binary::find(given.as_deref())?;
        let interrupt = Interrupt::default();
        let terraform = Terraform { binary, environment, interrupt, initializing: Mutex::default() };
        Ok(Life { folder, terraform, library: library.clone(), writing: Mutex::default() })
    };
    match begun() {
        Ok(life) => life,
        Err(error) => panic!("a life cannot begin: {error:#}"),
    }
}

impl Life {
    /// Applies a version of a stack called `test`.
    ///
    /// # Panics
    /// Panics if the stack has mistakes, and with what terraform says if it cannot be applied.
    #[track_caller]
    pub fn apply(&self, build: impl FnOnce(&mut Stack)) -> Changes {
        self.apply_program(|app| build(app.stack("test")))
    }

    /// Plans a version of a stack called `test`.
    ///
    /// # Panics
    /// Panics if the stack has mistakes, and with what terraform says if it cannot be planned.
    #[track_caller]
    pub fn plan(&self, build: impl FnOnce(&mut Stack)) -> Changes {
        self.plan_program(|app| build(app.stack("test")))
    }

    /// Applies a version of a program: every stack after those that it needs.
    ///
    /// # Panics
    /// Panics if a stack has mistakes, and with what terraform says if one cannot be applied.
    #[track_caller]
    pub fn apply_program(&self, build: impl FnOnce(&mut App)) -> Changes {
        match self.try_apply_program(build) {
            Ok(changes) => changes,
            Err(said) => panic!("the apply failed:\n{said}"),
        }
    }

    /// Plans a version of a program: every stack with what the others have by now.
    ///
    /// # Panics
    /// Panics if a stack has mistakes, and with what terraform says if one cannot be planned.
    #[track_caller]
    pub fn plan_program(&self, build: impl FnOnce(&mut App)) -> Changes {
        match self.try_plan_program(build) {
            Ok(changes) => changes,
            Err(said) => panic!("the plan failed:\n{said}"),
        }
    }

    /// The same as [`Life::apply_program`] for a version that may be refused. What was made before the refusal stays.
    ///
    /// # Errors
    /// Returns what terraform says.
    ///
    /// # Panics
    /// Panics if a stack has mistakes.
    #[track_caller]
    pub fn try_apply_program(&self, build: impl FnOnce(&mut App)) -> Result<Changes, String> {
        self.run(build, Step::Apply)
    }

    /// The same as [`Life::plan_program`] for a version that may be refused.
    ///
    /// # Errors
    /// Returns what terraform says.
    ///
    /// # Panics
    /// Panics if a stack has mistakes.
    #[track_caller]
    pub fn try_plan_program(&self, build: impl FnOnce(&mut App)) -> Result<Changes, String> {
        self.run(build, Step::Plan)
    }

    /// Destroys a version of a stack called `test`: what was applied, from which it must not differ by more than
    /// arguments.
    ///
    /// # Panics
    /// Panics if the stack has mistakes, and with what terraform says if it cannot be destroyed.
    #[track_caller]
    pub fn destroy(&self, build: impl FnOnce(&mut Stack)) -> Changes {
        self.destroy_program(|app| build(app.stack("test")))
    }

    /// Destroys a version of a program: every stack before those that it needs.
    ///
    /// # Panics
    /// Panics if a stack has mistakes, and with what terraform says if one cannot be destroyed.
    #[track_caller]
    pub fn destroy_program(&self, build: impl FnOnce(&mut App)) -> Changes {
        match self.run(build, Step::Destroy) {
            Ok(changes) => changes,
            Err(said) => panic!("the destroy failed:\n{said}"),
        }
    }

    /// The same as [`Life::destroy_program`] for what may be refused.
    ///
    /// # Errors
    /// Returns what terraform says.
    ///
    /// # Panics
    /// Panics if a stack has mistakes.
    #[track_caller]
    pub fn try_destroy_program(&self, build: impl FnOnce(&mut App)) -> Result<Changes, String> {
        self.run(build, Step::Destroy)
    }

    /// The id of an object, by its address in whichever stack has it.
    ///
    /// # Panics
    /// Panics if no stack has applied it.
    #[must_use]
    #[track_caller]
    pub fn id_of(&self, address: &str) -> String {
        self.attributes(address)["id"].as_str().unwrap_or_default().to_owned()
    }

    /// All attributes of an object in the state, by its address in whichever stack has it. An instance of several has its
    /// key behind it, as in `aws_s3_bucket.pages["a"]`.
    ///
    /// # Panics
    /// Panics if no stack has applied it.
    #[must_use]
    #[track_caller]
    pub fn attributes(&self, address: &str) -> Value {
        let stacks = std::fs::read_dir(self.terraform.environment.root()).into_iter().flatten().flatten();
        for resource in stacks.flat_map(|folder| read_state(&folder.path())) {
            let text = |name: &str| resource[name].as_str().unwrap_or_default();
            let base = format!("{}.{}", text("type"), text("name"));
            for instance in resource["instances"].as_array().into_iter().flatten() {
                let at = match &instance["index_key"] {
                    Value::Null => base.clone(),
                    key => format!("{base}[{key}]"),
                };
                if text("mode") == "managed" && at == address {
                    return instance["attributes"].clone();
                }
            }
        }
        panic!("no stack has applied {address}")
    }

    /// Lets days go by in the simulated cloud: maintenance windows come, and names that were kept are free again.
    ///
    /// # Panics
    /// Panics if the simulated cloud cannot be changed.
    #[track_caller]
    pub fn pass_days(&self, days: u32) {
        let days = i64::from(days);
        if let Err(error) = self.sandbox().advance_clock(days * 24 * 60 * 60) {
            panic!("the clock cannot be moved: {error}");
        }
    }

    /// Changes an object behind Terraform's back, as the cloud or somebody in a console does: its type and its id, and
    /// an object with the arguments that change.
    ///
    /// # Panics
    /// Panics if there is no such object or argument, and if a value is not of the argument's type.
    #[track_caller]
    pub fn drift(&self, (kind, id): (&str, &str), changes: &Value) {
        let has_type = |source: &str| {
            let newest = self.library.versions(source).first()?;
            matches!(newest.resource(kind), Ok(Some(_))).then_some(newest)
        };
        let Some(catalogue) = self.library.sources().find_map(has_type) else {
            panic!("no provider has the resource type {kind}");
        };
        let name = ObjectName { catalogue, kind, region: None, id, attributes: None };
        let changes = changes.as_object().cloned().unwrap_or_default();
        if let Err(error) = self.sandbox().drift(name, &changes) {
            panic!("{kind} {id} cannot be changed: {error}");
        }
    }

    #[track_caller]
    fn sandbox(&self) -> &formwork_sandbox::Sandbox {
        let Some(sandbox) = self.terraform.environment.simulated() else {
            unreachable!("a life is begun in the sandbox");
        };
        sandbox
    }

    #[track_caller]
    fn run(&self, build: impl FnOnce(&mut App), step: Step) -> Result<Changes, String> {
        let mut app = App::new();
        build(&mut app);
        let synthesized = match synthesize(app, &self.library) {
            Ok(synthesized) => synthesized,
            Err(error) => panic!("the program cannot be checked: {error:#}"),
        };
        let found: Vec<String> = synthesized.diagnostics.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "the program has mistakes:\n{}", found.join("\n"));
        self.carry_out(&synthesized, step)
    }

    fn carry_out(&self, synthesized: &Synthesized, step: Step) -> Result<Changes, String> {
        let all: Vec<usize> = (0..synthesized.documents.len()).collect();
        OutputFolder::prepare(self.folder.path(), synthesized, &all)
            .and_then(OutputFolder::write)
            .map_err(|error| format!("{error:#}"))?;
        let estate = Estate {
            terraform: &self.terraform,
            synthesized,
            documents: self.folder.path(),
            retired: &[],
            commit: None,
            writing: &self.writing,
        };
        let entries: Vec<ManifestStack> =
            synthesized.documents.iter().map(|(entry, _)| entry.clone()).collect();
        let mut ordered = in_order(entries);
        if step == Step::Destroy {
            ordered.reverse();
        }
        let mut changes = Changes { stacks: BTreeMap::new() };
        for entry in ordered {
            let workspace = estate.stack(&entry.name).map_err(|error| format!("{error:#}"))?;
            // A module is written for others.
            let Some(workspace) = workspace else { continue };
            let of_stack = step.take(&workspace).map_err(|error| said(&entry.name, &error))?;
            changes.stacks.insert(entry.name.clone(), of_stack);
        }
        Ok(changes)
    }
}

/// What is done with each stack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Plan,
    Apply,
    Destroy,
}

impl Step {
    fn take(self, workspace: &Workspace<'_>) -> Result<PlanChanges, StackError> {
        let mode = if self == Self::Destroy { PlanMode::Destroy } else { PlanMode::Apply };
        let options = Options { mode, lock_timeout: "0s".to_owned(), ..Options::default() };
        let folder = ScratchFolder::new()?;
        let file = folder.file("plan")?;
        let changes = match plan(workspace, &options, &file, &Reading::Applied, |_| ())? {
            Planned::Unchanged(_) => return Ok(PlanChanges::default()),
            Planned::Changed(plan) => plan.changes,
            Planned::Deferred(deferred) => {
                let missing: Vec<&str> = deferred.missing.keys().map(String::as_str).collect();
                return Err(StackError::new(format!("outputs of {} are missing", missing.join(", "))));
            }
        };
        if self != Self::Plan {
            apply(workspace, &options, &file, &changes, |_| ())?;
        }
        Ok(changes)
    }
}

/// What terraform says of a stack, with the addresses.
fn said(stack: &str, error: &StackError) -> String {
    let mut text = String::new();
    for diagnostic in error.diagnostics.iter().filter(|it| it.is_error()) {
        let place = diagnostic.address.as_deref().unwrap_or(stack);
        // Writing to a text does not fail.
        let _ = writeln!(text, "{place}: {}", diagnostic.summary);
        for line in diagnostic.detail.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// What a step changes. Addresses of a program with several stacks have the stack's name and a `/` before them.
#[derive(Clone, Debug)]
pub struct Changes {
    stacks: BTreeMap<String, PlanChanges>,
}

impl Changes {
    /// Whether nothing changes, outputs and what changed outside included.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stacks.values().all(PlanChanges::is_empty)
    }

    /// The addresses of what is created.
    #[must_use]
    pub fn created(&self) -> Vec<String> {
        self.with(Action::Create)
    }

    /// The addresses of what changes in place.
    #[must_use]
    pub fn updated(&self) -> Vec<String> {
        self.with(Action::Update)
    }

    /// The addresses of what is destroyed and made again.
    #[must_use]
    pub fn replaced(&self) -> Vec<String> {
        self.with(Action::Replace)
    }

    /// The addresses of what is destroyed and not made again.
    #[must_use]
    pub fn destroyed(&self) -> Vec<String> {
        self.with(Action::Destroy)
    }

    /// What happens to an address; nothing if it stays as it is.
    #[must_use]
    pub fn of(&self, address: &str) -> Option<&ResourceChange> {
        self.all().find(|(at, _)| at == address).map(|(_, change)| change)
    }

    /// Fails the test if anything changes.
    ///
    /// # Panics
    /// Panics with what changes.
    #[track_caller]
    pub fn assert_none(&self) {
        assert!(self.is_empty(), "there are changes:\n{self}");
    }

    /// Fails the test if anything is replaced or destroyed but these addresses, or if one of these is not.
    ///
    /// # Panics
    /// Panics with what is lost and why.
    #[track_caller]
    pub fn assert_loses<A: AsRef<str>>(&self, addresses: impl IntoIterator<Item = A>) {
        let mut expected: Vec<String> = addresses.into_iter().map(|one| one.as_ref().to_owned()).collect();
        let mut lost = self.replaced();
        lost.extend(self.destroyed());
        expected.sort();
        lost.sort();
        assert!(lost == expected, "it should replace or destroy {expected:?}, and does {lost:?}:\n{self}");
    }

    fn with(&self, action: Action) -> Vec<String> {
        self.all().filter(|(_, change)| change.action == action).map(|(address, _)| address).collect()
    }

    fn all(&self) -> impl Iterator<Item = (String, &ResourceChange)> {
        let is_one = self.stacks.len() == 1;
        self.stacks.iter().flat_map(move |(stack, changes)| {
            changes.resources.iter().map(move |change| {
                let address =
                    if is_one { change.address.clone() } else { format!("{stack}/{}", change.address) };
                (address, change)
            })
        })
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (address, change) in self.all() {
            writeln!(formatter, "{:?} {address}", change.action)?;
            for argument in &change.arguments {
                let is_cause = change.replaced_for.contains(&argument.path);
                let shown = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
                let (before, after) = (shown(&argument.before), shown(&argument.after));
                let why = if is_cause { " (forces replacement)" } else { "" };
                writeln!(formatter, "  {}: {before} -> {after}{why}", argument.path)?;
            }
        }
        for (stack, changes) in &self.stacks {
            for change in changes.drift.iter().chain(&changes.outputs) {
                writeln!(formatter, "{stack}: {} is another one", change.address)?;
            }
        }
        Ok(())
    }
}
