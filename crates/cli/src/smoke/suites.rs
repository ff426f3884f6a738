//! The files of smoke tests that a command is about.

use std::path::PathBuf;

use formwork_core::Hint;
use formwork_release::smoke::Suite;

use crate::UsageError;

/// The suites in these files, or in all files of the folder `smoke`.
///
/// # Errors
/// Fails for a file that is no suite. No file at all is wrong usage.
pub(super) fn suites(files: &[PathBuf]) -> anyhow::Result<Vec<Suite>> {
    let mut files = files.to_vec();
    if files.is_empty() {
        files = glob::glob("smoke/*.toml")?.collect::<Result<_, _>>()?;
        if files.is_empty() {
            let hint = Hint::new("name the files");
            let message = format!("there are no smoke tests: no `smoke/*.toml` here{hint}");
            return Err(UsageError(message).into());
        }
    }
    Ok(files.iter().map(|file| Suite::read(file)).collect::<Result<_, _>>()?)
}
