//! A file with what was found in it.

use crate::finding::{Class, Finding, FindingState};
use crate::position::{Position, position_in};

/// A finding and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFinding {
    /// The finding.
    pub finding: Finding,
    /// What became of it.
    pub state: FindingState,
}

/// A file that was checked.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// The path.
    pub path: String,
    /// The text, for excerpts.
    pub text: String,
    /// The worst class of its findings.
    pub class: Class,
    /// The findings, from the top of the file.
    pub findings: Vec<CheckedFinding>,
    /// The content's SHA-256.
    pub sha256: String,
    /// Where its lines begin.
    pub(crate) line_starts: Vec<usize>,
}

impl CheckedFile {
    /// Where a byte of the file is.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        position_in(&self.text, &self.line_starts, byte.min(self.text.len()))
    }

    /// Findings that fail the check.
    pub fn open(&self) -> impl Iterator<Item = &CheckedFinding> {
        self.findings.iter().filter(|checked| checked.state == FindingState::Open)
    }
}

/// Every finding with its file.
pub(crate) fn findings(files: &[CheckedFile]) -> impl Iterator<Item = (&CheckedFile, &CheckedFinding)> {
    files.iter().flat_map(|file| file.findings.iter().map(move |checked| (file, checked)))
}
