//! For programs.

use serde::Serialize;

use crate::check::CheckedFile;
use crate::finding::{Class, FindingState, QuickFix, RuleId, TableLock};
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
    /// The safe way as files of SQL, each applied by itself.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fix_files: &'a [String],
    /// The lock on a table that was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<Lock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_fix: Option<Edit<'a>>,
    #[serde(flatten)]
    state: &'a FindingState,
}

#[derive(Serialize)]
struct Lock<'a> {
    mode: &'static str,
    table: String,
    who_waits: &'a str,
}

/// What an editor replaces, and the migrations that it writes behind this one.
#[derive(Serialize)]
struct Edit<'a> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
    new_files: &'a [String],
}

fn lock(lock: &TableLock) -> Lock<'_> {
    Lock { mode: lock.mode.as_sql(), table: lock.table.to_string(), who_waits: lock.mode.who_waits() }
}

fn edit<'a>(file: &CheckedFile, fix: &'a QuickFix) -> Edit<'a> {
    let (start, end) = (file.position(fix.span.start), file.position(fix.span.end));
    Edit {
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text: &fix.text,
        new_files: &fix.new_files,
    }
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
                    lock: checked.finding.lock.as_ref().map(lock),
                    quick_fix: checked.finding.quick_fix.as_ref().map(|fix| edit(file, fix)),
                    state: &checked.state,
                }
            })
            .collect(),
    });
    serde_json::to_string_pretty(&Report { files: files.collect() }).expect("text and numbers are JSON")
}
