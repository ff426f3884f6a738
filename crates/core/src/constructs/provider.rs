//! Provider configurations: the `provider` blocks of a stack.

use std::borrow::Cow;

use crate::{Block, Json, ProviderSource};

/// The configuration of a provider before it is added to a stack.
pub trait Provider {
    /// The provider that is configured.
    fn provider_source(&self) -> ProviderSource;

    /// The arguments set.
    fn into_block(self) -> Block;
}

/// The configuration of any provider: the hatch for providers without bindings.
#[derive(Clone, Debug)]
pub struct RawProvider {
    source: ProviderSource,
    block: Block,
}

impl RawProvider {
    /// A provider by its local name and its source address, such as `cloudflare` and `cloudflare/cloudflare`.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, source: impl Into<Cow<'static, str>>) -> Self {
        let source = ProviderSource { name: name.into(), source: source.into(), version: "".into() };
        Self { source, block: Block::new() }
    }

    /// Sets an argument. Text is literal.
    #[must_use]
    #[track_caller]
    pub fn set(mut self, argument: impl Into<Cow<'static, str>>, value: impl Into<Json>) -> Self {
        self.block.set(argument, value);
        self
    }
}

impl Provider for RawProvider {
    fn provider_source(&self) -> ProviderSource {
        self.source.clone()
    }

    fn into_block(self) -> Block {
        self.block
    }
}
