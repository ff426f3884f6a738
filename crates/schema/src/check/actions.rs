//! Checks actions and searches against the catalogues that have any.

use formwork_core::{Object, Stack};

use crate::check::shape::Types;
use crate::check::{
    Checker, Lazy, Providers, ReadContext, Report, arguments, catalogues_of, local_name, provider_of,
    unknown_type,
};
use crate::{CatalogueError, Kind};

impl Checker<'_> {
    /// Checks an action or a search. Where no catalogue that the stack allows has any, another version of the provider
    /// tells what is misspelt; what it does not have may have come since.
    #[expect(clippy::too_many_arguments, reason = "an object is named by all of them")]
    pub(super) fn config(
        &mut self,
        stack: &Stack,
        providers: &Providers,
        kind: Kind,
        type_name: &str,
        name: &str,
        object: &Object,
        report: &mut Report,
    ) -> Result<(), CatalogueError> {
        let address = Lazy { kind, type_name, name };
        self.references(stack, providers, &address, object, &ReadContext::Other, report)?;
        let provider = provider_of(type_name, object);
        let mut own = catalogues_of(providers, provider).to_vec();
        own.retain(|index| self.catalogues[*index].catalogue.names(kind).next().is_some());
        if own.is_empty() {
            let required = stack.required_providers().find(|(name, _)| *name == local_name(provider));
            let Some((local, required)) = required else { return Ok(()) };
            let source = required.address(local);
            let library = self.library;
            for catalogue in library.extras(&source) {
                let position = self.extras.iter().position(|it| std::ptr::eq(it.catalogue, &**catalogue));
                let position = position.unwrap_or_else(|| {
                    self.extras.push(Types::new(catalogue));
                    self.extras.len() - 1
                });
                let types = &mut self.extras[position];
                match types.get(kind, type_name)? {
                    Some(shape) => report
                        .diagnostics
                        .extend(arguments::config(stack, kind, type_name, name, object, &shape)),
                    None if types.catalogue.nearest(kind, type_name).is_some() => report
                        .diagnostics
                        .push(unknown_type(stack, kind, type_name, name, object, types.catalogue)),
                    None => {}
                }
            }
            return Ok(());
        }
        let mut rounds = Vec::with_capacity(own.len());
        for index in &own {
            let types = &mut self.catalogues[*index];
            rounds.push(match types.get(kind, type_name)? {
                Some(shape) => arguments::config(stack, kind, type_name, name, object, &shape),
                None => vec![unknown_type(stack, kind, type_name, name, object, types.catalogue)],
            });
        }
        self.merge(&own, rounds, report);
        Ok(())
    }
}
