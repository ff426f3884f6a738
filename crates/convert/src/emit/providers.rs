//! Which catalogue describes the types of each provider of a module.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use formwork_bindgen::{Kind as BindingKind, surface};
use formwork_schema::{Catalogue, Constraint, Library, ResourceSchema};

use crate::configuration::{Block, Module};
use crate::error::ConvertError;
use crate::expression::Expression;

/// What a module says of a provider, and what is known of it.
#[derive(Clone)]
pub(crate) struct Provider {
    /// The source address, such as `hashicorp/aws`.
    pub(crate) source: String,
    /// The version constraint; empty for any.
    pub(crate) version: String,
    /// Aliases that callers bring.
    pub(crate) aliases: Vec<String>,
    pub(crate) catalogue: Option<Arc<Catalogue>>,
}

/// The providers of a module, by local name.
#[derive(Clone, Default)]
pub(crate) struct Providers {
    pub(crate) by_name: BTreeMap<String, Provider>,
    /// The types that were used, by provider, for bindings.
    pub(crate) used: BTreeMap<String, BTreeSet<(BindingKind, String)>>,
}

impl Providers {
    /// Reads what a module requires, and what it uses without saying so.
    pub(crate) fn of(
        module: &Module,
        library: &Library,
        locked: &BTreeMap<String, String>,
    ) -> Result<Self, ConvertError> {
        let mut providers = Self::default();
        for block in
            module.blocks_of("terraform").flat_map(|block| block.body.blocks_of("required_providers"))
        {
            for attribute in block.body.attributes() {
                let mut provider = Provider {
                    source: format!("hashicorp/{}", attribute.name),
                    version: String::new(),
                    aliases: Vec::new(),
                    catalogue: None,
                };
                match &attribute.value {
                    Expression::Object(entries) => {
                        for (key, value) in entries {
                            match key.as_text() {
                                Some("source") => {
                                    provider.source = value.as_text().unwrap_or_default().to_owned();
                                }
                                Some("version") => {
                                    provider.version = value.as_text().unwrap_or_default().to_owned();
                                }
                                Some("configuration_aliases") => {
                                    if let Expression::List(items) = value {
                                        let aliases = items.iter().filter_map(Expression::as_path);
                                        provider.aliases = aliases
                                            .filter_map(|path| Some((*path.get(1)?).to_owned()))
                                            .collect();
                                    }
                                }
                                _ => {}
                            }
                        }
                    }
                    value => value.as_text().unwrap_or_default().clone_into(&mut provider.version),
                }
                if !provider.source.contains('/') {
                    provider.source = format!("hashicorp/{}", provider.source);
                }
                if provider.version.parse::<Constraint>().is_err() && !provider.version.is_empty() {
                    return Err(attribute
                        .place
                        .refused(format!("`{}` is not a version constraint", provider.version)));
                }
                providers.by_name.insert(attribute.name.clone(), provider);
            }
        }
        for block in module.blocks() {
            let name = match block.kind.as_str() {
                "provider" => block.label(0).to_owned(),
                "resource" | "data" | "ephemeral" => local_name(block),
                _ => continue,
            };
            if name == "terraform" {
                continue;
            }
            let version =
                if block.kind == "provider" { block.body.text("version").unwrap_or_default() } else { "" };
            let provider = providers.by_name.entry(name.clone()).or_insert_with(|| Provider {
                source: format!("hashicorp/{name}"),
                version: String::new(),
                aliases: Vec::new(),
                catalogue: None,
            });
            if provider.version.is_empty() {
                version.clone_into(&mut provider.version);
            }
        }
        for provider in providers.by_name.values_mut() {
            let source = provider.source.strip_prefix("registry.terraform.io/").unwrap_or(&provider.source);
            let constraint = provider.version.parse::<Constraint>().ok();
            let versions = library.versions(source);
            let exact = locked.get(source).and_then(|version| {
                let same_major = |it: &&Arc<Catalogue>| {
                    it.version().to_string().split('.').next() == version.split('.').next()
                };
                versions
                    .iter()
                    .find(|it| it.version().to_string() == *version)
                    .or_else(|| versions.iter().find(same_major))
            });
            let allowed = constraint.and_then(|constraint| library.matching(source, &constraint).next());
            // The nearest version tells more than none at all.
            provider.catalogue = exact.or(allowed).or(versions.first()).cloned();
        }
        Ok(providers)
    }

    /// The catalogue for a type, with the local name of its provider, if bindings can be made of it.
    pub(crate) fn binding(&self, block: &Block) -> Option<(&str, &Arc<Catalogue>)> {
        let (name, provider) = self.by_name.get_key_value(&local_name(block))?;
        let catalogue = provider.catalogue.as_ref()?;
        // Bindings call the provider by the last part of its address.
        let is_own = provider.source.rsplit('/').next() == Some(name.as_str());
        is_own.then_some((name, catalogue))
    }

    /// What a catalogue says of the type of a block.
    pub(crate) fn schema(&self, block: &Block) -> Result<Option<ResourceSchema>, ConvertError> {
        let Some(provider) = self.by_name.get(&local_name(block)) else { return Ok(None) };
        let Some(catalogue) = &provider.catalogue else { return Ok(None) };
        Ok(match block.kind.as_str() {
            "resource" => catalogue.resource(block.label(0))?,
            "data" => catalogue.data_source(block.label(0))?,
            "ephemeral" => catalogue.ephemeral(block.label(0))?,
            _ => None,
        })
    }
}

/// The local name of the provider of a block.
pub(crate) fn local_name(block: &Block) -> String {
    let chosen = block.body.attribute("provider").and_then(|attribute| match &attribute.value {
        Expression::Template(_) => {
            attribute.value.as_text().map(|text| text.split('.').next().unwrap_or_default().to_owned())
        }
        value => Some(crate::emit::path::steps(value).0).and_then(|root| match root {
            Expression::Root(name) => Some(name.clone()),
            _ => None,
        }),
    });
    chosen.unwrap_or_else(|| block.label(0).split('_').next().unwrap_or_default().to_owned())
}

/// The kind of binding of a block.
pub(crate) fn binding_kind(block: &Block) -> BindingKind {
    match block.kind.as_str() {
        "data" => BindingKind::Data,
        "ephemeral" => BindingKind::Ephemeral,
        _ => BindingKind::Resource,
    }
}

/// The path of the module of Rust that a type is in, and its name: `aws::data`, `Region`; and that of its blocks.
pub(crate) fn rust_path(provider: &str, kind: BindingKind, type_name: &str) -> (String, String, String) {
    let stem = surface::stem(provider, type_name);
    let module = crate::emit::names::variable(provider);
    let base = match surface::kind_module(kind) {
        Some(inner) => format!("{module}::{inner}"),
        None => module,
    };
    let blocks = format!("{base}::{}", surface::module_name(stem));
    (base, surface::type_name(stem), blocks)
}
