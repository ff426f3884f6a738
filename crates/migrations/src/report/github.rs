//! For GitHub Actions: workflow commands that become annotations on the pull request's lines.

use formwork_core::escape::{annotation_property as property, annotation_text};

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
            annotation_text(&format!("{}\n{}\n{}", found.message, found.why, found.fix)),
        ));
    }
    output
}
