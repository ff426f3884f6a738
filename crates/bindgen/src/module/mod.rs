//! Typed wrappers of Terraform modules: what a module's folder declares, and the Rust that calls it.
//!
//! Variables become arguments and methods, outputs become methods of the reference. Descriptions are the documentation:
//! they are the text of whoever wrote the module. Not here: fetching modules, which is `terraform init`'s.

mod constraint;
mod declaration;
mod documentation;
mod interface;
mod json;
mod native;
mod objects;
mod origin;
mod sources;
mod wrapper;
mod wrappers;

use std::io;
use std::path::PathBuf;

use formwork_core::Hint;
use thiserror::Error;

pub use interface::{Configuration, Interface, Output, Variable};
pub use origin::{Origin, downloaded};
pub use wrapper::Wrapper;
pub use wrappers::{Wrappers, WrappersError};

/// Why a module cannot be read.
#[derive(Debug, Error)]
pub enum ModuleError {
    /// There is no such folder, or no module in it.
    #[error("{} {problem}{hint}", path.display())]
    NoModule {
        /// Where the module was looked for.
        path: PathBuf,
        /// What is the matter with it.
        problem: &'static str,
        /// The nearest right thing.
        hint: Hint,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not say what Terraform would accept.
    #[error("{location}: {problem}{hint}")]
    Invalid {
        /// Where it is.
        location: SourceLine,
        /// What is wrong there.
        problem: String,
        /// The nearest right thing.
        hint: Hint,
    },
}

/// A line of a file; JSON does not say which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: Option<usize>,
}

impl std::fmt::Display for SourceLine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        self.line.map_or(Ok(()), |line| write!(formatter, ":{line}"))
    }
}

impl SourceLine {
    /// Says what is wrong here.
    pub(crate) fn invalid(&self, problem: impl Into<String>) -> ModuleError {
        ModuleError::Invalid { location: self.clone(), problem: problem.into(), hint: Hint::none() }
    }

    /// Says what is wrong here, and what would be right.
    pub(crate) fn refused(&self, problem: impl Into<String>, suggestion: impl Into<String>) -> ModuleError {
        ModuleError::Invalid { location: self.clone(), problem: problem.into(), hint: Hint::new(suggestion) }
    }
}
