//! Annotations of GitHub's workflows:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use formwork_core::escape::{annotation_property as property, annotation_text};

use crate::findings::{Finding, Level};

/// A line for each finding.
pub(super) fn annotations(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let command = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let place = finding.place.as_ref();
        let place = place.map(|it| format!("file={},line={},", property(&it.file), it.line));
        // Cannot fail: it writes into memory.
        let _ = writeln!(
            text,
            "::{command} {}title={}::{}",
            place.unwrap_or_default(),
            property(&finding.rule),
            annotation_text(&finding.text())
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Place;

    #[test]
    fn nothing_of_a_finding_begins_a_command_of_its_own() {
        let place = Some(Place { file: "src/a,b.rs".to_owned(), line: 7 });
        let finding = Finding { place, ..Finding::plain("x", "50 %\n::set-output name=a::b\r".to_owned()) };
        let text = annotations(&[finding]);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.starts_with("::error file=src/a%2Cb.rs,line=7,title=x::50 %25%0A::set-output"),
            "{text}"
        );
    }
}
