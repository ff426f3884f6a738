//! What a change does to a tree of blocks and values.

use crate::block::text;
use crate::block::tree::Change;
use crate::{Block, Json, Override};

/// Why a change could not be made.
#[derive(Debug)]
pub(crate) struct Miss {
    /// The element of the path that leads nowhere.
    pub(crate) wrong: String,
    /// What could have stood there.
    pub(crate) known: Vec<String>,
    /// What stands at the end of the path, if it is the wrong thing.
    pub(crate) why: Option<&'static str>,
}

impl Miss {
    pub(crate) fn of(wrong: &str, known: Vec<String>) -> Self {
        Self { wrong: wrong.to_owned(), known, why: None }
    }

    pub(crate) fn because(why: &'static str) -> Self {
        Self { wrong: String::new(), known: Vec::new(), why: Some(why) }
    }

    /// The first of what could have stood there.
    pub(crate) fn listed(&self) -> String {
        const MOST: usize = 12;
        let mut names: Vec<&str> = self.known.iter().take(MOST).map(String::as_str).collect();
        if self.known.len() > MOST {
            names.push("…");
        }
        names.join(", ")
    }
}

pub(crate) fn change_block(block: &mut Block, path: &[&str], change: &Override) -> Result<(), Miss> {
    let [name, rest @ ..] = path else {
        return match &change.change {
            Change::Merge(Json::Object(entries)) => {
                for (key, value) in entries {
                    merge_entry(block, key.clone().into_owned(), value.clone(), change)?;
                }
                Ok(())
            }
            _ => Err(Miss::because("a block as a whole, into which one can only merge an object")),
        };
    };
    if rest.is_empty() {
        match (&change.change, block.get_mut(name)) {
            (Change::Set(value), _) => block.set_from((*name).to_owned(), value.clone(), change.source),
            (Change::Merge(value), _) => {
                return merge_entry(block, (*name).to_owned(), value.clone(), change);
            }
            (Change::Append(value), None | Some(Json::Null)) => {
                block.set_from((*name).to_owned(), Json::Array(vec![value.clone()]), change.source);
            }
            (Change::Append(value), Some(present)) => return append(present, value),
            (Change::Remove, Some(_)) => drop(block.remove(name)),
            (Change::Remove, None) => return Err(Miss::of(name, keys(block))),
        }
        return Ok(());
    }
    if block.get(name).is_none() {
        if matches!(change.change, Change::Remove) {
            return Err(Miss::of(name, keys(block)));
        }
        block.set_from((*name).to_owned(), Json::Object(Vec::new()), change.source);
    }
    match block.get_mut(name) {
        Some(json) => change_json(json, rest, change),
        None => Err(Miss::of(name, Vec::new())),
    }
}

pub(crate) fn change_json(json: &mut Json, path: &[&str], change: &Override) -> Result<(), Miss> {
    let Some((first, rest)) = path.split_first() else {
        return match &change.change {
            Change::Set(value) => {
                *json = value.clone();
                Ok(())
            }
            Change::Merge(value) => merge(json, value.clone(), change),
            Change::Append(value) => append(json, value),
            Change::Remove => Err(Miss::because("an element that cannot be taken away")),
        };
    };
    let removes = rest.is_empty() && matches!(change.change, Change::Remove);
    match json {
        Json::Block(block) => change_block(block, path, change),
        Json::Blocks(blocks) => {
            let index = position(first, blocks.len())?;
            if removes {
                blocks.remove(index);
                return Ok(());
            }
            if let (true, Change::Set(value)) = (rest.is_empty(), &change.change) {
                blocks[index] = as_block(value, change)?;
                return Ok(());
            }
            change_block(&mut blocks[index], rest, change)
        }
        Json::Array(items) => {
            let index = position(first, items.len())?;
            if removes {
                items.remove(index);
                return Ok(());
            }
            change_json(&mut items[index], rest, change)
        }
        Json::Object(entries) => {
            // Keys are kept as Terraform reads them; those of a path are plain text.
            let key = text::key(first).0.into_owned();
            let found = entries.iter().position(|(known, _)| *known == key);
            match found {
                Some(at) if removes => drop(entries.remove(at)),
                Some(at) => return change_json(&mut entries[at].1, rest, change),
                None if matches!(change.change, Change::Remove) => {
                    return Err(Miss::of(
                        first,
                        entries.iter().map(|(known, _)| known.to_string()).collect(),
                    ));
                }
                None => {
                    let mut inner = match (rest, &change.change) {
                        ([], Change::Append(_)) => Json::Array(Vec::new()),
                        _ => Json::Object(Vec::new()),
                    };
                    change_json(&mut inner, rest, change)?;
                    entries.push((key.into(), inner));
                }
            }
            Ok(())
        }
        Json::Template(_) => Err(Miss::because("a value that Terraform computes, which has no parts here")),
        _ => Err(Miss::because("a value that has no parts")),
    }
}

fn merge_entry(block: &mut Block, name: String, value: Json, change: &Override) -> Result<(), Miss> {
    match block.get_mut(&name) {
        Some(present) => merge(present, value, change),
        None => {
            block.set_from(name, value, change.source);
            Ok(())
        }
    }
}

/// Merges objects key by key; anything else replaces what was there.
fn merge(json: &mut Json, value: Json, change: &Override) -> Result<(), Miss> {
    let Json::Object(entries) = value else {
        *json = value;
        return Ok(());
    };
    match json {
        Json::Object(present) => {
            for (key, value) in entries {
                match present.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, old)) => merge(old, value, change)?,
                    None => present.push((key, value)),
                }
            }
        }
        Json::Block(block) => {
            for (key, value) in entries {
                merge_entry(block, key.into_owned(), value, change)?;
            }
        }
        Json::Blocks(blocks) => match &mut blocks[..] {
            [block] => {
                for (key, value) in entries {
                    merge_entry(block, key.into_owned(), value, change)?;
                }
            }
            _ => return Err(Miss::because("blocks of which there is not exactly one: give its number too")),
        },
        other => *other = Json::Object(entries),
    }
    Ok(())
}

fn append(json: &mut Json, value: &Json) -> Result<(), Miss> {
    match json {
        Json::Array(items) => items.push(value.clone()),
        Json::Blocks(blocks) => match value {
            Json::Object(entries) => {
                let mut block = Block::new();
                for (key, value) in entries {
                    block.set(key.clone(), value.clone());
                }
                blocks.push(block);
            }
            _ => return Err(Miss::because("blocks, to which only an object can be added")),
        },
        Json::Template(_) => {
            return Err(Miss::because("a value that Terraform computes, to which nothing can be added here"));
        }
        _ => return Err(Miss::because("a value that is no list")),
    }
    Ok(())
}

fn as_block(value: &Json, change: &Override) -> Result<Block, Miss> {
    let Json::Object(entries) = value else {
        return Err(Miss::because("a block, which only an object can replace"));
    };
    let mut block = Block::new();
    for (key, value) in entries {
        block.set_from(key.clone(), value.clone(), change.source);
    }
    Ok(block)
}

fn position(element: &str, length: usize) -> Result<usize, Miss> {
    let index = element.parse().ok().filter(|index: &usize| *index < length);
    index.ok_or_else(|| Miss::of(element, (0..length).map(|index| index.to_string()).collect()))
}

fn keys(block: &Block) -> Vec<String> {
    block.entries().map(|entry| entry.name.to_string()).collect()
}
