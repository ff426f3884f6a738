//! Environments on GitHub that jobs deploy to.

use serde::Serialize;

use crate::Text;

/// An environment on GitHub: it has the reviewers, the branches that may deploy, the role's ARN and the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Environment {
    pub(crate) name: Text,
    pub(crate) url: Option<Text>,
}

impl Environment {
    /// An environment by its name.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        Self { name: name.into(), url: None }
    }

    /// Shows where it can be seen.
    #[must_use]
    pub fn url(mut self, url: impl Into<Text>) -> Self {
        self.url = Some(url.into());
        self
    }
}
