//! A folder of plans that were made to be reviewed: one file of terraform's per stack, and beside it what it was made
//! from, so that nothing else is applied than what was seen.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Context;
use formwork_synth::{Replacement, digest, pretty, remove_file};
use serde::{Deserialize, Serialize};

use crate::workspace::PROVIDER_LOCK;
use crate::{MissingOutputs, Options, PlanMode, Planned, StackError, Summary, Workspace};

/// The version of the records' format.
const FORMAT: u32 = 1;

/// A folder of plans.
#[derive(Clone, Debug)]
pub struct PlanFolder {
    path: PathBuf,
}

/// What a plan was made from, and what came of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlanRecord {
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
    pub outcome: PlanOutcome,
}

/// What came of planning.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanOutcome {
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
            .with_context(|| format!("cannot make the folder {}", self.path.display()))?;
        for path in [self.record_file(stack), self.plan_file(stack), self.lock_file(stack)] {
            remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
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
        let outcome = match planned {
            Planned::Unchanged(_) => PlanOutcome::Unchanged,
            Planned::Deferred(deferred) => PlanOutcome::Deferred(deferred.missing.clone()),
            Planned::Changed(plan) => {
                PlanOutcome::Changed { plan: self.plan_digest(stack)?, summary: plan.summary }
            }
        };
        let record = PlanRecord {
            format_version: FORMAT,
            stack: stack.to_owned(),
            mode: options.mode,
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
            replacement.finish()
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// SHA-256 of a stack's plan file.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub fn plan_digest(&self, stack: &str) -> anyhow::Result<String> {
        let path = self.plan_file(stack);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(digest(&bytes))
    }

    /// The record of a stack's plan, after a check that everything is as it was when the plan was made.
    ///
    /// # Errors
    /// Fails if there is no plan, or if the document, the variables, terraform's version or the file changed since.
    pub fn reviewed(&self, workspace: &Workspace<'_>, options: &Options) -> Result<PlanRecord, StackError> {
        let stack = workspace.name();
        let path = self.record_file(stack);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let folder = self.path.display();
                return Err(StackError::new(format!("there is no plan of `{stack}` in {folder}"))
                    .hint(format!("make it with `cargo run -- plan {stack} --plan-dir {folder}`")));
            }
            Err(error) => return Err(error.into()),
        };
        let record: PlanRecord = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not the record of a plan", path.display()))?;
        let changes = self.changes_since(&record, workspace, options)?;
        if changes.is_empty() {
            return Ok(record);
        }
        Err(StackError::new(format!(
            "the plan in {} is not what would be applied now: {}",
            self.path.display(),
            changes.join("; ")
        ))
        .hint("plan and review again"))
    }

    fn changes_since(
        &self,
        record: &PlanRecord,
        workspace: &Workspace<'_>,
        options: &Options,
    ) -> anyhow::Result<Vec<String>> {
        let mut changes = Vec::new();
        if record.format_version != FORMAT || record.stack != workspace.name() {
            changes.push("its record is of another stack or another version of Formwork".to_owned());
        }
        match (record.mode, options.mode) {
            (PlanMode::Destroy, PlanMode::Destroy) => {}
            (PlanMode::Destroy, _) => {
                changes.push("it destroys everything, which is for `destroy`".to_owned())
            }
            (_, PlanMode::Destroy) => changes.push("it does not destroy, and is for `apply`".to_owned()),
            _ => {}
        }
        let environment = workspace.terraform.environment.name();
        if record.environment != environment {
            changes.push(format!(
                "it was made with the {} providers, not the {environment} ones",
                record.environment
            ));
        }
        if record.document != workspace.digest {
            changes.push("the document changed since".to_owned());
        }
        let program = program(workspace);
        if record.terraform != program {
            changes.push(format!("it was made with {}, and this is {program}", record.terraform));
        }
        let present = options.variables.digests(workspace)?;
        let names =
            record.variables.keys().chain(present.keys().filter(|it| !record.variables.contains_key(*it)));
        for name in names.filter(|name| record.variables.get(*name) != present.get(*name)) {
            changes.push(match (record.variables.contains_key(name), present.contains_key(name)) {
                (true, false) => format!("variable `{name}` was given then, and is not now"),
                (false, _) => format!("variable `{name}` was not given then"),
                _ => format!("variable `{name}` has another value"),
            });
        }
        if let PlanOutcome::Changed { plan, .. } = &record.outcome
            && *plan != self.plan_digest(workspace.name())?
        {
            changes.push("the plan file is another one".to_owned());
        }
        Ok(changes)
    }

    /// Gives a folder without provider versions those that the plan was made with.
    ///
    /// # Errors
    /// Fails if a file cannot be copied.
    pub fn restore_provider_lock(&self, workspace: &Workspace<'_>) -> anyhow::Result<()> {
        let (kept, present) = (self.lock_file(workspace.name()), workspace.folder.join(PROVIDER_LOCK));
        if present.exists() || !kept.exists() {
            return Ok(());
        }
        let mut replacement = Replacement::default();
        let copy = |replacement: &mut Replacement| replacement.add(present.clone(), &fs::read(&kept)?);
        copy(&mut replacement)
            .and_then(|_| replacement.finish())
            .with_context(|| format!("cannot copy {} to {}", kept.display(), present.display()))
    }
}

fn program(workspace: &Workspace<'_>) -> String {
    let binary = &workspace.terraform.binary;
    format!("{} {}", binary.name(), binary.version())
}
