//! What a configuration says of its state: `moved`, `import` and `removed`.

use crate::configuration::Block;
use crate::emit::body::Counts;
use crate::emit::code::Untyped;
use crate::emit::dynamic::Keys;
use crate::emit::expression::Writer;
use crate::emit::literal;
use crate::emit::object::reference_text;
use crate::error::ConvertError;
use crate::expression::Expression;
use crate::types::Type;

impl Writer<'_> {
    /// `moved`, `import` and `removed`.
    pub(crate) fn state_statement(
        &mut self,
        block: &Block,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let body = &block.body;
        let argument = |name: &str| {
            body.attribute(name)
                .ok_or_else(|| block.place.refused(format!("a `{}` block needs `{name}`", block.kind)))
        };
        counts.typed += body.items.len();
        match block.kind.as_str() {
            "moved" => {
                let from = literal::string(&reference_text(&argument("from")?.value));
                let to = literal::string(&reference_text(&argument("to")?.value));
                Ok(format!("stack.moved({from}, {to})"))
            }
            "removed" => {
                let from = literal::string(&reference_text(&argument("from")?.value));
                let keeps = body.blocks_of("lifecycle").any(|inner| {
                    inner.body.attribute("destroy").is_some_and(|it| reference_text(&it.value) == "false")
                });
                let mut text = format!("Removed::{}({from})", if keeps { "keep" } else { "destroy" });
                for provisioner in body.blocks_of("provisioner") {
                    let inner = self.provisioner(provisioner, counts);
                    let inner = inner.map_err(|Untyped(reason)| provisioner.place.refused(reason))?;
                    text.push_str(&format!("\n.provisioner({inner})"));
                }
                Ok(format!("stack.removed({text})"))
            }
            _ => {
                let to = argument("to")?;
                let mut collection = None;
                if let Some(for_each) = body.attribute("for_each") {
                    let found = self.collection(&for_each.value, Keys::OfASet);
                    let (text, item) = found.map_err(|Untyped(reason)| for_each.place.refused(reason))?;
                    self.scope.each = Some(item);
                    collection = Some(text);
                }
                // The key of the instance is computed for each.
                let target = match (&collection, &to.value) {
                    (Some(_), Expression::Index(inner, key)) => {
                        let place =
                            inner.as_path().and_then(|path| self.scope.places.get(&path.join(".")).cloned());
                        match (place, self.expr_of(key, &Type::Text)) {
                            (Some(place), Ok(key)) => format!("&{place}.at({key})"),
                            _ => literal::string(&reference_text(&to.value)),
                        }
                    }
                    _ => literal::string(&reference_text(&to.value)),
                };
                let mut text = match (body.attribute("id"), body.attribute("identity")) {
                    (Some(id), _) => {
                        format!("Import::id({target}, {})", self.value_or_raw(&id.value, &Type::Text, counts))
                    }
                    (None, Some(identity)) => {
                        format!(
                            "Import::identity({target}, {})",
                            self.value_or_raw(&identity.value, &Type::Any, counts)
                        )
                    }
                    (None, None) => return Err(block.place.refused("an `import` block needs `id`")),
                };
                if let Some(provider) = body.attribute("provider") {
                    let name = reference_text(&provider.value);
                    match self.scope.places.get(&format!("provider.{name}")) {
                        Some(place) => text.push_str(&format!(".provider(&{place})")),
                        None => {
                            return Err(provider
                                .place
                                .refused(format!("there is no provider configuration `{name}`")));
                        }
                    }
                }
                self.scope.each = None;
                Ok(match collection {
                    Some(collection) => {
                        format!("stack.import_existing(Import::for_each({collection}, |each| {text}))")
                    }
                    None => format!("stack.import_existing({text})"),
                })
            }
        }
    }
}
