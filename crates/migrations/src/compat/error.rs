//! Why the comparison cannot be made.

use std::path::PathBuf;

use formwork_core::Hint;
use thiserror::Error;

use crate::compat::answer::DatabaseError;
use crate::compat::release::ReleaseError;
use crate::compat::scratch::ScratchError;

/// Why a comparison cannot be made.
#[derive(Debug, Error)]
pub enum CompatError {
    /// There is no scratch server.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The URL is not one.
    #[error("this is not the URL of a PostgreSQL database")]
    Url(#[source] postgres::Error),
    /// The URL does not say that its server may be used up.
    #[error("the database `{database}` is not marked as scratch: its name must contain `scratch`")]
    NotScratch {
        /// The database that the URL names.
        database: String,
    },
    /// The server refuses something that it should not.
    #[error("PostgreSQL refuses: {}", DatabaseError::of(.0))]
    Database(#[from] postgres::Error),
    /// The queries of a release cannot be read.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A file with rows does not fit the deployed schema.
    #[error("{} does not fit the deployed schema: {message}{hint}", path.display())]
    Seed {
        /// The file.
        path: PathBuf,
        /// What PostgreSQL says.
        message: String,
        /// What to do about it.
        hint: Hint,
    },
    /// A migration that is deployed does not apply.
    #[error("{path}:{line}: the deployed migration does not apply: {message}")]
    Deployed {
        /// The file.
        path: String,
        /// The line of the statement.
        line: usize,
        /// What PostgreSQL says.
        message: String,
    },
}
