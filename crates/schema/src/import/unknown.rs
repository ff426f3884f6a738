//! What the source of a schema does not show, beside the schema.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

use crate::block::Unknown;
use crate::import::json::{Attribute, Block, Provider, Schema};
use crate::import::{ImportError, read};

/// Which facts of a provider's schema are not known, for a schema that was not printed by the provider itself.
///
/// ```json
/// {
///   "provider": "registry.terraform.io/hashicorp/tls",
///   "unknown": {
///     "provider": {"proxy/url": ["deprecated"]},
///     "resource_schemas": {"tls_cert_request": {"private_key_pem_wo": ["deprecated", "sensitive"]}}
///   },
///   "body_cut_at_recursion": ["resource/tls_cert_request/subject"]
/// }
/// ```
///
/// Facts are `deprecated`, `sensitive`, `min_items` and `max_items`; paths are names of blocks and attributes. A block in
/// `body_cut_at_recursion` may contain more than the schema says.
#[derive(Debug, Clone, Deserialize)]
pub struct UnknownFacts {
    provider: String,
    #[serde(default)]
    unknown: Sections,
    #[serde(default)]
    body_cut_at_recursion: Vec<String>,
}

/// Facts by path.
type Paths = BTreeMap<String, Vec<Fact>>;

#[derive(Debug, Clone, Default, Deserialize)]
struct Sections {
    #[serde(default)]
    provider: Paths,
    #[serde(default)]
    resource_schemas: BTreeMap<String, Paths>,
    #[serde(default)]
    data_source_schemas: BTreeMap<String, Paths>,
    #[serde(default)]
    ephemeral_resource_schemas: BTreeMap<String, Paths>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fact {
    Deprecated,
    Sensitive,
    MinItems,
    MaxItems,
}

impl UnknownFacts {
    /// Reads the document, which may be gzip-compressed.
    ///
    /// # Errors
    /// Fails if it cannot be read, or is not of this form.
    pub fn read(document: impl Read) -> Result<Self, ImportError> {
        serde_json::from_slice(&read(document)?).map_err(|source| ImportError::UnknownFacts { source })
    }

    /// Marks in the schemas what is not known.
    pub(crate) fn mark(&self, schemas: &mut BTreeMap<String, Provider>) -> Result<(), ImportError> {
        let absent = |path: &str| ImportError::UnknownPath { path: path.to_owned() };
        let provider = schemas.get_mut(&self.provider).ok_or_else(|| absent(&self.provider))?;
        if let Some(schema) = &mut provider.provider {
            mark_paths("provider", &mut schema.block, &self.unknown.provider)?;
        }
        for (schemas, types) in [
            (&mut provider.resource_schemas, &self.unknown.resource_schemas),
            (&mut provider.data_source_schemas, &self.unknown.data_source_schemas),
            (&mut provider.ephemeral_resource_schemas, &self.unknown.ephemeral_resource_schemas),
        ] {
            for (name, paths) in types {
                let schema = schemas.get_mut(name).ok_or_else(|| absent(name))?;
                mark_paths(name, &mut schema.block, paths)?;
            }
        }
        for path in &self.body_cut_at_recursion {
            open(provider, path).ok_or_else(|| absent(path))?;
        }
        Ok(())
    }
}

fn mark_paths(name: &str, block: &mut Block, paths: &Paths) -> Result<(), ImportError> {
    for (path, facts) in paths {
        let unknown = unknown_at(block, path)
            .ok_or_else(|| ImportError::UnknownPath { path: format!("{name}/{path}") })?;
        for fact in facts {
            *match fact {
                Fact::Deprecated => &mut unknown.deprecated,
                Fact::Sensitive => &mut unknown.sensitive,
                Fact::MinItems => &mut unknown.min,
                Fact::MaxItems => &mut unknown.max,
            } = true;
        }
    }
    Ok(())
}

/// What is not known of the block or attribute at a path.
fn unknown_at<'a>(block: &'a mut Block, path: &str) -> Option<&'a mut Unknown> {
    let (name, rest) = split(path);
    if let Some(attribute) = block.attributes.get_mut(name) {
        return unknown_within(attribute, rest);
    }
    let nested = block.block_types.get_mut(name)?;
    match rest {
        None => Some(&mut nested.unknown),
        Some(rest) => unknown_at(&mut nested.block, rest),
    }
}

fn unknown_within<'a>(attribute: &'a mut Attribute, rest: Option<&str>) -> Option<&'a mut Unknown> {
    let Some(path) = rest else {
        return Some(&mut attribute.unknown);
    };
    let (name, rest) = split(path);
    unknown_within(attribute.nested_type.as_mut()?.attributes.get_mut(name)?, rest)
}

/// Opens the block at a path that begins with the kind and name of a type.
fn open(provider: &mut Provider, path: &str) -> Option<()> {
    let (kind, rest) = split(path);
    let (name, rest) = split(rest?);
    let schemas: &mut BTreeMap<String, Schema> = match kind {
        "resource" => &mut provider.resource_schemas,
        "data" => &mut provider.data_source_schemas,
        "ephemeral" => &mut provider.ephemeral_resource_schemas,
        _ => return None,
    };
    let mut block = &mut schemas.get_mut(name)?.block;
    let mut rest = rest;
    while let Some(path) = rest {
        let (name, behind) = split(path);
        block = &mut block.block_types.get_mut(name)?.block;
        rest = behind;
    }
    block.open = true;
    Some(())
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)))
}
