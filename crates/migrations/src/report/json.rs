//! For programs.

use serde::Serialize;

use crate::check::{CheckedFile, State};
use crate::finding::Class;
use crate::report::{position, statement};

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
    rule: &'a str,
    class: Class,
    line: usize,
    column: usize,
    statement: String,
    message: &'a str,
    why: &'a str,
    fix: &'a str,
    #[serde(flatten)]
    state: &'a State,
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
            .map(|judged| {
                let place = position(&file.text, judged.finding.span.start);
                Finding {
                    rule: &judged.finding.rule,
                    class: judged.finding.class,
                    line: place.line,
                    column: place.column,
                    statement: statement(&file.text, judged.finding.span),
                    message: &judged.finding.message,
                    why: &judged.finding.why,
                    fix: &judged.finding.fix,
                    state: &judged.state,
                }
            })
            .collect(),
    });
    serde_json::to_string_pretty(&Report { files: files.collect() }).expect("text and numbers are JSON")
}
