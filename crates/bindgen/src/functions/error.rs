//! What can be wrong with the facts about functions.

use thiserror::Error;

/// What is wrong with what Terraform says about its functions, or with the facts.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FunctionsError {
    /// The text is not JSON.
    #[error("the metadata of functions is not JSON")]
    Json(#[from] serde_json::Error),
    /// The JSON has another shape than format version 1 of the metadata.
    #[error("the metadata of functions lacks {what}")]
    Shape {
        /// What is missing or of another kind.
        what: String,
    },
    /// A line of the facts cannot be read.
    #[error("`{line}` is not the signature of a function")]
    Line {
        /// The line.
        line: String,
    },
    /// A refinement is about a function that the facts do not have, or takes another number of arguments.
    #[error("the refinement `{line}` does not fit the facts")]
    Refinement {
        /// The refined signature.
        line: String,
    },
}
