//! What a project decided: who owns which table, who approved what, and which findings it lives with.
//!
//! One file per policy file. May import: `name`, `log`, `finding` and `timestamp`.

mod approvals;
mod ownership;
mod waivers;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

pub(crate) use approvals::ends_with_path;
pub use approvals::{Approval, Approvals};
pub use ownership::{Owner, Ownership, Service, Shared};
pub use waivers::{Waiver, Waivers};

use crate::log::DeploymentLog;

/// What a check is made with.
#[derive(Debug, Default)]
pub struct Policy {
    /// Who owns which table.
    pub ownership: Ownership,
    /// Who approved what.
    pub approvals: Approvals,
    /// What may stay.
    pub waivers: Waivers,
    /// What is deployed.
    pub log: DeploymentLog,
    /// Labels of the pull request.
    pub labels: Vec<String>,
    /// The newest version that is deployed, where no log says so.
    pub deployed: Option<u64>,
    /// The version that golang-migrate left dirty.
    pub dirty: Option<u64>,
    /// Files that were added since what is deployed, by their paths: where no log says which file a version was.
    pub new_files: Vec<String>,
    /// The version of PostgreSQL that runs the migrations, if somebody says which.
    pub postgres: Option<u32>,
}

/// What is wrong with a policy file.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not TOML of the right form.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

/// Reads a policy file. A file that is not there is an empty one.
///
/// # Errors
/// Fails if the file cannot be read or is not of the form.
pub fn load<T: DeserializeOwned + Default>(path: &Path) -> Result<T, PolicyError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(T::default()),
        Err(source) => return Err(PolicyError::Read { path: path.to_owned(), source }),
    };
    toml::from_str(&text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        PolicyError::Form {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: error.message().to_owned(),
        }
    })
}
