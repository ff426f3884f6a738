//! The `list` blocks of a stack, in a document of their own.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::Stack;

/// The searches of a stack, in Terraform's JSON configuration syntax.
#[derive(Clone, Copy, Debug)]
pub struct Queries<'a>(&'a Stack);

impl Stack {
    /// The document of the stack's `list` blocks, if there are any; it belongs into a file `.tfquery.json`.
    #[must_use]
    pub fn queries(&self) -> Option<Queries<'_>> {
        (!self.lists.is_empty()).then_some(Queries(self))
    }
}

impl Serialize for Queries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_map(Some(1))?;
        document.serialize_entry("list", &self.0.lists)?;
        document.end()
    }
}
