//! Why the log cannot be read or written.

use std::path::PathBuf;

use thiserror::Error;

/// Why a log cannot be read or written.
#[derive(Debug, Error)]
pub enum LogStoreError {
    /// The address makes no sense.
    #[error("`{address}` is not a place for a log: {why}")]
    Address {
        /// What was given, without a password.
        address: String,
        /// What is wrong.
        why: String,
    },
    /// A file cannot be read or written.
    #[error("cannot access {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What is there is not a log.
    #[error("what is kept there is not a log of migrations")]
    Form(#[source] serde_json::Error),
    /// A program is missing.
    #[error("cannot run {program}")]
    Program {
        /// The program.
        program: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A program failed.
    #[error("{command} failed: {output}")]
    Failed {
        /// The command line.
        command: String,
        /// What it wrote.
        output: String,
    },
    /// Others changed the object again and again.
    #[error("the object changed with every attempt to write it")]
    Busy,
}
