//! Makes catalogues from the output of `terraform providers schema -json`.
//!
//! Keeps facts only: descriptions and the texts of deprecations are dropped. Leaves out what
//! that output has but a catalogue has not: resource identities.

mod json;
mod unknown;
mod writer;

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

use crate::import::json::Document;
pub use crate::import::unknown::UnknownFacts;
use crate::{Catalogue, CatalogueError, Version, source};

/// A catalogue made from a provider's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The provider's full address.
    pub address: String,
    /// The provider's version.
    pub version: Version,
    /// The text of the catalogue.
    pub text: String,
}

/// The versions of the providers in a schema document, which does not say them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderVersions {
    /// The version of the only provider in the document.
    One(Version),
    /// The version of each provider by its address: `hashicorp/aws`, `aws` or in full.
    ByAddress(BTreeMap<String, Version>),
}

/// A document that is not a provider's schema, or one that a catalogue cannot hold.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The document cannot be read or decompressed.
    #[error("cannot read the schema document")]
    Read {
        /// Why it cannot be read.
        source: io::Error,
    },
    /// The document is not JSON in the form of `terraform providers schema -json`.
    #[error("not the output of `terraform providers schema -json`")]
    Json {
        /// Where it differs.
        source: serde_json::Error,
    },
    /// The document is of a format that this crate does not know.
    #[error("schema format `{found}` is unknown: expected 0 or 1 as the major version")]
    Format {
        /// The format's version.
        found: String,
    },
    /// One version was given for several providers.
    #[error("one version was given for several providers: {}", .addresses.join(", "))]
    SeveralProviders {
        /// The addresses of the providers in the document.
        addresses: Vec<String>,
    },
    /// No version was given for a provider.
    #[error("no version was given for provider {address}")]
    MissingVersion {
        /// The provider's address.
        address: String,
    },
    /// The address is not a host, a namespace and a name.
    #[error("`{address}` is not the address of a provider")]
    Address {
        /// The address.
        address: String,
    },
    /// What is not known cannot be read.
    #[error("not a list of what is unknown in a schema")]
    UnknownFacts {
        /// Where it differs.
        source: serde_json::Error,
    },
    /// Something is said not to be known that is not in the document.
    #[error("{path} is said to be unknown in part, and the schema has nothing there")]
    UnknownPath {
        /// Where it should be.
        path: String,
    },
    /// A name has a character that a catalogue uses to separate its fields.
    #[error("{path}: not a name")]
    Name {
        /// Where the name is.
        path: String,
    },
    /// An attribute or parameter does not have exactly one type.
    #[error("{path}: expected either `type` or `nested_type`")]
    NoType {
        /// Where the attribute is.
        path: String,
    },
    /// A type is not one of Terraform's.
    #[error("{path}: `{found}` is not a type")]
    Type {
        /// Where the type is.
        path: String,
        /// The type, in JSON.
        found: String,
    },
    /// A nesting mode is not one of Terraform's.
    #[error("{path}: `{found}` is not a nesting mode")]
    Nesting {
        /// Where the block or attribute is.
        path: String,
        /// The nesting mode.
        found: String,
    },
    /// The catalogue made could not be read again, for instance because a type is too deep.
    #[error("the schema of {address} does not make a readable catalogue")]
    Unreadable {
        /// The provider's address.
        address: String,
        /// What cannot be read.
        source: CatalogueError,
    },
}

impl Imported {
    /// A name for the file, such as `hashicorp-aws-6.47.0.txt`.
    pub fn file_name(&self) -> String {
        source::file_name(&self.address, &self.version)
    }
}

/// Makes the catalogue of each provider in a schema document, which may be gzip-compressed.
///
/// Equal documents make equal bytes. The provider that is built into Terraform is left out
/// unless its version is given, for it has none of its own.
///
/// What is listed in `unknown` is marked as not known; that must be of a provider in the document.
pub fn import(
    json: impl Read,
    versions: &ProviderVersions,
    unknown: Option<&UnknownFacts>,
) -> Result<Vec<Imported>, ImportError> {
    import_bytes(&read(json)?, versions, unknown)
}

/// Reads all of a document, which may be gzip-compressed.
fn read(mut document: impl Read) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    document.read_to_end(&mut bytes).map_err(|source| ImportError::Read { source })?;
    decompress(bytes)
}

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const BUILT_IN: &str = "terraform.io/builtin/";

fn decompress(bytes: Vec<u8>) -> Result<Vec<u8>, ImportError> {
    if !bytes.starts_with(GZIP_MAGIC) {
        return Ok(bytes);
    }
    let mut json = Vec::new();
    MultiGzDecoder::new(&*bytes).read_to_end(&mut json).map_err(|source| ImportError::Read { source })?;
    Ok(json)
}

fn import_bytes(
    json: &[u8],
    versions: &ProviderVersions,
    unknown: Option<&UnknownFacts>,
) -> Result<Vec<Imported>, ImportError> {
    let mut document: Document =
        serde_json::from_slice(json).map_err(|source| ImportError::Json { source })?;
    if !matches!(document.format_version.split('.').next(), Some("0" | "1")) {
        return Err(ImportError::Format { found: document.format_version });
    }
    if let Some(unknown) = unknown {
        unknown.mark(&mut document.provider_schemas)?;
    }
    let versions = versions.resolve(document.provider_schemas.keys())?;
    let mut imported = Vec::new();
    for (address, version) in versions {
        if !source::is_full(address) {
            return Err(ImportError::Address { address: address.into() });
        }
        let text = writer::write(address, &version, &document.provider_schemas[address])?;
        let verify = |text| Catalogue::parse(text)?.verify();
        verify(text.clone()).map_err(|source| ImportError::Unreadable { address: address.into(), source })?;
        imported.push(Imported { address: address.into(), version, text });
    }
    Ok(imported)
}

impl ProviderVersions {
    /// Pairs each address with its version.
    fn resolve<'d>(
        &self,
        addresses: impl Iterator<Item = &'d String>,
    ) -> Result<Vec<(&'d str, Version)>, ImportError> {
        let addresses = addresses.map(String::as_str);
        match self {
            Self::One(version) => {
                let addresses: Vec<&str> = addresses.filter(|it| !it.starts_with(BUILT_IN)).collect();
                if addresses.len() > 1 {
                    return Err(ImportError::SeveralProviders {
                        addresses: addresses.into_iter().map(String::from).collect(),
                    });
                }
                let pair = |address| (address, version.clone());
                Ok(addresses.into_iter().map(pair).collect())
            }
            Self::ByAddress(versions) => {
                let find = |address: &str| {
                    let mut entries = versions.iter();
                    entries.find(|(given, _)| source::full(given) == address)
                };
                let mut pairs = Vec::new();
                for address in addresses {
                    match find(address) {
                        Some((_, version)) => pairs.push((address, version.clone())),
                        None if address.starts_with(BUILT_IN) => {}
                        None => {
                            return Err(ImportError::MissingVersion { address: address.into() });
                        }
                    }
                }
                Ok(pairs)
            }
        }
    }
}
