//! Documents in HCL's native syntax, laid out as `terraform fmt` does.
//!
//! The JSON document is what counts: this says the same in the other notation. What is a nested block and what is an
//! attribute of objects is known from the catalogue, since JSON does not tell them apart.

mod body;
mod expression;
mod layout;

use anyhow::bail;
use formwork_core::Hint;
use formwork_core::Stack;
use formwork_schema::{Constraint, Library};
use serde_json::{Map, Value};

use crate::body::{BlockKind, Nested};
use crate::expression::literal;
use crate::layout::Item;

type Object = Map<String, Value>;

/// The text of `main.tf` for a stack.
///
/// # Errors
/// Fails for a resource whose provider is in no catalogue, since its blocks cannot be told from its attributes.
pub fn document(stack: &Stack, library: &Library) -> anyhow::Result<String> {
    let Value::Object(document) = serde_json::to_value(stack)? else { bail!("the document is no object") };
    let mut items = Vec::new();
    for (section, content) in &document {
        match section.as_str() {
            "//" => {}
            "terraform" => items.push(block("terraform", &[], terraform(object(content)?)?)),
            "locals" => {
                let locals = object(content)?.iter();
                let locals = locals.map(|(name, value)| Item::attribute(name, expression::value(value)));
                items.push(block("locals", &[], locals.collect()));
            }
            "provider" => {
                for (name, configurations) in object(content)? {
                    for one in each(configurations) {
                        let body = schema_body(stack, library, "provider", name, object(one)?)?;
                        items.push(block("provider", &[name], body));
                    }
                }
            }
            "resource" | "data" | "ephemeral" => {
                for (type_name, named) in object(content)? {
                    for (name, one) in object(named)? {
                        let body = schema_body(stack, library, section, type_name, object(one)?)?;
                        items.push(block(section, &[type_name, name], body));
                    }
                }
            }
            "variable" | "output" | "module" | "check" => {
                for (name, one) in object(content)? {
                    let kind = match section.as_str() {
                        "variable" => BlockKind::Variable,
                        "module" => BlockKind::Module,
                        _ => BlockKind::Output,
                    };
                    items.push(block(section, &[name], body::of(object(one)?, kind, None)?));
                }
            }
            "import" | "moved" | "removed" => {
                for one in each(content) {
                    items.push(block(section, &[], body::of(object(one)?, BlockKind::Statement, None)?));
                }
            }
            other => bail!("`{other}` blocks of {} cannot be written as HCL yet", stack.name()),
        }
    }
    Ok(layout::write(&items))
}

fn terraform(settings: &Object) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for (name, value) in settings {
        match name.as_str() {
            "required_providers" => {
                let entries = object(value)?.iter();
                let entries = entries.map(|(name, value)| Item::attribute(name, body::plain(value)));
                items.push(block(name, &[], entries.collect()));
            }
            "backend" | "provider_meta" => {
                for (kind, settings) in object(value)? {
                    let settings = object(settings)?.iter();
                    let settings = settings.map(|(name, value)| Item::attribute(name, literal(value)));
                    items.push(block(name, &[kind], settings.collect()));
                }
            }
            _ => items.push(Item::attribute(name, literal(value))),
        }
    }
    Ok(items)
}

/// The body of a block that a provider describes.
fn schema_body(
    stack: &Stack,
    library: &Library,
    section: &str,
    name: &str,
    arguments: &Object,
) -> anyhow::Result<Vec<Item>> {
    let local = name.split('_').next().unwrap_or(name);
    // Terraform's own resources have no nested blocks.
    if local == "terraform" {
        return body::of(arguments, BlockKind::Resource, None);
    }
    let required = stack.required_providers().find(|(known, _)| *known == local);
    let Some((_, required)) = required else { bail!("{name} is of no provider that the stack requires") };
    let constraint: Constraint = match required.version.as_str() {
        "" => Constraint::any(),
        version => version.parse()?,
    };
    let address = required.address(local);
    let Some(catalogue) = library.matching(&address, &constraint).next() else {
        bail!(
            "{address} is in no catalogue, so that the blocks of {name} cannot be told from its attributes{}",
            Hint::new("make one with `bindings import` and add it with `Program::catalogue`")
        );
    };
    let schema = match section {
        "provider" => catalogue.provider()?,
        "data" => catalogue.data_source(name)?,
        "ephemeral" => catalogue.ephemeral(name)?,
        _ => catalogue.resource(name)?,
    };
    let nested = schema.map(|schema| Nested { catalogue, schema: schema.block });
    body::of(arguments, BlockKind::Resource, nested.as_ref())
}

fn block(kind: &str, labels: &[&str], body: Vec<Item>) -> Item {
    let labels = labels.iter().map(|label| formwork_core::text::quoted(label));
    Item::Block([kind.to_owned()].into_iter().chain(labels).collect::<Vec<_>>().join(" "), body)
}

fn object(value: &Value) -> anyhow::Result<&Object> {
    match value {
        Value::Object(object) => Ok(object),
        other => bail!("{other} stands where a block should"),
    }
}

/// One block, or several.
fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}
