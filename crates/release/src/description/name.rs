//! Names in AWS: given in the program, or read from an output of the stack.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What something is called in AWS: known here, or an output of the stack that only Terraform can tell.
///
/// Outputs are read when a release needs them: from `--output NAME=VALUE`, or from the state of the stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Name {
    /// The name itself.
    Literal(String),
    /// The output that holds it.
    Output {
        /// The output's name.
        output: String,
    },
}

impl Name {
    /// A name that is an output of the stack.
    pub fn output(name: impl Into<String>) -> Self {
        Self::Output { output: name.into() }
    }

    /// The name, where outputs are what `outputs` gives for their names.
    ///
    /// # Errors
    /// Fails with the name of the output that has no value.
    pub fn resolve(&self, outputs: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        match self {
            Self::Literal(name) => Ok(name.clone()),
            Self::Output { output } => outputs(output).ok_or_else(|| output.clone()),
        }
    }

    /// The output that holds it, if one does.
    #[must_use]
    pub fn as_output(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Output { output } => Some(output),
        }
    }

    /// Whether it is empty, which names nothing.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Literal(name) | Self::Output { output: name } => name.is_empty(),
        }
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        Self::Literal(name.to_owned())
    }
}

impl From<String> for Name {
    fn from(name: String) -> Self {
        Self::Literal(name)
    }
}
