//! What verbs have found, for machines: JSON, GitHub's annotations, SARIF. What people read goes to standard error,
//! whatever the format is.

mod github;
mod sarif;
mod source_path;

use std::io::Write;

use clap::ValueEnum;
use formwork_core::Diagnostic;
use formwork_core::secret::visible;
use formwork_terraform::TerraformDiagnostic;
use serde::Serialize;

use crate::{UsageError, print};

pub(crate) use self::source_path::SourcePath;

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, on standard error
    #[default]
    Human,
    /// As a list, on standard output
    Json,
    /// As annotations of GitHub's workflows, on standard output
    Github,
    /// As SARIF 2.1.0 for code scanning, on standard output
    Sarif,
}

/// The argument of the verbs that find something.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct FormatArgs {
    /// Print findings for machines too
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    Error,
    Warning,
}

/// One thing that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    /// What was broken: `guards/…`, `terraform`, `program`.
    pub(crate) rule: String,
    /// In one line or more, without a hint.
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// The stack and the address within it, as far as there are any: `dev / aws_sqs_queue.orders`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) subject: String,
    /// The place to look at.
    #[serde(flatten)]
    pub(crate) place: Option<Place>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// Relative to the root of the repository, where it is below that.
    pub(crate) file: String,
    /// Counted from 1.
    pub(crate) line: u32,
}

/// Fails if two things would be printed on standard output.
///
/// # Errors
/// To ask for both is wrong usage.
pub(crate) fn check_one_output(prints: bool, format: Format) -> Result<(), UsageError> {
    if prints && format != Format::Human {
        return Err(UsageError("--format can't be used together with --json or --markdown".to_owned()));
    }
    Ok(())
}

impl Finding {
    /// An error in a file as a whole.
    pub(crate) fn of_file(rule: &str, file: &str, message: String) -> Self {
        let place = Some(Place { file: SourcePath::of_repository(file), line: 1 });
        Self { place, ..Self::plain(rule, message) }
    }

    /// An error that is nowhere in particular.
    pub(crate) fn plain(rule: &str, message: String) -> Self {
        Self {
            level: Level::Error,
            rule: rule.to_owned(),
            message: visible(&message),
            hint: None,
            subject: String::new(),
            place: None,
        }
    }

    /// A mistake in the program, or what a guard found.
    pub(crate) fn of_program(diagnostic: &Diagnostic) -> Self {
        let rule = diagnostic.rule.map_or_else(|| "program".to_owned(), |rule| format!("guards/{rule}"));
        let subject = [
            Some(diagnostic.stack.as_str()).filter(|stack| !stack.is_empty()),
            diagnostic.address.as_deref(),
            diagnostic.argument.as_deref(),
        ];
        let places = diagnostic.sources.iter().map(|it| (it.file(), it.line()));
        Self {
            hint: diagnostic.hint.text().map(str::to_owned),
            subject: subject.into_iter().flatten().collect::<Vec<_>>().join(" / "),
            place: SourcePath::nearest(places),
            ..Self::plain(&rule, diagnostic.message.clone())
        }
    }

    /// What terraform said of a stack.
    pub(crate) fn of_terraform(stack: &str, diagnostic: &TerraformDiagnostic) -> Self {
        let message = match diagnostic.detail.trim() {
            "" => diagnostic.summary.clone(),
            detail => format!("{}\n{detail}", diagnostic.summary),
        };
        let subject: Vec<&str> = [Some(stack), diagnostic.subject()].into_iter().flatten().collect();
        let place = diagnostic.source.as_ref().map(|it| (it.file.as_str(), it.line));
        Self {
            level: if diagnostic.is_error() { Level::Error } else { Level::Warning },
            subject: visible(&subject.join(" / ")),
            place: SourcePath::nearest(place.into_iter()),
            ..Self::plain("terraform", message)
        }
    }

    /// The message with what it is about, and what to do, for where there are no fields for that.
    fn text(&self) -> String {
        let subject = if self.subject.is_empty() { String::new() } else { format!("\nin {}", self.subject) };
        let hint = self.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        format!("{}{subject}{hint}", self.message)
    }
}

impl Format {
    /// Prints findings on standard output, unless only people read them.
    ///
    /// # Errors
    /// Fails if nobody reads it.
    pub(crate) fn write(self, findings: &[Finding]) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        match self {
            Self::Human => {}
            Self::Json => writeln!(out, "{}", print::json(findings)?)?,
            Self::Github => out.write_all(github::annotations(findings).as_bytes())?,
            Self::Sarif => writeln!(out, "{}", print::json(&sarif::log(findings))?)?,
        }
        Ok(())
    }

    /// Prints mistakes of the program.
    ///
    /// # Errors
    /// Fails if nobody reads it.
    pub(crate) fn write_program(self, diagnostics: &[Diagnostic]) -> anyhow::Result<()> {
        self.write(&diagnostics.iter().map(Finding::of_program).collect::<Vec<_>>())
    }
}
