//! The diagnostics of a review.

use std::fmt::{self, Display};

use formwork_core::Hint;

/// Something wrong in a workflow: what, where, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The repository, the file and the job.
    pub location: String,
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub hint: Hint,
}

impl Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n  in {}{}", self.message, self.location, self.hint)
    }
}
