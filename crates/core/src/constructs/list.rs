//! List blocks: searches for objects that exist, which `terraform query` runs.
//!
//! Source: the Terraform language documentation, "list block reference" (1.14). Terraform reads them from files of their
//! own, whose names end with `.tfquery.hcl` or `.tfquery.json`.

use std::borrow::Cow;

use crate::{Block, Json, Kind, ProviderSource, Reference, Resource, Value};

/// A `list` block (Terraform 1.14). It is written to a document beside that of the stack.
#[derive(Clone, Debug)]
pub struct List {
    type_name: Cow<'static, str>,
    block: Block,
}

impl List {
    /// A search for objects of a type such as `aws_instance`.
    #[must_use]
    #[track_caller]
    pub fn new(type_name: impl Into<Cow<'static, str>>) -> Self {
        let type_name = type_name.into();
        let mut block = Block::new();
        // Unlike resources, a search must name its provider.
        let provider = ProviderSource::of_type(&type_name).name;
        block.set("provider", Json::literal(provider));
        Self { type_name, block }
    }

    /// Sets an argument of the search, which stands in its `config` block.
    #[must_use]
    #[track_caller]
    pub fn config(mut self, argument: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        self.block.set_within("config", argument, value);
        self
    }

    /// Finds all attributes of each object, rather than its identity alone.
    #[must_use]
    #[track_caller]
    pub fn include_resource(mut self) -> Self {
        self.block.set("include_resource", true);
        self
    }

    /// The most objects to find; Terraform finds 100 unless this is set.
    #[must_use]
    #[track_caller]
    pub fn limit(mut self, limit: impl Into<Value<f64>>) -> Self {
        self.block.set("limit", limit.into());
        self
    }
}

impl Resource for List {
    type Ref = Reference;

    fn kind(&self) -> Kind {
        Kind::List
    }

    fn type_name(&self) -> Cow<'static, str> {
        self.type_name.clone()
    }

    fn provider_source(&self) -> ProviderSource {
        ProviderSource::of_type(&self.type_name)
    }

    fn block_mut(&mut self) -> &mut Block {
        &mut self.block
    }
}
