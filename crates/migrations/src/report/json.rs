//! For programs.

use serde::Serialize;

use crate::check::CheckedFile;
use crate::finding::{Class, FindingState, RuleId};
use crate::position::{excerpt, position};

#[derive(Serialize)]
struct Report<'a> {
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    sha256: &'a str,
    class: Class,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: RuleId,
    class: Class,
    line: usize,
    column: usize,
    statement: String,
    message: &'a str,
    why: &'a str,
    fix: &'a str,
    #[serde(flatten)]
    state: &'a FindingState,
}

/// All files, with and without findings, as JSON.
#[must_use]
pub fn json(files: &[CheckedFile]) -> String {
    let files = files.iter().map(|file| File {
        path: &file.path,
        sha256: &file.sha256,
        class: file.class,
        findings: file
            .findings
            .iter()
            .map(|checked| {
                let start = position(&file.text, checked.finding.span.start);
                Finding {
                    rule: checked.finding.rule,
                    class: checked.finding.class,
                    line: start.line,
                    column: start.column,
                    statement: excerpt(&file.text, checked.finding.span),
                    message: &checked.finding.message,
                    why: &checked.finding.why,
                    fix: &checked.finding.fix,
                    state: &checked.state,
                }
            })
            .collect(),
    });
    serde_json::to_string_pretty(&Report { files: files.collect() }).expect("text and numbers are JSON")
}
