//! Mistakes that a stack collects, and exceptions from rules.

use std::fmt::Display;

use crate::syntax::address::identifier_hint;
use crate::{Diagnostic, Origin, Source, Stack, Waiver, is_identifier};

impl Stack {
    /// Excepts what is at an address, such as `aws_s3_bucket.site` or `var.token`, from a [`Rule`](crate::Rule): for
    /// objects that a module adds. Others carry their waiver themselves: [`Resource::waive`].
    #[track_caller]
    pub fn waive(&mut self, address: impl Display, rule: &str, reason: &str) {
        self.waivers.push((address.to_string(), Waiver::new(rule, reason, Source::here())));
    }

    /// Reports a mistake that the caller found: it fails the synthesis together with all others.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Begins a diagnostic about this stack.
    pub fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&*self.name, message)
    }

    /// Reports a name that Terraform does not take.
    pub(crate) fn check_name(&mut self, name: &str, what: &str, origin: Origin) {
        if !is_identifier(name) {
            let diagnostic = self.diagnostic(format!("Terraform refuses the name `{name}` for a {what}"));
            self.report(diagnostic.origin(origin).hint(identifier_hint(name)));
        }
    }

    pub(crate) fn name_taken(&mut self, address: String, first: Origin, second: Origin) {
        let diagnostic = self.diagnostic(format!("the name of {address} is taken"));
        let hint = if first.path == second.path {
            "give one of the two another name, or open a scope around it"
        } else {
            "names of scopes are joined with `_`: give one of the two another name, or say the whole name with `add_named`"
        };
        self.report(diagnostic.at(address).origin(second).origin(first).hint(hint));
    }
}
