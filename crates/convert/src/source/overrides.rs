//! Override files: their blocks change those of the other files.
//!
//! Source: the Terraform language documentation, "Override Files": arguments replace arguments, nested blocks of a kind
//! replace all of that kind, `lifecycle` and `required_providers` are merged, and so are the entries of `locals`.

use formwork_core::Hint;

use crate::configuration::{Block, Body, File, Item, Module};
use crate::error::ConvertError;

/// Merges an override file into a module.
pub(crate) fn merge(module: &mut Module, change: File) -> Result<(), ConvertError> {
    for item in change.body.items {
        match item {
            Item::Block(block) => merge_block(module, block)?,
            Item::Attribute(attribute) => {
                return Err(attribute
                    .place
                    .refused(format!("an argument `{}` stands outside of a block", attribute.name)));
            }
        }
    }
    Ok(())
}

fn merge_block(module: &mut Module, change: Block) -> Result<(), ConvertError> {
    match change.kind.as_str() {
        "locals" => {
            for item in change.body.items {
                let Item::Attribute(attribute) = item else { continue };
                let mut known = module.files.iter_mut().flat_map(|file| &mut file.body.items).filter_map(
                    |item| match item {
                        Item::Block(block) if block.kind == "locals" => Some(block),
                        _ => None,
                    },
                );
                match known.find(|block| block.body.attribute(&attribute.name).is_some()) {
                    Some(block) => replace(&mut block.body, Item::Attribute(attribute)),
                    None => {
                        return Err(attribute.place.refused(format!(
                            "the override changes the local value `{}`, which no other file has",
                            attribute.name
                        )));
                    }
                }
            }
            Ok(())
        }
        "terraform" => {
            let mut blocks =
                module.files.iter_mut().flat_map(|file| &mut file.body.items).filter_map(|item| match item {
                    Item::Block(block) if block.kind == "terraform" => Some(block),
                    _ => None,
                });
            match blocks.next() {
                Some(block) => merge_body(&mut block.body, change.body),
                None => match module.files.first_mut() {
                    Some(file) => file.body.items.insert(0, Item::Block(change)),
                    None => {
                        return Err(change.place.refused("there is nothing that the override could change"));
                    }
                },
            }
            Ok(())
        }
        _ => {
            let mut same =
                module.files.iter_mut().flat_map(|file| &mut file.body.items).filter_map(|item| match item {
                    Item::Block(block) if block.kind == change.kind && block.labels == change.labels => {
                        Some(block)
                    }
                    _ => None,
                });
            let alias = |block: &Block| block.body.text("alias").map(str::to_owned);
            let wanted = (change.kind == "provider").then(|| alias(&change));
            match same.find(|block| wanted.as_ref().is_none_or(|wanted| alias(block) == *wanted)) {
                Some(block) => {
                    block.comments.extend(change.comments);
                    merge_body(&mut block.body, change.body);
                    Ok(())
                }
                None => {
                    let what = std::iter::once(change.kind.clone())
                        .chain(change.labels.iter().map(|label| format!("\"{label}\"")));
                    let what: Vec<String> = what.collect();
                    Err(change.place.refused_with(
                        format!("the override changes `{}`, which no other file has", what.join(" ")),
                        Hint::new("an override file cannot add blocks"),
                    ))
                }
            }
        }
    }
}

fn merge_body(base: &mut Body, change: Body) {
    let mut replaced: Vec<String> = Vec::new();
    for item in change.items {
        match item {
            Item::Attribute(attribute) => replace(base, Item::Attribute(attribute)),
            Item::Block(block) if matches!(block.kind.as_str(), "lifecycle" | "required_providers") => {
                let known = base.items.iter_mut().find_map(|item| match item {
                    Item::Block(known) if known.kind == block.kind => Some(known),
                    _ => None,
                });
                match known {
                    Some(known) => merge_body(&mut known.body, block.body),
                    None => base.items.push(Item::Block(block)),
                }
            }
            Item::Block(block) => {
                // A backend and the `cloud` block take each other's place.
                let kinds: &[&str] = match block.kind.as_str() {
                    "backend" | "cloud" => &["backend", "cloud"],
                    _ => &[&*block.kind],
                };
                let subject = |item: &Item| match item {
                    Item::Block(known) => {
                        kinds.contains(&known.kind.as_str())
                            || known.kind == "dynamic" && kinds.contains(&known.label(0))
                    }
                    Item::Attribute(_) => false,
                };
                let key =
                    if block.kind == "dynamic" { block.label(0).to_owned() } else { block.kind.clone() };
                if !replaced.contains(&key) {
                    base.items.retain(|item| {
                        !subject(item) && !matches!(item, Item::Block(known) if known.kind == key)
                    });
                    replaced.push(key);
                }
                base.items.push(Item::Block(block));
            }
        }
    }
    base.comments.extend(change.comments);
}

fn replace(base: &mut Body, item: Item) {
    let Item::Attribute(mut attribute) = item else { return };
    let known = base.items.iter_mut().find_map(|item| match item {
        Item::Attribute(known) if known.name == attribute.name => Some(known),
        _ => None,
    });
    match known {
        Some(known) => {
            let mut comments = std::mem::take(&mut known.comments);
            comments.append(&mut attribute.comments);
            attribute.comments = comments;
            *known = attribute;
        }
        None => base.items.push(Item::Attribute(attribute)),
    }
}
