//! Provider configurations: the `provider` blocks of a stack.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use crate::{Block, Collection, Each, Expr, Json, ProviderSource, Source, Stack};

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

/// A provider configuration that is in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderReference {
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
    /// The key of one configuration of several, as HCL.
    pub(crate) key: Option<String>,
}

/// Configurations of a provider that OpenTofu makes for each element of a collection.
#[derive(Clone, Debug)]
pub struct ProviderInstances {
    reference: ProviderReference,
}

impl ProviderInstances {
    /// The configuration under a key, which is often `each.key` of a resource.
    #[must_use]
    pub fn at(&self, key: &Expr<String>) -> ProviderReference {
        ProviderReference { key: Some(key.hcl().to_owned()), ..self.reference.clone() }
    }
}

impl Stack {
    /// Configures a provider for each element of a collection (OpenTofu 1.9). The elements must be known before
    /// anything is applied.
    #[track_caller]
    pub fn provider_for_each<C: Collection, P: Provider>(
        &mut self,
        alias: &str,
        collection: C,
        fill: impl FnOnce(Each<C::Item>) -> P,
    ) -> ProviderInstances {
        let provider = fill(Each::new("each"));
        let (source, mut block) = (provider.provider_source(), provider.into_block());
        block.set("alias", Json::bare(alias));
        block.set("for_each", collection.into_keyed());
        ProviderInstances { reference: self.configure(source, Some(alias), block, Source::here()) }
    }

    /// Takes a provider configuration from whoever calls this stack as a module, instead of configuring the provider
    /// here: `configuration_aliases`.
    #[track_caller]
    pub fn expect_provider(&mut self, provider: &ProviderSource, alias: &str) -> ProviderReference {
        let origin = self.origin(Source::here());
        self.check_name(alias, "provider alias", origin);
        self.require_default(provider.clone());
        if let Some(required) = self.required_providers.get_mut(provider.name.as_ref())
            && !required.configuration_aliases.iter().any(|known| known == alias)
        {
            required.configuration_aliases.push(alias.to_owned());
        }
        ProviderReference { name: provider.name.to_string(), alias: Some(alias.to_owned()), key: None }
    }

    /// Tells a provider something about this stack as a module, in the provider's own terms: `provider_meta`.
    #[track_caller]
    pub fn provider_meta(&mut self, provider: &str, meta: Block) {
        let source = Source::here();
        match self.settings.get_mut("provider_meta") {
            Some(Json::Object(providers)) => {
                providers.push((provider.to_owned().into(), Json::Block(Box::new(meta))));
            }
            _ => {
                let one = (provider.to_owned().into(), Json::Block(Box::new(meta)));
                self.settings.set_from("provider_meta", Json::Object(vec![one]), source);
            }
        }
    }
}

impl Display for ProviderReference {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(alias) = &self.alias {
            write!(formatter, ".{alias}")?;
        }
        match &self.key {
            Some(key) => write!(formatter, "[{key}]"),
            None => Ok(()),
        }
    }
}
