//! Functions of providers that a block calls, and whether there are such.

use std::fmt::Display;

use formwork_core::{Diagnostic, Origin, Source, Stack, nearest, references};

use crate::check::reading::TextPosition;
use crate::{Catalogue, CatalogueError};

/// What all names of functions of providers begin with.
const PREFIX: &str = "provider::";

/// A call of a function of a provider.
pub(crate) struct Call<'a> {
    /// The provider's local name.
    pub(crate) provider: &'a str,
    function: &'a str,
    argument: String,
    source: Source,
    object: Origin,
}

/// Collects the calls in a text.
pub(crate) fn in_text<'a>(
    text: &'a str,
    position: TextPosition<'_>,
    object: Origin,
    calls: &mut Vec<Call<'a>>,
) {
    // Hardly any text calls one.
    if !text.contains(PREFIX) {
        return;
    }
    references::calls_in_template(text, &mut |name| {
        let called = name.strip_prefix(PREFIX).and_then(|name| name.split_once("::"));
        if let Some((provider, function)) = called {
            let argument = position.path.to_string();
            calls.push(Call { provider, function, argument, source: position.source, object });
        }
    });
}

impl Call<'_> {
    /// What is wrong with the call if the provider is one that the stack does not require.
    pub(crate) fn unknown_provider(&self, stack: &Stack, address: &dyn Display) -> Diagnostic {
        let Self { provider, function, .. } = self;
        let message =
            format!("`{PREFIX}{provider}::{function}` is of a provider that the stack does not require");
        let required = stack.required_providers().map(|(name, _)| name);
        let hint = match nearest(provider, required) {
            Some(near) => format!("did you mean `{PREFIX}{near}::{function}`?"),
            None => format!("require it: `stack.require_provider(\"{provider}\", …)`"),
        };
        self.diagnostic(stack, address, message).hint(hint)
    }

    /// What is wrong with the call for a catalogue of the provider.
    pub(crate) fn check(
        &self,
        stack: &Stack,
        address: &dyn Display,
        catalogue: &Catalogue,
    ) -> Result<Option<Diagnostic>, CatalogueError> {
        let function = self.function;
        if catalogue.function(function)?.is_some() {
            return Ok(None);
        }
        let message = format!("{} has no function `{function}`", catalogue.source());
        let diagnostic = self.diagnostic(stack, address, message);
        Ok(Some(match nearest(function, catalogue.function_names()) {
            Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
            None => diagnostic,
        }))
    }

    fn diagnostic(&self, stack: &Stack, address: &dyn Display, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::new(stack.name(), message).at(address).argument(self.argument.clone());
        diagnostic.source(self.source).origin(self.object)
    }
}
