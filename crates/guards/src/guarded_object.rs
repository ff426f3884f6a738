//! An object of a stack that a rule checks, and diagnostics about it.

use formwork_core::{Diagnostic, Object, Stack};

use crate::body::Body;

/// A resource or data source.
#[derive(Clone, Copy)]
pub(crate) struct GuardedObject<'a> {
    pub(crate) stack: &'a Stack,
    /// What stands before the type in the address: `data.` or nothing.
    prefix: &'static str,
    pub(crate) type_name: &'a str,
    pub(crate) name: &'a str,
    pub(crate) object: &'a Object,
}

impl<'a> GuardedObject<'a> {
    /// The resources of a type.
    pub(crate) fn resources(stack: &'a Stack, type_name: &'a str) -> impl Iterator<Item = Self> {
        stack.resources_of(type_name).map(move |(name, object)| Self {
            stack,
            prefix: "",
            type_name,
            name,
            object,
        })
    }

    /// The data sources of a type.
    pub(crate) fn data(stack: &'a Stack, type_name: &'a str) -> impl Iterator<Item = Self> {
        let found = stack.data_sources_of(type_name);
        found.map(move |(name, object)| Self { stack, prefix: "data.", type_name, name, object })
    }

    /// All resources.
    pub(crate) fn all(stack: &'a Stack) -> impl Iterator<Item = Self> {
        stack.resources().map(move |(type_name, name, object)| Self {
            stack,
            prefix: "",
            type_name,
            name,
            object,
        })
    }

    pub(crate) fn body(&self) -> Body<'a> {
        Body::Block(&self.object.block)
    }

    /// A diagnostic about an argument; its path begins with the name of an argument of the object. The lines are the one
    /// that set it, if any did, and those that made the object.
    pub(crate) fn diagnostic(
        &self,
        argument: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Diagnostic {
        let mut diagnostic = self.stack.diagnostic(message).argument(argument);
        let first = argument.split(['.', '[']).next().unwrap_or(argument);
        if let Some(entry) = self.object.block.entry(first) {
            diagnostic = diagnostic.source(entry.source);
        }
        let address = format!("{}{}.{}", self.prefix, self.type_name, self.name);
        diagnostic.at(address).origin(self.object.origin).hint(hint)
    }
}
