//! Texts of the `terraform` block that are no arguments of a block: names, sources and versions.

use crate::block::text;
use crate::constructs::backend::nearest_argument;
use crate::syntax::fence_marks::has_fence;
use crate::{Diagnostic, Stack, is_identifier};

/// Reports names that Terraform refuses, and expressions where it reads text as it is.
pub(crate) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut report = |address: String, argument: &str, text: &str| {
        if has_fence(text) {
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
    if let Some(backend) = &stack.backend {
        // What no version has is not known here; what is misspelt is.
        for entry in backend.block().entries() {
            let Some(near) = nearest_argument(backend.kind(), &entry.name) else { continue };
            let message = format!("the backend `{}` has no argument `{}`", backend.kind(), entry.name);
            let path = format!("backend.{}", entry.name);
            let diagnostic = stack.diagnostic(message).at("terraform").argument(path).source(entry.source);
            diagnostics.push(diagnostic.hint(format!("did you mean `{near}`?")));
        }
    }
    for name in stack.required_providers.keys().filter(|name| !is_identifier(name)) {
        let diagnostic = stack.diagnostic(format!("Terraform refuses the name `{name}` for a provider"));
        let diagnostic = diagnostic.at("terraform").argument("required_providers").source(stack.source);
        diagnostics.push(diagnostic.hint(crate::syntax::address::identifier_hint(name)));
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use crate::backend::S3;
    use crate::{App, Backend, Expr};

    fn messages(backend: impl Into<Backend>) -> Vec<String> {
        let mut app = App::new();
        app.stack("dev").backend(backend);
        app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn arguments_of_backends_are_spelt_right() {
        let said = "the backend `s3` has no argument `kms_key`";
        assert_eq!(messages(S3::new("b", "k").set("kms_key", "x")), [said]);
        assert_eq!(messages(S3::new("b", "k").set("newest_argument_of_all", "x").encrypt(true)), [""; 0]);
    }

    #[test]
    fn text_that_is_read_as_it_is_takes_no_expression() {
        let mut app = App::new();
        let stack = app.stack("dev");
        let x = Expr::<String>::raw("terraform.workspace");
        stack.require_terraform(&format!(">= {x}"));
        stack.require_provider("aws", "hashicorp/aws", &format!("{x}"));
        let messages: Vec<String> = app.finish().diagnostics.into_iter().map(|it| it.message).collect();
        assert_eq!(messages, [crate::block::text::NOT_HERE; 2]);
    }
}
