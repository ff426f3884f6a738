//! For programs.

use serde::Serialize;

use crate::check::CheckedFile;
use crate::finding::{Class, FindingState, RuleId};
use crate::position::excerpt;

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
    end_line: usize,
    end_column: usize,
    statement: String,
    message: &'a str,
    why: &'a str,
    fix: &'a str,
    /// Files of SQL that an editor can put in its place, each applied by itself.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fix_files: &'a [String],
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
                let start = file.position(checked.finding.span.start);
                let end = file.position(checked.finding.span.end);
                Finding {
                    rule: checked.finding.rule,
                    class: checked.finding.class,
                    line: start.line,
                    column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                    statement: excerpt(&file.text, checked.finding.span),
                    message: &checked.finding.message,
                    why: &checked.finding.why,
                    fix: &checked.finding.fix,
                    fix_files: &checked.finding.files,
                    state: &checked.state,
                }
            })
            .collect(),
    });
    serde_json::to_string_pretty(&Report { files: files.collect() }).expect("text and numbers are JSON")
}
