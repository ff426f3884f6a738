//! For GitHub Actions: workflow commands that become annotations on the pull request's lines.

use crate::check::{CheckedFile, findings};
use crate::finding::FindingState;

/// One annotation for each finding; those that a waiver or an approval lets pass are notices.
#[must_use]
pub fn github(files: &[CheckedFile]) -> String {
    let mut output = String::new();
    for (file, checked) in findings(files) {
        let found = &checked.finding;
        let command = match checked.state {
            FindingState::Open => "error",
            FindingState::Advice => "notice",
            FindingState::Waived { .. } | FindingState::Approved { .. } => "notice",
        };
        let (start, end) = (file.position(found.span.start), file.position(found.span.end));
        output.push_str(&format!(
            "::{command} file={},line={},endLine={},col={},title={}::{}\n",
            property(file.path.trim_start_matches("./")),
            start.line,
            end.line,
            start.column,
            property(&format!("{} {}", found.class, found.rule)),
            data(&format!("{}\n{}\n{}", found.message, found.why, found.fix)),
        ));
    }
    output
}

/// Escapes the text of a workflow command (`actions/toolkit`, `command.ts`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
