//! Configurations of providers: statements of Rust.

use formwork_bindgen::surface::TypeNames;

use crate::configuration::{Attribute, Block};
use crate::emit::body::{Binding, Counts, comment_lines};
use crate::emit::expression::Writer;
use crate::emit::literal;
use crate::emit::object::reference_text;
use crate::emit::providers::Providers;
use crate::error::ConvertError;

impl Writer<'_> {
    /// `stack.provider(…)` or `stack.provider_alias(…)`.
    pub(crate) fn provider(
        &mut self,
        block: &Block,
        providers: &mut Providers,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let name = block.label(0);
        let alias = block.body.attribute("alias").map(|attribute| reference_text(&attribute.value));
        let skipped = |attribute: &&Attribute| !matches!(attribute.name.as_str(), "alias" | "version");
        let provider = providers.by_name.get(name).cloned();
        let mut typed = None;
        if let Some(provider) = &provider
            && let Some(catalogue) = &provider.catalogue
            && provider.source.rsplit('/').next() == Some(name)
            && let Some(schema) = catalogue.provider()?
        {
            let names = TypeNames::of_provider(&schema.block, catalogue)?;
            let module = crate::emit::names::variable(name);
            let path = format!("{module}::provider");
            let binding = Binding { catalogue, names: &names, path: &path };
            let mut body = block.body.clone();
            body.items.retain(|item| match item {
                crate::configuration::Item::Attribute(attribute) => skipped(&attribute),
                crate::configuration::Item::Block(_) => true,
            });
            let before = *counts;
            match self.built(&body, &schema.block, binding, &module, "Provider", counts) {
                Ok(text) => {
                    providers.used.entry(name.to_owned()).or_default();
                    // Secrets of a provider stand in no resource, so that nothing permits them.
                    typed = Some(text);
                }
                Err(_) => *counts = before,
            }
        }
        let text = match typed {
            Some(text) => text,
            None => {
                let source = provider.map_or_else(|| format!("hashicorp/{name}"), |provider| provider.source);
                let mut text =
                    format!("RawProvider::new({}, {})", literal::string(name), literal::string(&source));
                for attribute in block.body.attributes().filter(skipped) {
                    counts.raw += 1;
                    text.push_str(&comment_lines(&attribute.comments));
                    let value = self.any_or_raw(&attribute.value, counts);
                    text.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
                }
                let mut kinds: Vec<&str> = Vec::new();
                for inner in block.body.blocks() {
                    if !kinds.contains(&inner.kind.as_str()) {
                        kinds.push(&inner.kind);
                    }
                }
                for kind in kinds {
                    let ones: Vec<String> = block
                        .body
                        .blocks_of(kind)
                        .map(|inner| self.body_json(&inner.body, &[], counts))
                        .collect();
                    text.push_str(&format!(
                        "\n.set({}, json!([{}]))",
                        literal::string(kind),
                        ones.join(", ")
                    ));
                }
                text
            }
        };
        Ok(match alias {
            None => format!("stack.provider({text})"),
            Some(alias) => format!("stack.provider_alias({}, {text})", literal::string(&alias)),
        })
    }
}
