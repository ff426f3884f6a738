//! `migrations log`: what was deployed when.

use std::path::Path;

use anyhow::Context;
use formwork_migrations::Log;

use crate::cli::UsageError;

/// Reads a log from a file.
pub(super) fn read_log(path: &Path) -> anyhow::Result<Log> {
    if !path.exists() {
        return Err(UsageError(format!("there is no log {}", path.display())).into());
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a log of migrations", path.display()))
}
