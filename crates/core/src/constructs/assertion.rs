//! `check` blocks: conditions that are looked at after every plan and apply, and fail neither.

use std::borrow::Cow;

use crate::Object;
use crate::block::objects::Objects;

/// The data source inside of a check: its failing to be read is a warning only.
#[derive(Clone, Debug)]
pub(crate) struct Scoped {
    pub(crate) type_name: Cow<'static, str>,
    pub(crate) name: String,
    pub(crate) object: Object,
}

/// A `check` block that is in a stack.
#[derive(Clone, Debug)]
pub(crate) struct Assertions {
    pub(crate) data: Option<Scoped>,
    /// The `assert` blocks.
    pub(crate) object: Object,
}

impl Assertions {
    /// The scoped data source as a document has it: by type, then by name.
    pub(crate) fn scoped(&self) -> Option<Objects> {
        let scoped = self.data.as_ref()?;
        let mut objects = Objects::default();
        objects.insert(scoped.type_name.clone(), scoped.name.as_str().into(), scoped.object.clone());
        Some(objects)
    }
}
