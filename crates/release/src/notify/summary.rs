//! The summary of a GitHub job.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Appends Markdown to the file that `GITHUB_STEP_SUMMARY` names; other steps of a job have written to it before.
///
/// # Errors
/// Fails if it cannot be written.
pub fn append_summary(file: &Path, markdown: &str) -> std::io::Result<()> {
    // One write: what another process appends at the same time stands before or behind it.
    OpenOptions::new().append(true).create(true).open(file)?.write_all(format!("{markdown}\n").as_bytes())
}
