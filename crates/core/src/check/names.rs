//! Texts of the `terraform` block that are no arguments of a block: names, sources and versions.

use crate::block::text;
use crate::{Diagnostic, Stack, is_identifier};

/// Reports names that Terraform refuses, and expressions where it reads text as it is.
pub(crate) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut report = |address: String, argument: &str, text: &str| {
        if text::has_fence(text) {
            let diagnostic = stack.diagnostic(text::NOT_HERE).at(address).argument(argument);
            diagnostics.push(diagnostic.source(stack.source));
        }
    };
    if let Some(version) = &stack.required_version {
        report("terraform".to_owned(), "required_version", version);
    }
    for (name, required) in &stack.required_providers {
        let address = format!("provider.{name}");
        report(address.clone(), "source", &required.source);
        report(address, "version", &required.version);
    }
    for name in stack.required_providers.keys().filter(|name| !is_identifier(name)) {
        let diagnostic = stack.diagnostic(format!("Terraform refuses the name `{name}` for a provider"));
        let diagnostic = diagnostic.at("terraform").argument("required_providers").source(stack.source);
        diagnostics.push(diagnostic.hint(crate::syntax::address::identifier_hint(name)));
    }
    diagnostics
}
