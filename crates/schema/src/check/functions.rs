//! Functions of providers that a block calls, and whether there are such.

use std::fmt::Display;

use formwork_core::{Finding, Object, Stack, nearest, references};

use crate::check::reading;
use crate::{Catalogue, CatalogueError};

/// What all names of functions of providers begin with.
const PREFIX: &str = "provider::";

/// A call of a function of a provider.
pub(crate) struct Call<'a> {
    /// The provider's local name.
    pub(crate) provider: &'a str,
    function: &'a str,
    finding: Finding,
}

/// The calls in a block.
pub(crate) fn of_block<'a>(stack: &Stack, address: &dyn Display, object: &'a Object) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    reading::texts(&object.block, None, &mut |text, place| {
        // Hardly any text calls one.
        if !text.contains(PREFIX) {
            return;
        }
        references::calls_in_template(text, &mut |name| {
            let called = name.strip_prefix(PREFIX).and_then(|name| name.split_once("::"));
            if let Some((provider, function)) = called {
                let finding =
                    Finding::new(stack.name(), String::new()).at(address).argument(place.path.to_string());
                let finding = finding.source(place.source).origin(object.origin);
                calls.push(Call { provider, function, finding });
            }
        });
    });
    calls
}

impl Call<'_> {
    /// What is wrong with the call if the provider is one that the stack does not require.
    pub(crate) fn unknown_provider<'n>(self, required: impl Iterator<Item = &'n str>) -> Finding {
        let Self { provider, function, mut finding } = self;
        finding.message =
            format!("`{PREFIX}{provider}::{function}` is of a provider that the stack does not require");
        match nearest(provider, required) {
            Some(near) => finding.hint(format!("did you mean `{PREFIX}{near}::{function}`?")),
            None => finding.hint(format!("require it: `stack.require_provider(\"{provider}\", …)`")),
        }
    }

    /// What is wrong with the call for a catalogue of the provider.
    pub(crate) fn check(&self, catalogue: &Catalogue) -> Result<Option<Finding>, CatalogueError> {
        let function = self.function;
        if catalogue.function(function)?.is_some() {
            return Ok(None);
        }
        let mut finding = self.finding.clone();
        finding.message = format!("{} has no function `{function}`", catalogue.source());
        Ok(Some(match nearest(function, catalogue.function_names()) {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None => finding,
        }))
    }
}
