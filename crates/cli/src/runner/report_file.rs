//! `--report FILE`: what became of every stack, for whoever reads it after the run: JSON, or JUnit's XML.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use formwork_core::{Hint, escape};
use formwork_synth::{Replacement, pretty, remove_file};
use formwork_terraform::{Summary, TerraformDiagnostic};
use serde::Serialize;

use crate::runner::{Report, StackReport, Status, report};
use crate::{ExitStatus, UsageError};

/// The version of the format of the JSON.
const FORMAT: u32 = 1;

/// Where a report goes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ReportArgs {
    /// Write what became of every stack to this file: JSON, or JUnit's XML if its name ends with `.xml`
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// The file, once it is clear that there can be one.
#[derive(Debug)]
pub(crate) struct ReportFile<'a> {
    path: Option<&'a Path>,
    verb: &'static str,
    begun: SystemTime,
}

/// How long a stack took, and after which others it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timing {
    /// When its turn came; not for a stack that had none.
    pub(crate) begun: Option<SystemTime>,
    /// How long it was worked on.
    pub(crate) worked: Duration,
    /// The stacks that came before it since it needs them, or they need it.
    pub(crate) waited_for: Vec<String>,
}

/// What is written as JSON.
#[derive(Serialize)]
struct Written<'a> {
    format_version: u32,
    verb: &'a str,
    exit_code: u8,
    /// Seconds since 1970.
    started: f64,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<&'a str>,
    stacks: Vec<WrittenStack<'a>>,
}

#[derive(Serialize)]
struct WrittenStack<'a> {
    stack: &'a str,
    #[serde(flatten)]
    status: &'a Status,
    counts: Counts,
    waited_for: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<f64>,
    seconds: f64,
    diagnostics: &'a [TerraformDiagnostic],
}

/// How much was planned or done.
#[derive(Serialize)]
struct Counts {
    #[serde(flatten)]
    changes: Summary,
    /// What has changed outside.
    drifted: usize,
}

/// What JUnit makes of a stack.
enum Verdict {
    Passed,
    Skipped(String),
    Failed(String),
}

impl ReportArgs {
    /// Takes away what an earlier run has written, so that nobody takes it for what this one did.
    ///
    /// # Errors
    /// A folder is wrong usage, and so is a file that cannot be replaced.
    pub(crate) fn begin(&self, verb: &'static str) -> Result<ReportFile<'_>, UsageError> {
        let path = self.report.as_deref();
        if let Some(path) = path {
            let shown = path.display();
            if path.is_dir() {
                let hint = Hint::new(format!(
                    "name a file in it: `--report {}`",
                    path.join("report.json").display()
                ));
                return Err(UsageError(format!("--report {shown} is a folder{hint}")));
            }
            remove_file(path)
                .map_err(|error| UsageError(format!("--report {shown} cannot be replaced: {error}")))?;
        }
        Ok(ReportFile { path, verb, begun: SystemTime::now() })
    }
}

impl ReportFile<'_> {
    /// Writes the report, under a temporary name first.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub(crate) fn write(&self, report: &Report, status: ExitStatus) -> anyhow::Result<()> {
        let Some(path) = self.path else { return Ok(()) };
        let is_xml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
        let bytes = if is_xml { self.junit(report).into_bytes() } else { self.json(report, status)? };
        let write = || {
            let mut replacement = Replacement::default();
            replacement.add(path.to_owned(), &bytes)?;
            replacement.finish()
        };
        write().with_context(|| format!("cannot write the report {}", path.display()))
    }

    fn json(&self, report: &Report, status: ExitStatus) -> anyhow::Result<Vec<u8>> {
        let none = Timing::default();
        let stacks = report.stacks.iter().map(|stack| {
            let timing = report.timings.get(&stack.stack).unwrap_or(&none);
            WrittenStack {
                stack: &stack.stack,
                status: &stack.status,
                counts: Counts { changes: stack.summary.unwrap_or_default(), drifted: drifted(stack) },
                waited_for: &timing.waited_for,
                started: timing.begun.map(seconds_since_1970),
                seconds: timing.worked.as_secs_f64(),
                diagnostics: &stack.diagnostics,
            }
        });
        Ok(pretty(&Written {
            format_version: FORMAT,
            verb: self.verb,
            exit_code: status.code(),
            started: seconds_since_1970(self.begun),
            seconds: self.elapsed(),
            sandbox: report.sandbox.as_deref(),
            stacks: stacks.collect(),
        })?)
    }

    /// What test reports are read as (<https://github.com/testmoapp/junitxml>): a stack is a test.
    fn junit(&self, report: &Report) -> String {
        let verdicts: Vec<Verdict> = report.stacks.iter().map(|stack| self.verdict(stack)).collect();
        let count = |is: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| is(verdict)).count();
        let numbers = format!(
            "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\"",
            verdicts.len(),
            count(|it| matches!(it, Verdict::Failed(_))),
            count(|it| matches!(it, Verdict::Skipped(_))),
            self.elapsed()
        );
        let verb = self.verb;
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"formwork {verb}\" {numbers}>\n  <testsuite name=\"{verb}\" {numbers}>\n"
        );
        for (stack, verdict) in report.stacks.iter().zip(verdicts) {
            let took = report.timings.get(&stack.stack).map_or(0.0, |timing| timing.worked.as_secs_f64());
            let name = escape::xml(&stack.stack);
            let _ = writeln!(
                out,
                "    <testcase classname=\"formwork.{verb}\" name=\"{name}\" time=\"{took:.3}\">"
            );
            let said: Vec<String> = stack.diagnostics.iter().map(ToString::to_string).collect();
            let said = escape::xml(&said.join("\n"));
            match verdict {
                Verdict::Passed => {}
                Verdict::Skipped(why) => {
                    let _ = writeln!(out, "      <skipped message=\"{}\"/>", escape::xml(&why));
                }
                Verdict::Failed(why) => {
                    let _ = writeln!(
                        out,
                        "      <failure message=\"{}\" type=\"{}\">{said}</failure>",
                        escape::xml(&why),
                        stack.status.name()
                    );
                }
            }
            let outcome = escape::xml(&outcome(stack));
            let _ = writeln!(out, "      <system-out>{outcome}</system-out>\n    </testcase>");
        }
        out.push_str("  </testsuite>\n</testsuites>\n");
        out
    }

    fn verdict(&self, stack: &StackReport) -> Verdict {
        let first_error = || {
            let error = stack.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
            error.map_or_else(|| stack.status.name().to_owned(), |error| error.summary.clone())
        };
        match &stack.status {
            Status::Skipped(other) => Verdict::Skipped(format!("it needs {other}")),
            Status::Stopped => Verdict::Skipped("not begun".to_owned()),
            // A plan, and a look for drift, are as good as they can be before the apply.
            Status::Deferred(missing) if matches!(self.verb, "plan" | "drift") => {
                Verdict::Skipped(format!("it needs {}", report::needs(missing)))
            }
            Status::Deferred(missing) => Verdict::Failed(format!("it needs {}", report::needs(missing))),
            Status::Drifted => Verdict::Failed("something has changed outside".to_owned()),
            status if status.is_good() => Verdict::Passed,
            _ => Verdict::Failed(first_error()),
        }
    }

    fn elapsed(&self) -> f64 {
        self.begun.elapsed().unwrap_or_default().as_secs_f64()
    }
}

/// The status and the counts, in a line.
fn outcome(stack: &StackReport) -> String {
    match stack.summary {
        Some(summary) => format!("{}: {summary}", stack.status.name()),
        None => stack.status.name().to_owned(),
    }
}

/// How much has changed outside.
fn drifted(stack: &StackReport) -> usize {
    let changes = stack.changes.as_ref().filter(|_| stack.status == Status::Drifted);
    changes.map_or(0, |changes| changes.drift.len() + changes.outputs.len())
}

fn seconds_since_1970(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
