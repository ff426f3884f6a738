//! Why something could not be done with a stack.

use crate::Diagnostic;

/// What went wrong with one stack: terraform's errors, or one of ours.
#[derive(Debug)]
pub struct Failure {
    /// At least one error, and what terraform said beside it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// A failure of our own: a summary, and what there is to say about it on further lines.
    pub fn new(text: impl AsRef<str>) -> Self {
        Diagnostic::plain(text.as_ref()).into()
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: vec![diagnostic] }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::from(anyhow::Error::from(error))
    }
}
