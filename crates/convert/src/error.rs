//! Why something cannot be converted.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use formwork_core::Hint;
use thiserror::Error;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<Path>,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

impl Place {
    /// Says what is wrong here.
    pub(crate) fn refused(&self, problem: impl Into<String>) -> ConvertError {
        ConvertError::Refused { place: self.clone(), problem: problem.into(), hint: Hint::none() }
    }

    /// Says what is wrong here, and what would be right.
    pub(crate) fn refused_with(&self, problem: impl Into<String>, hint: Hint) -> ConvertError {
        ConvertError::Refused { place: self.clone(), problem: problem.into(), hint }
    }
}

/// Why something cannot be converted.
#[derive(Debug, Error)]
pub enum ConvertError {
    /// Terraform would refuse it, or nothing stands for it.
    #[error("{place}: {problem}{hint}")]
    Refused {
        /// Where it is.
        place: Place,
        /// What is wrong there.
        problem: String,
        /// The nearest right thing.
        hint: Hint,
    },
    /// There is nothing to convert.
    #[error("{} {problem}{hint}", path.display())]
    NotThere {
        /// Where it was looked for.
        path: PathBuf,
        /// What is the matter with it.
        problem: String,
        /// The nearest right thing.
        hint: Hint,
    },
    /// Nothing can be made of a state.
    #[error("{}: {problem}{hint}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is the matter, with the address of the resource.
        problem: String,
        /// The nearest right thing.
        hint: Hint,
    },
    /// A file or folder cannot be read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A catalogue is damaged.
    #[error("the catalogue cannot be read")]
    Catalogue(#[from] formwork_schema::CatalogueError),
    /// Bindings cannot be generated.
    #[error("bindings cannot be generated")]
    Bindings(#[from] formwork_bindgen::BindingsError),
}

impl ConvertError {
    /// What is wrong, without where.
    pub(crate) fn problem(&self) -> String {
        match self {
            Self::Refused { problem, .. } => problem.clone(),
            other => other.to_string(),
        }
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::File { verb: "read", path: path.to_owned(), source }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::File { verb: "write", path: path.to_owned(), source }
    }
}
