//! Providers of a stack: which it requires, and how they are configured.

use crate::syntax::address::identifier_hint;
use crate::{
    Block, Collection, Each, Json, Object, Provider, ProviderConfiguration, ProviderInstances,
    ProviderReference, ProviderSource, RequiredProvider, Source, Stack, is_identifier,
};

impl Stack {
    /// Configures a provider for all resources that choose no other configuration.
    #[track_caller]
    pub fn provider(&mut self, provider: impl Provider) -> ProviderReference {
        let (source, block) = (provider.provider_source(), provider.into_block());
        self.configure(source, None, block, Source::here())
    }

    /// Configures a provider once more, for resources that choose it with [`Resource::provider`].
    #[track_caller]
    pub fn provider_alias(&mut self, alias: &str, provider: impl Provider) -> ProviderReference {
        let (source, mut block) = (provider.provider_source(), provider.into_block());
        block.set("alias", Json::literal(alias));
        self.configure(source, Some(alias), block, Source::here())
    }

    /// Asks for a provider from a source, in versions that a constraint allows, such as `>= 5.100.0, < 7.0.0`.
    pub fn require_provider(&mut self, name: &str, source: &str, version: &str) {
        let required = RequiredProvider {
            source: source.into(),
            version: version.into(),
            configuration_aliases: Vec::new(),
            explicit: true,
        };
        self.required_providers.insert(name.to_owned(), required);
    }

    /// Asks for versions of Terraform that a constraint allows, such as `>= 1.10`.
    pub fn require_terraform(&mut self, version: &str) {
        self.required_version = Some(version.to_owned());
    }

    pub(crate) fn configure(
        &mut self,
        provider: ProviderSource,
        alias: Option<&str>,
        block: Block,
        source: Source,
    ) -> ProviderReference {
        let origin = self.origin(source);
        let reference = self.provider_reference(&provider.name, alias);
        if let Some(alias) = alias.filter(|alias| !is_identifier(alias)) {
            let diagnostic =
                self.diagnostic(format!("Terraform refuses the name `{alias}` for a provider alias"));
            self.report(diagnostic.origin(origin).hint(identifier_hint(alias)));
        }
        self.require_default(provider);
        match self.providers.iter().find(|other| other.reference == reference) {
            Some(other) => {
                let first = other.object.origin;
                self.name_taken(format!("provider {reference}"), first, origin);
            }
            None => self.providers.push(ProviderConfiguration {
                reference: reference.clone(),
                object: Object { block, origin },
            }),
        }
        reference
    }

    /// Notes the provider of something that was added, unless the program required it in its own way.
    pub(crate) fn require_default(&mut self, provider: ProviderSource) {
        // Terraform's own provider is built in and cannot be required; a module brings its own requirements.
        if provider.name == "terraform" || provider.name.is_empty() {
            return;
        }
        match self.required_providers.get_mut(provider.name.as_ref()) {
            Some(known) => {
                if known.source.is_empty() {
                    known.source = provider.source.into_owned();
                }
                if known.version.is_empty() && !known.explicit {
                    known.version = provider.version.into_owned();
                }
            }
            None => {
                let required = RequiredProvider {
                    source: provider.source.into_owned(),
                    version: provider.version.into_owned(),
                    configuration_aliases: Vec::new(),
                    explicit: false,
                };
                self.required_providers.insert(provider.name.into_owned(), required);
            }
        }
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
        block.set("alias", Json::literal(alias));
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
        self.provider_reference(&provider.name, Some(alias))
    }

    fn provider_reference(&self, name: &str, alias: Option<&str>) -> ProviderReference {
        ProviderReference {
            name: name.to_owned(),
            alias: alias.map(str::to_owned),
            key: None,
            stacks: self.own,
        }
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
