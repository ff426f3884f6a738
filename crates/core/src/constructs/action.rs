//! Actions: what a provider does beside creating, changing and destroying resources.
//!
//! Source: the Terraform language documentation, "action block reference" and "lifecycle meta-argument" (1.14).

use std::borrow::Cow;

use crate::{Block, Json, Kind, ProviderSource, Reference, Resource};

/// An `action` block (Terraform 1.14).
///
/// It is invoked by the `lifecycle` of resources, with an [`ActionTrigger`], or by `terraform apply -invoke`.
#[derive(Clone, Debug)]
pub struct Action {
    type_name: Cow<'static, str>,
    block: Block,
}

impl Action {
    /// An action of a type such as `aws_lambda_invoke`, without arguments.
    pub fn new(type_name: impl Into<Cow<'static, str>>) -> Self {
        Self { type_name: type_name.into(), block: Block::new() }
    }

    /// Sets an argument of the action, which stands in its `config` block.
    #[must_use]
    #[track_caller]
    pub fn config(mut self, argument: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        self.block.set_within("config", argument, value);
        self
    }
}

impl Resource for Action {
    type Ref = Reference;

    fn kind(&self) -> Kind {
        Kind::Action
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
