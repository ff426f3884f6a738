//! The `terraform` block: what it requires, and its backend.

use formwork_core::backend;

use crate::configuration::Block;
use crate::emit::body::{Counts, comment_lines};
use crate::emit::expression::Writer;
use crate::emit::literal;
use crate::error::ConvertError;

impl Writer<'_> {
    /// The `terraform` block.
    pub(crate) fn settings(
        &mut self,
        block: &Block,
        counts: &mut Counts,
    ) -> Result<Vec<String>, ConvertError> {
        let mut statements = Vec::new();
        for item in block.body.attributes() {
            counts.typed += 1;
            let comments = comment_lines(&item.comments);
            match item.name.as_str() {
                "required_version" => {
                    let version = item.value.as_text().unwrap_or_default();
                    statements
                        .push(format!("{comments}stack.require_terraform({})", literal::string(version)));
                }
                "experiments" => {
                    return Err(item.place.refused("experiments of Terraform are not supported"));
                }
                other => {
                    return Err(item
                        .place
                        .refused(format!("the `terraform` block has no argument `{other}`")));
                }
            }
        }
        for inner in block.body.blocks() {
            let comments = comment_lines(&inner.comments);
            match inner.kind.as_str() {
                "required_providers" => {}
                "backend" | "cloud" => {
                    statements.push(format!("{comments}stack.backend({})", backend(inner, counts)?));
                }
                "provider_meta" => {
                    let mut text = String::from("{ let mut meta = formwork::Block::new();");
                    for attribute in inner.body.attributes() {
                        let value = self.any_or_raw(&attribute.value, counts);
                        text.push_str(&format!(" meta.set({}, {value});", literal::string(&attribute.name)));
                    }
                    text.push_str(" meta }");
                    statements.push(format!(
                        "{comments}stack.provider_meta({}, {text})",
                        literal::string(inner.label(0))
                    ));
                }
                other => {
                    return Err(inner.place.refused(format!("the `terraform` block has no block `{other}`")));
                }
            }
        }
        Ok(statements)
    }
}

fn backend(block: &Block, counts: &mut Counts) -> Result<String, ConvertError> {
    let kind = if block.kind == "cloud" { "cloud" } else { block.label(0) };
    let Some(known) = backend::KINDS.iter().find(|known| known.name == kind) else {
        return Err(block.place.refused(format!("Terraform has no backend `{kind}`")));
    };
    let (body, required) = (&block.body, known.required);
    let text = |name: &str| body.text(name).map(literal::string);
    let given: Vec<String> =
        required.iter().map(|name| text(name).unwrap_or_else(|| "\"\"".to_owned())).collect();
    let mut out = format!("Backend::from(backend::{}::new({}))", known.type_name, given.join(", "));
    for name in required.iter().filter(|name| body.attribute(name).is_none()) {
        out.push_str(&format!(
            "\n// given to `terraform init`\n.set({}, json!(null))",
            literal::string(name)
        ));
    }
    for attribute in body.attributes().filter(|attribute| !required.contains(&attribute.name.as_str())) {
        counts.typed += 1;
        let value = literal::plain(&attribute.value);
        let value = value.ok_or_else(|| {
            attribute.place.refused("settings of a backend must be known without anything else")
        })?;
        out.push_str(&comment_lines(&attribute.comments));
        out.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
    }
    for inner in body.blocks() {
        let entries = inner.body.attributes().map(|attribute| {
            Some(format!("{}: {}", literal::string(&attribute.name), literal::json(&attribute.value)?))
        });
        let entries: Option<Vec<String>> = entries.collect();
        let entries = entries.ok_or_else(|| {
            inner.place.refused("settings of a backend must be known without anything else")
        })?;
        out.push_str(&format!(
            "\n.set({}, json!({{ {} }}))",
            literal::string(&inner.kind),
            entries.join(", ")
        ));
    }
    Ok(out)
}
