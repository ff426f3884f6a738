//! Why something could not be done with a stack.

use crate::TerraformDiagnostic;

/// What went wrong with one stack: terraform's errors, or one of ours.
#[derive(Debug)]
pub struct StackError {
    /// At least one error, and what terraform said beside it.
    pub diagnostics: Vec<TerraformDiagnostic>,
}

impl StackError {
    /// A failure of our own: a summary, and what there is to say about it on further lines.
    pub fn new(text: impl AsRef<str>) -> Self {
        TerraformDiagnostic::plain(text.as_ref()).into()
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, text: impl AsRef<str>) -> Self {
        if let Some(last) = self.diagnostics.last_mut() {
            last.hint(text.as_ref());
        }
        self
    }
}

impl From<TerraformDiagnostic> for StackError {
    fn from(diagnostic: TerraformDiagnostic) -> Self {
        Self { diagnostics: vec![diagnostic] }
    }
}

impl From<anyhow::Error> for StackError {
    fn from(error: anyhow::Error) -> Self {
        Self::new(format!("{error:#}"))
    }
}

impl From<std::io::Error> for StackError {
    fn from(error: std::io::Error) -> Self {
        Self::from(anyhow::Error::from(error))
    }
}
