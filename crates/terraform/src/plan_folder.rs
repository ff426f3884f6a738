//! A folder of plans that were made to be reviewed: one file of terraform's per stack, and beside it what it was made
//! from, so that nothing else is applied than what was seen.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Context;
use formwork_synth::{Replacement, bounded_file, digest, pretty, remove_file};
use serde::{Deserialize, Serialize};

use crate::plan::check_protected;
use crate::plan_file::{self, PlanFile};
use crate::scratch::{create_private, make_private};
use crate::workspace::PROVIDER_LOCK;
use crate::{
    Initialization, MissingOutputs, Options, Plan, PlanMode, Planned, ScratchFolder, StackError, Summary,
    Workspace, show,
};

/// The version of the records' format.
const FORMAT: u32 = 1;

/// A larger record, or list of provider versions, is not one.
const MAX_RECORD: u64 = 16 << 20;

/// A folder of plans.
#[derive(Clone, Debug)]
pub struct PlanFolder {
    path: PathBuf,
}

/// What a plan was made from, and what came of it.
#[derive(Debug, Serialize, Deserialize)]
struct PlanRecord {
    format_version: u32,
    stack: String,
    mode: PlanMode,
    /// `real` or `sandbox`.
    #[serde(rename = "ground")]
    environment: String,
    /// The program and its version, such as `terraform 1.11.4`.
    terraform: String,
    /// SHA-256 of the document.
    document: String,
    /// SHA-256 of every variable and variable file that was given.
    variables: BTreeMap<String, String>,
    /// What came of planning.
    outcome: PlanOutcome,
}

/// A plan that was reviewed, after a check that it is what would be made now.
#[derive(Debug)]
pub enum Reviewed {
    /// There is nothing to apply.
    Unchanged,
    /// There is something to apply: a copy of the plan file, which nobody can change any more.
    Changed(ReviewedPlan),
    /// Outputs of other stacks were not there yet.
    Deferred(MissingOutputs),
    /// The state of a former name has to be taken over, which is all that was to be done.
    TakenOver,
}

/// A copy of a plan file in a folder of our own, which goes with it.
#[derive(Debug)]
pub struct ReviewedPlan {
    /// The file.
    pub file: PathBuf,
    /// Whether it is limited to some addresses.
    is_partial: bool,
    _folder: ScratchFolder,
}

impl ReviewedPlan {
    /// Looks into the plan, which is for `mode`.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub fn plan(&self, workspace: &Workspace<'_>, mode: PlanMode) -> Result<Plan, StackError> {
        let mut changes = show(workspace, &self.file)?;
        check_protected(&changes)?;
        changes.add_hooks(workspace, mode);
        Ok(Plan { mode, is_partial: self.is_partial, changes, warnings: Vec::new(), former: None })
    }
}

/// What came of planning.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlanOutcome {
    /// There is nothing to apply.
    Unchanged,
    /// There is something to apply: the file with this SHA-256.
    Changed {
        /// SHA-256 of the plan file.
        plan: String,
        /// How much it changes.
        summary: Summary,
    },
    /// Outputs of other stacks were not there yet.
    Deferred(MissingOutputs),
    /// The state is still that of a former name. Which one is for the program to say.
    TakenOver,
}

impl PlanFolder {
    /// A folder of plans, which need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the folder, and takes an earlier plan of a stack out of it.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn clear(&self, stack: &str) -> anyhow::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // Plans contain sensitive values.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.path)
            .and_then(|()| self.make_private())
            .with_context(|| format!("cannot make the folder {}", self.path.display()))?;
        for path in [self.record_file(stack), self.plan_file(stack), self.lock_file(stack)] {
            remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        // Terraform keeps the permissions of a file that is there.
        let path = self.plan_file(stack);
        create_private(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(())
    }

    /// A folder that was there before is closed to others too, unless it is for more than plans.
    fn make_private(&self) -> std::io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            if ![".tfplan", ".json", ".lock.hcl"].iter().any(|extension| name.ends_with(extension)) {
                return Ok(());
            }
        }
        make_private(&self.path)
    }

    /// The plan of a stack, as terraform writes it.
    pub fn plan_file(&self, stack: &str) -> PathBuf {
        self.path.join(format!("{stack}.tfplan"))
    }

    fn record_file(&self, stack: &str) -> PathBuf {
        self.path.join(format!("{stack}.json"))
    }

    /// The provider versions that the plan was made with, for another machine to apply it with the same.
    fn lock_file(&self, stack: &str) -> PathBuf {
        self.path.join(format!("{stack}.lock.hcl"))
    }

    /// Notes what a plan was made from.
    ///
    /// # Errors
    /// Fails if a file cannot be read or written.
    pub fn record(
        &self,
        workspace: &Workspace<'_>,
        options: &Options,
        planned: &Planned,
    ) -> anyhow::Result<()> {
        let stack = workspace.name();
        let (mode, outcome) = match planned {
            Planned::Unchanged(_) => (options.mode, PlanOutcome::Unchanged),
            Planned::Deferred(deferred) => (options.mode, PlanOutcome::Deferred(deferred.missing.clone())),
            Planned::Changed(plan) if plan.former.is_some() => (options.mode, PlanOutcome::TakenOver),
            Planned::Changed(plan) => {
                let digest = digest(&plan_file::bytes_of(&self.plan_file(stack))?);
                (plan.mode, PlanOutcome::Changed { plan: digest, summary: plan.changes.summary() })
            }
        };
        if !matches!(outcome, PlanOutcome::Changed { .. }) {
            remove_file(&self.plan_file(stack))?;
        }
        let record = PlanRecord {
            format_version: FORMAT,
            stack: stack.to_owned(),
            mode,
            environment: workspace.terraform.environment.name().to_owned(),
            terraform: program(workspace),
            document: workspace.digest.clone(),
            variables: options.variables.digests(workspace)?,
            outcome,
        };
        let bytes = pretty(&record)?;
        let path = self.record_file(stack);
        let mut replacement = Replacement::default();
        let lock = fs::read(workspace.folder.join(PROVIDER_LOCK));
        let write = || -> std::io::Result<()> {
            if let Ok(lock) = lock {
                replacement.add(self.lock_file(stack), &lock)?;
            }
            replacement.add(path.clone(), &bytes)?;
            replacement.finish()?;
            // An apply reads it from a place that may be another user's too.
            make_private(&path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// The plan of a stack, after a check that everything is as it was when it was made, and that the plan file itself is
    /// of this very document; `scope` is what to initialize for that. What the record says of the plan counts for nothing: it may have been written by anybody.
    ///
    /// # Errors
    /// Fails if there is no plan, or if the document, the variables, terraform's version or the file changed since.
    pub fn reviewed(
        &self,
        workspace: &Workspace<'_>,
        options: &Options,
        scope: Initialization,
    ) -> Result<Reviewed, StackError> {
        let record = self.read_record(workspace)?;
        self.refuse(record.changes_since(workspace, options)?)?;
        let plan = match record.outcome {
            PlanOutcome::Unchanged => return Ok(Reviewed::Unchanged),
            PlanOutcome::Deferred(missing) => return Ok(Reviewed::Deferred(missing)),
            PlanOutcome::TakenOver => return Ok(Reviewed::TakenOver),
            PlanOutcome::Changed { plan, .. } => plan,
        };
        let bytes = plan_file::bytes_of(&self.plan_file(workspace.name()))?;
        if digest(&bytes) != plan {
            self.refuse(vec!["the plan file is another one".to_owned()])?;
        }
        self.refuse(self.changed_providers(workspace)?)?;
        self.restore_provider_lock(workspace)?;
        // The modules of the document are brought, to be compared with those in the plan.
        workspace.initialize(scope)?;
        let plan = match PlanFile::read(&bytes) {
            Ok(plan) => plan,
            Err(error) => return Err(self.refusal(&[format!("{error:#}")])),
        };
        let mut changes = plan.differences(workspace)?;
        changes.extend(wrong_mode(plan.mode, options.mode));
        self.refuse(changes)?;
        let folder = ScratchFolder::new()?;
        let file = folder.file("plan")?;
        fs::write(&file, plan.rewritten()?)?;
        Ok(Reviewed::Changed(ReviewedPlan { file, is_partial: !plan.targets.is_empty(), _folder: folder }))
    }

    fn read_record(&self, workspace: &Workspace<'_>) -> Result<PlanRecord, StackError> {
        let stack = workspace.name();
        let path = self.record_file(stack);
        if path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            let folder = self.path.display();
            return Err(StackError::new(format!("there is no plan of `{stack}` in {folder}"))
                .hint(format!("make it with `cargo run -- plan {stack} --plan-dir {folder}`")));
        }
        let bytes = bounded_file(&path, MAX_RECORD)?;
        Ok(serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not the record of a plan", path.display()))?)
    }

    fn refuse(&self, changes: Vec<String>) -> Result<(), StackError> {
        if changes.is_empty() { Ok(()) } else { Err(self.refusal(&changes)) }
    }

    fn refusal(&self, changes: &[String]) -> StackError {
        let (folder, changes) = (self.path.display(), changes.join("; "));
        StackError::new(format!("the plan in {folder} is not what would be applied now: {changes}"))
            .hint("plan and review again")
    }

    /// Says whether the versions of providers that the plan was made with are those that the program has locked.
    fn changed_providers(&self, workspace: &Workspace<'_>) -> anyhow::Result<Vec<String>> {
        let Some(locked) = &workspace.provider_lock else { return Ok(Vec::new()) };
        let kept = self.lock_file(workspace.name());
        let is_same = kept.exists() && bounded_file(&kept, MAX_RECORD)? == *locked;
        let changed = "it was made with other providers than those that are locked";
        Ok(if is_same { Vec::new() } else { vec![changed.to_owned()] })
    }

    /// Gives a folder without provider versions those that the plan was made with.
    ///
    /// # Errors
    /// Fails if a file cannot be copied.
    fn restore_provider_lock(&self, workspace: &Workspace<'_>) -> anyhow::Result<()> {
        let (kept, present) = (self.lock_file(workspace.name()), workspace.folder.join(PROVIDER_LOCK));
        if present.exists() || !kept.exists() {
            return Ok(());
        }
        let bytes = bounded_file(&kept, MAX_RECORD)?;
        let mut replacement = Replacement::default();
        let copy = |replacement: &mut Replacement| replacement.add(present.clone(), &bytes);
        copy(&mut replacement)
            .and_then(|_| replacement.finish())
            .with_context(|| format!("cannot copy {} to {}", kept.display(), present.display()))
    }
}

impl PlanRecord {
    /// What of all that it was made from is another one now.
    fn changes_since(&self, workspace: &Workspace<'_>, options: &Options) -> anyhow::Result<Vec<String>> {
        let mut changes = Vec::new();
        if self.format_version != FORMAT || self.stack != workspace.name() {
            changes.push("its record is of another stack or another version of Formwork".to_owned());
        }
        changes.extend(wrong_mode(self.mode, options.mode));
        let environment = workspace.terraform.environment.name();
        if self.environment != environment {
            changes.push(format!(
                "it was made with the {} providers, not the {environment} ones",
                self.environment
            ));
        }
        if self.document != workspace.digest {
            changes.push("the document changed since".to_owned());
        }
        let program = program(workspace);
        if self.terraform != program {
            changes.push(format!("it was made with {}, and this is {program}", self.terraform));
        }
        let present = options.variables.digests(workspace)?;
        let names =
            self.variables.keys().chain(present.keys().filter(|it| !self.variables.contains_key(*it)));
        for name in names.filter(|name| self.variables.get(*name) != present.get(*name)) {
            changes.push(match (self.variables.contains_key(name), present.contains_key(name)) {
                (true, false) => format!("variable `{name}` was given then, and is not now"),
                (false, _) => format!("variable `{name}` was not given then"),
                _ => format!("variable `{name}` has another value"),
            });
        }
        Ok(changes)
    }
}

/// A plan to destroy is for `destroy`, and the others are for `apply`.
fn wrong_mode(made: PlanMode, wanted: PlanMode) -> Option<String> {
    match (made, wanted) {
        (PlanMode::Destroy, PlanMode::Destroy) => None,
        (PlanMode::Destroy, _) => Some("it destroys everything, which is for `destroy`".to_owned()),
        (_, PlanMode::Destroy) => Some("it does not destroy, and is for `apply`".to_owned()),
        _ => None,
    }
}

fn program(workspace: &Workspace<'_>) -> String {
    let binary = &workspace.terraform.binary;
    format!("{} {}", binary.name(), binary.version())
}
