//! What became of each stack, for people and for scripts.

use std::collections::BTreeMap;
use std::io::Write;

use formwork_terraform::{
    Deferred, MissingOutputs, PlanChanges, Planned, StackError, Summary, TerraformDiagnostic,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::findings::{Finding, Format};
use crate::runner::{Timing, apply};
use crate::{ExitStatus, print};

/// What became of all stacks of a command.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// What has to be known about a simulation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sandbox: Option<String>,
    pub(crate) stacks: Vec<StackReport>,
    /// How long each took.
    #[serde(skip)]
    pub(crate) timings: BTreeMap<String, Timing>,
}

/// What became of one stack.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StackReport {
    pub(crate) stack: String,
    #[serde(flatten)]
    pub(crate) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<Summary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changes: Option<PlanChanges>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) diagnostics: Vec<TerraformDiagnostic>,
}

/// What became of a stack, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Valid,
    Unchanged,
    Planned,
    Applied,
    Destroyed,
    Drifted,
    /// Outputs of other stacks are not there yet.
    Deferred(MissingOutputs),
    /// The user did not want it.
    Declined,
    Failed,
    /// There is no report of it.
    Missing,
    /// A stack that it needs was not done well.
    Skipped(String),
    /// The user stopped everything before its turn.
    Stopped,
    /// The user stopped it after some of its actions.
    Interrupted {
        done: usize,
        total: usize,
    },
}

impl Status {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Unchanged => "unchanged",
            Self::Planned => "planned",
            Self::Applied => "applied",
            Self::Destroyed => "destroyed",
            Self::Drifted => "drifted",
            Self::Deferred(_) => "deferred",
            Self::Declined => "declined",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Skipped(_) => "skipped",
            Self::Stopped => "stopped",
            Self::Interrupted { .. } => "interrupted",
        }
    }

    /// Whether a stack that needs this one has to be left alone. After one that is deferred it says itself what it
    /// lacks.
    pub(crate) const fn blocks(&self) -> bool {
        matches!(
            self,
            Self::Failed
                | Self::Missing
                | Self::Declined
                | Self::Skipped(_)
                | Self::Stopped
                | Self::Interrupted { .. }
        )
    }

    /// Whether what the command is for was done.
    pub(crate) const fn is_good(&self) -> bool {
        matches!(
            self,
            Self::Valid | Self::Unchanged | Self::Planned | Self::Applied | Self::Destroyed | Self::Drifted
        )
    }
}

/// `"status": "deferred", "needs": {…}`.
impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("status", self.name())?;
        match self {
            Self::Deferred(missing) => map.serialize_entry("needs", missing)?,
            Self::Skipped(stack) => map.serialize_entry("because_of", stack)?,
            Self::Interrupted { done, total } => {
                map.serialize_entry("done", done)?;
                map.serialize_entry("total", total)?;
            }
            _ => {}
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            status: String,
            #[serde(default)]
            needs: MissingOutputs,
            #[serde(default)]
            because_of: String,
            #[serde(default)]
            done: usize,
            #[serde(default)]
            total: usize,
        }
        let written = Written::deserialize(deserializer)?;
        Ok(match written.status.as_str() {
            "deferred" => Self::Deferred(written.needs),
            "skipped" => Self::Skipped(written.because_of),
            "interrupted" => Self::Interrupted { done: written.done, total: written.total },
            name => {
                let known = [
                    Self::Valid,
                    Self::Unchanged,
                    Self::Planned,
                    Self::Applied,
                    Self::Destroyed,
                    Self::Drifted,
                    Self::Declined,
                    Self::Failed,
                    Self::Missing,
                    Self::Stopped,
                ];
                let found = known.into_iter().find(|status| status.name() == name);
                found.ok_or_else(|| serde::de::Error::custom(format!("there is no status `{name}`")))?
            }
        })
    }
}

impl StackReport {
    pub(crate) fn new(stack: &str, status: Status) -> Self {
        Self { stack: stack.to_owned(), status, summary: None, changes: None, diagnostics: Vec::new() }
    }

    /// What planning found.
    pub(crate) fn of_plan(stack: &str, planned: Planned) -> Self {
        match planned {
            Planned::Unchanged(diagnostics) => Self { diagnostics, ..Self::new(stack, Status::Unchanged) },
            Planned::Deferred(deferred) => Self::of_deferred(stack, deferred),
            Planned::Changed(plan) => Self {
                summary: Some(plan.changes.summary()),
                changes: Some(plan.changes),
                diagnostics: plan.warnings,
                ..Self::new(stack, Status::Planned)
            },
        }
    }

    /// A stack that waits for others, with the preview if there is one.
    fn of_deferred(stack: &str, deferred: Deferred) -> Self {
        let report = Self::new(stack, Status::Deferred(deferred.missing));
        let Some(plan) = deferred.preview else {
            let mut diagnostics = deferred.without_preview;
            diagnostics.retain(TerraformDiagnostic::is_error);
            diagnostics.iter_mut().for_each(TerraformDiagnostic::explain_missing_preview);
            return Self { diagnostics, ..report };
        };
        Self {
            summary: Some(plan.changes.summary()),
            changes: Some(plan.changes),
            diagnostics: plan.warnings,
            ..report
        }
    }

    pub(crate) fn failed(stack: &str, failure: StackError) -> Self {
        Self { diagnostics: failure.diagnostics, ..Self::new(stack, Status::Failed) }
    }

    /// Prints what terraform said, and what became of the stack.
    pub(crate) fn print_outcome(&self) {
        let stack = &self.stack;
        for diagnostic in &self.diagnostics {
            if diagnostic.is_error() {
                print::error(&format!("{stack} / {diagnostic}"));
            } else {
                print::warning(&format!("{stack} / {diagnostic}"));
            }
        }
        match (&self.status, self.summary) {
            (Status::Failed | Status::Declined, _) => {}
            (Status::Applied | Status::Destroyed, Some(summary)) => {
                print::note(&format!("{stack}: {}: {summary}", self.status.name()));
            }
            (Status::Planned, Some(summary)) => print::note(&format!("{stack}: {}", apply::planned(summary))),
            (Status::Deferred(missing), None) => {
                print::note(&format!("{stack}: deferred: needs {}", needs(missing)));
            }
            (Status::Deferred(missing), Some(summary)) => print::note(&format!(
                "{stack}: deferred: needs {}; a preview: {}",
                needs(missing),
                apply::planned(summary)
            )),
            (Status::Skipped(other), _) => print::note(&format!("{stack}: skipped, since it needs {other}")),
            (Status::Stopped, _) => print::note(&format!("{stack}: not begun")),
            (Status::Interrupted { done, total }, _) => {
                print::note(&format!("{stack}: stopped: {done} of {total} done; the same again goes on"));
            }
            (Status::Unchanged, _) => print::note(&format!("{stack}: no changes")),
            (status, _) => print::note(&format!("{stack}: {}", status.name())),
        }
    }
}

impl Report {
    /// A success if every stack was done well.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        ExitStatus::of(self.stacks.iter().all(|stack| stack.status.is_good()))
    }

    /// Prints which stacks became what, as an error if the command ends with one.
    pub(crate) fn summarize(&self, status: ExitStatus) {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for report in &self.stacks {
            let name = report.status.name();
            match groups.iter_mut().find(|group| group.0 == name) {
                Some(group) => group.1.push(&report.stack),
                None => groups.push((name, vec![&report.stack])),
            }
        }
        let groups: Vec<String> =
            groups.into_iter().map(|(status, stacks)| format!("{status}: {}", stacks.join(", "))).collect();
        let text = groups.join("; ");
        match status {
            ExitStatus::Failure => print::error(&text),
            ExitStatus::Success | ExitStatus::Changes => print::done("Done", &text),
        }
    }

    /// Writes what terraform said in a format for machines.
    ///
    /// # Errors
    /// Fails if nobody reads it.
    pub(crate) fn write_findings(&self, format: Format) -> anyhow::Result<()> {
        let of_stack = |stack: &StackReport| {
            let finding = |it: &TerraformDiagnostic| Finding::of_terraform(&stack.stack, it);
            stack.diagnostics.iter().map(finding).collect::<Vec<_>>()
        };
        format.write(&self.stacks.iter().flat_map(of_stack).collect::<Vec<_>>())
    }

    /// Writes the reports as JSON to standard output.
    ///
    /// # Errors
    /// Fails if nobody reads it.
    pub(crate) fn write_json(&self) -> anyhow::Result<()> {
        writeln!(anstream::stdout(), "{}", print::json(self)?)?;
        Ok(())
    }
}

/// `outputs a, b of stack network, which is not applied yet`.
pub(crate) fn needs(missing: &MissingOutputs) -> String {
    let verb = if missing.len() == 1 { "which is" } else { "which are" };
    format!("{}, {verb} not applied yet", outputs(missing))
}

/// `output a` or `outputs a, b`.
pub(crate) fn listed(outputs: &[String]) -> String {
    let what = if outputs.len() == 1 { "output" } else { "outputs" };
    format!("{what} {}", outputs.join(", "))
}

/// `outputs a, b of stack network and output c of stack data`.
pub(crate) fn outputs(missing: &MissingOutputs) -> String {
    let of_stack =
        |(stack, outputs): (&String, &Vec<String>)| format!("{} of stack {stack}", listed(outputs));
    missing.iter().map(of_stack).collect::<Vec<_>>().join(" and ")
}
