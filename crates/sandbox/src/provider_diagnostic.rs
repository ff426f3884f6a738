//! What the simulated provider refuses, as Terraform shows it.

use formwork_schema::CatalogueError;

use crate::cloud::CloudError;
use crate::wire::DecodeError;
use crate::wire::{self, diagnostic::Severity};

/// Why something cannot be done: becomes a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProviderDiagnostic {
    /// What is wrong, in the words of the real provider or cloud where those are known.
    pub(crate) summary: String,
    /// More of it, and where the rule is from.
    pub(crate) detail: String,
    /// The argument, as a dotted path without indexes; empty for the whole.
    pub(crate) path: String,
    /// Whether it stops terraform.
    pub(crate) severity: Severity,
}

impl ProviderDiagnostic {
    /// A diagnostic of the whole.
    pub(crate) fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            detail: detail.into(),
            path: String::new(),
            severity: Severity::Error,
        }
    }

    /// A diagnostic of an argument.
    pub(crate) fn of(path: &str, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { path: path.to_owned(), ..Self::new(summary, detail) }
    }
}

impl From<ProviderDiagnostic> for wire::Diagnostic {
    fn from(diagnostic: ProviderDiagnostic) -> Self {
        use wire::attribute_path::{Step, step::Selector};
        // Which of several blocks is meant is not known, so that the path ends at the first name.
        let name = diagnostic.path.split('.').next().filter(|name| !name.is_empty());
        let attribute = name.map(|name| {
            let selector = Some(Selector::AttributeName(name.to_owned()));
            wire::AttributePath { steps: vec![Step { selector }] }
        });
        Self {
            severity: diagnostic.severity.into(),
            summary: diagnostic.summary,
            detail: diagnostic.detail,
            attribute,
        }
    }
}

impl From<CatalogueError> for ProviderDiagnostic {
    fn from(error: CatalogueError) -> Self {
        Self::new("the sandbox's catalogue is damaged", chain(&error))
    }
}

impl From<CloudError> for ProviderDiagnostic {
    fn from(error: CloudError) -> Self {
        Self::new("the sandbox could not keep what was done", chain(&error))
    }
}

impl From<DecodeError> for ProviderDiagnostic {
    fn from(error: DecodeError) -> Self {
        Self::new("the sandbox did not understand terraform", chain(&error))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
