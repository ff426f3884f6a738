//! What terraform says is wrong, and what we make of the things that have a remedy.

use std::collections::BTreeMap;
use std::fmt;

use formwork_core::secret::{visible, visible_line};
use serde::{Deserialize, Serialize};

use crate::masking::Secrets;

/// An error or a warning of terraform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TerraformDiagnostic {
    /// Whether it is an error.
    pub severity: Severity,
    /// In one line.
    pub summary: String,
    /// The rest; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The address of the resource that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The line of the program that made what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
    /// The lines of the document that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// An excerpt of the document with values in it: read for what it says of other stacks, and not passed on.
    #[serde(default, skip_serializing)]
    snippet: Option<Snippet>,
}

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Terraform did not do what it was asked for.
    Error,
    /// Terraform goes on.
    Warning,
}

/// A line of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// The file as the compiler names it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The file, relative to the stack's folder.
    pub filename: String,
    /// Where it begins.
    pub start: Position,
}

/// A position in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Snippet {
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    code: String,
    /// Where in the code the mistake begins, in bytes.
    #[serde(default)]
    highlight_start_offset: usize,
    /// What terraform names of the values in it.
    #[serde(default)]
    values: Vec<SnippetValue>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct SnippetValue {
    traversal: String,
}

/// What the state of another stack is called in a document.
const STATE: &str = "data.terraform_remote_state.";

/// Outputs of other stacks that are not there yet, by stack. An empty list stands for all outputs of a stack that
/// has no state.
pub type MissingOutputs = BTreeMap<String, Vec<String>>;

impl TerraformDiagnostic {
    /// An error that was not reported as JSON.
    pub fn plain(text: &str) -> Self {
        let mut lines = text.trim().splitn(2, '\n');
        let summary = lines.next().unwrap_or_default();
        Self {
            severity: Severity::Error,
            summary: summary.strip_prefix("Error: ").unwrap_or(summary).to_owned(),
            detail: lines.next().unwrap_or_default().trim().to_owned(),
            address: None,
            source: None,
            range: None,
            snippet: None,
        }
    }

    /// A warning of our own, in one line.
    #[must_use]
    pub fn warning(text: &str) -> Self {
        Self { severity: Severity::Warning, ..Self::plain(text) }
    }

    /// Says below the details what to do.
    pub fn hint(&mut self, text: &str) {
        if !self.detail.is_empty() {
            self.detail.push('\n');
        }
        self.detail.push_str("hint: ");
        self.detail.push_str(text);
    }

    /// Makes it say why there is no preview of a stack: terraform has to know what nobody knows yet.
    pub fn explain_missing_preview(&mut self) {
        self.severity = Severity::Warning;
        self.summary = format!("no preview until that is applied: {}", self.summary);
        self.detail.clear();
    }

    /// Takes secrets out of it.
    pub(crate) fn hide(&mut self, secrets: &Secrets) {
        self.summary = secrets.hidden(&self.summary);
        self.detail = secrets.hidden(&self.detail);
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The thing that it is about, as far as terraform says.
    pub fn subject(&self) -> Option<&str> {
        let context = self.snippet.as_ref().and_then(|snippet| snippet.context.as_deref());
        self.address.as_deref().or(context)
    }

    /// Whether it says no more than that terraform was told to stop.
    pub fn is_cancellation(&self) -> bool {
        const WORDS: [&str; 5] = [
            "execution halted",
            "operation canceled",
            "context canceled",
            "code = Canceled",
            "signal: interrupt",
        ];
        WORDS.iter().any(|words| self.summary.contains(words) || self.detail.contains(words))
    }

    /// Whether the folder has to be initialized (again) first.
    pub fn asks_for_initialization(&self) -> bool {
        const SUMMARIES: [&str; 8] = [
            "Backend initialization required",
            "Inconsistent dependency lock file",
            "Required plugins are not installed",
            "Missing required provider",
            "Module not installed",
            "Module source has changed",
            "Module version requirements have changed",
            "Initial configuration of the requested backend",
        ];
        // In the detail too: what was not reported as JSON has the command line for a summary.
        let says = |summary: &str| self.summary.starts_with(summary) || self.detail.contains(summary);
        self.is_error() && SUMMARIES.into_iter().any(says)
    }

    /// The output of another stack that is missing, if that is what is wrong: its stack, and its name unless the
    /// stack has no state at all.
    fn missing_output(&self) -> Option<(String, Option<String>)> {
        match self.summary.as_str() {
            "Unable to find remote state" => {
                let stack = self.address.as_deref()?.strip_prefix(STATE)?;
                Some((stack.to_owned(), None))
            }
            "Unsupported attribute" => {
                let name = self.detail.split('"').nth(1)?;
                let snippet = self.snippet.as_ref()?;
                let stacks = readers_of(&snippet.code, name);
                let named = snippet.values.iter().find_map(|value| outputs_of(&value.traversal));
                let stack = match (&stacks[..], named) {
                    ([stack], _) => *stack,
                    // Two stacks have an output of the name: terraform says whose it means.
                    (_, Some(stack)) => stack,
                    // Or by the place, unless the code has quotes in it, which are two characters here and one there.
                    _ => {
                        let before = snippet.code.get(..snippet.highlight_start_offset)?;
                        outputs_of(before.get(before.rfind(STATE)?..)?)?
                    }
                };
                formwork_core::is_identifier(stack).then(|| (stack.to_owned(), Some(name.to_owned())))
            }
            _ => None,
        }
    }
}

/// The stack whose outputs an expression is.
fn outputs_of(expression: &str) -> Option<&str> {
    expression.strip_prefix(STATE)?.strip_suffix(".outputs")
}

/// The stacks of which some code reads an output of this name, each once.
fn readers_of<'a>(code: &'a str, output: &str) -> Vec<&'a str> {
    let mut stacks = Vec::new();
    for (_, rest) in code.match_indices(STATE).map(|(start, _)| code.split_at(start + STATE.len())) {
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        let Some((stack, rest)) = rest.split_once(".outputs.") else { continue };
        let read = rest.split(|letter| !is_name(letter)).next();
        if read == Some(output) && stack.chars().all(is_name) && !stacks.contains(&stack) {
            stacks.push(stack);
        }
    }
    stacks
}

/// The outputs that are missing, if nothing else is wrong.
pub fn missing_outputs(diagnostics: &[TerraformDiagnostic]) -> Option<MissingOutputs> {
    let mut missing = MissingOutputs::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        let (stack, output) = diagnostic.missing_output()?;
        let outputs = missing.entry(stack).or_default();
        outputs.extend(output);
        outputs.sort();
        outputs.dedup();
    }
    (!missing.is_empty()).then_some(missing)
}

/// `address: summary`, the details below, and the place in the document.
impl fmt::Display for TerraformDiagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(subject) = self.subject() {
            write!(formatter, "{}: ", visible_line(subject))?;
        }
        formatter.write_str(&visible_line(&self.summary))?;
        for line in self.detail.trim_end().split('\n').filter(|_| !self.detail.trim_end().is_empty()) {
            write!(formatter, "\n  {}", visible(line.strip_suffix('\r').unwrap_or(line)))?;
        }
        if let Some(source) = &self.source {
            write!(formatter, "\n  --> {}:{}", source.file, source.line)?;
        }
        if let Some(range) = &self.range {
            write!(formatter, "\n  --> {}:{}", range.filename, range.start.line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unsupported(object: &str, attribute: &str) -> TerraformDiagnostic {
        serde_json::from_value(json!({
            "severity": "error",
            "summary": "Unsupported attribute",
            "detail": format!("This object does not have an attribute named \"{attribute}\"."),
            "snippet": {
                "context": "resource.terraform_data.a",
                "code": format!("\"input\": \"${{x}}-${{{object}.{attribute}}}\""),
                "highlight_start_offset": 17 + object.len(),
            },
        }))
        .unwrap()
    }

    #[test]
    fn missing_outputs_are_told_from_other_mistakes() {
        let vpc = unsupported("data.terraform_remote_state.network.outputs", "vpc_id");
        let found = missing_outputs(std::slice::from_ref(&vpc)).unwrap();
        assert_eq!(found, MissingOutputs::from([("network".to_owned(), vec!["vpc_id".to_owned()])]));
        let other = unsupported("local.settings", "colour");
        assert_eq!(missing_outputs(&[vpc, other]), None);
        assert_eq!(missing_outputs(&[]), None);
    }

    #[test]
    fn quotes_in_the_code_hide_no_output() {
        let diagnostic: TerraformDiagnostic = serde_json::from_value(json!({
            "severity": "error",
            "summary": "Unsupported attribute",
            "detail": "This object does not have an attribute named \"port\".",
            "snippet": {
                "context": "resource.terraform_data.a",
                "code": r#""input": "${coalesce(data.terraform_remote_state.b.outputs.ports, \"none\")}:${data.terraform_remote_state.a.outputs.port}""#,
                "highlight_start_offset": 80,
            },
        }))
        .unwrap();
        let found = missing_outputs(&[diagnostic]).unwrap();
        assert_eq!(found, MissingOutputs::from([("a".to_owned(), vec!["port".to_owned()])]));
    }

    #[test]
    fn of_two_outputs_with_one_name_terraform_says_which_it_means() {
        let code = r#""input": "${coalesce(data.terraform_remote_state.a.outputs.first, \"none\")},${data.terraform_remote_state.b.outputs.first}""#;
        let of = |stack: &str| -> TerraformDiagnostic {
            serde_json::from_value(json!({
                "severity": "error",
                "summary": "Unsupported attribute",
                "detail": "This object does not have an attribute named \"first\".",
                "snippet": {
                    "context": "resource.terraform_data.a",
                    "code": code,
                    // As terraform counts, to which a quote is one character.
                    "highlight_start_offset": 100,
                    "values": [{
                        "traversal": format!("data.terraform_remote_state.{stack}.outputs"), "statement": "is object with no attributes",
                    }],
                },
            }))
            .unwrap()
        };
        let found = missing_outputs(&[of("a"), of("b")]).unwrap();
        let first = || vec!["first".to_owned()];
        assert_eq!(found, MissingOutputs::from([("a".to_owned(), first()), ("b".to_owned(), first())]));
    }

    #[test]
    fn a_diagnostic_names_its_subject_and_place() {
        let mut diagnostic = unsupported("local.a", "x");
        diagnostic.range = Some(Range { filename: "main.tf.json".to_owned(), start: Position { line: 7 } });
        assert_eq!(
            diagnostic.to_string(),
            "resource.terraform_data.a: Unsupported attribute\n  This object does not have an attribute named \"x\".\n  --> main.tf.json:7"
        );
    }
}
