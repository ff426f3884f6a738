//! Why smoke tests cannot be run.

use formwork_core::Hint;

/// What is wrong with a file of smoke tests, or with what it was given.
#[derive(Debug, thiserror::Error)]
pub enum SmokeError {
    /// The file cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not say what a suite is.
    #[error("{file}:{line}: {reason}{hint}")]
    Invalid {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
        /// What to write instead.
        hint: Hint,
    },
    /// A variable has no value.
    #[error("{file}: variable `{name}` has no value{hint}")]
    MissingValue {
        /// The file.
        file: String,
        /// The variable.
        name: String,
        /// How to give it one.
        hint: Hint,
    },
    /// A value is for no variable.
    #[error("{reason}{hint}")]
    InvalidInput {
        /// What is wrong.
        reason: String,
        /// What is right.
        hint: Hint,
    },
}
