//! One provider at one version: what it offers, read from the catalogue's text when asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use formwork_core::nearest;
use thiserror::Error;

use crate::block::BlockSchema;
use crate::function::FunctionSchema;
use crate::line::{self, LineError, read_deprecated};
use crate::shape_id::ShapeId;
use crate::{Version, VersionError, source};

/// The first words of a catalogue of the format that this crate reads.
pub(crate) const MAGIC: &str = "formwork-catalogue 1 ";

/// One provider at one version.
///
/// Lookups search the text; what is found is decoded once and kept. Lookups take `&self` from any
/// thread.
pub struct Catalogue {
    text: Cow<'static, str>,
    /// Where the sorted lines begin, after the header.
    body: usize,
    address: Box<str>,
    version: Version,
    shapes: Mutex<HashMap<ShapeId, Arc<BlockSchema>>>,
    /// By what the line begins with, such as `resource aws_instance `.
    schemas: Mutex<HashMap<String, ResourceSchema>>,
}

/// What a provider has names for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Resources that Terraform manages.
    Resource,
    /// Data sources.
    Data,
    /// Ephemeral resources.
    Ephemeral,
    /// Functions.
    Function,
    /// Actions, since Terraform 1.14.
    Action,
    /// Searches for resources that exist, since Terraform 1.14.
    List,
}

/// Whatever has a block: a resource, data source, ephemeral resource, action or search, or the provider itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSchema {
    /// The version of the schema, by which the provider upgrades a state; 0 for a provider block.
    pub version: u64,
    /// The contents of its block.
    pub block: Arc<BlockSchema>,
    /// Whether the provider advises against it.
    pub deprecated: bool,
}

/// A text that is not a catalogue, or a damaged catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// The first line is not the header of a catalogue of format 1.
    #[error("not a catalogue: expected a first line `{MAGIC}ADDRESS VERSION`, found `{found}`")]
    Header {
        /// The beginning of the first line.
        found: String,
    },
    /// The header's version is not a version.
    #[error("the catalogue's header has no version")]
    Version {
        /// What is wrong with the version.
        source: VersionError,
    },
    /// The text does not end with a newline.
    #[error("the catalogue of {catalogue} is cut off in its last line")]
    Truncated {
        /// The provider and its version.
        catalogue: String,
    },
    /// A line is malformed.
    #[error("line {line} of the catalogue of {catalogue} is malformed")]
    Line {
        /// The provider and its version.
        catalogue: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with the line.
        source: LineError,
    },
    /// A shape was asked for that the catalogue does not have.
    #[error("the catalogue of {catalogue} has no block {shape}")]
    UnknownShape {
        /// The provider and its version.
        catalogue: String,
        /// The shape.
        shape: ShapeId,
    },
}

impl Catalogue {
    /// Takes a catalogue's text. Only the header and the last character are looked at;
    /// [`verify`](Self::verify) looks at all of it.
    pub fn parse(text: impl Into<Cow<'static, str>>) -> Result<Self, CatalogueError> {
        Self::parse_text(text.into())
    }

    /// The provider's address without Terraform's default host, such as `hashicorp/aws`.
    pub fn source(&self) -> &str {
        source::short(&self.address)
    }

    /// The provider's full address, such as `registry.terraform.io/hashicorp/aws`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The provider's version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The whole text, as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Finds a resource. Fails if its line or its shape is damaged.
    pub fn resource(&self, name: &str) -> Result<Option<ResourceSchema>, CatalogueError> {
        self.schema(Kind::Resource, name)
    }

    /// Finds a data source. Fails if its line or its shape is damaged.
    pub fn data_source(&self, name: &str) -> Result<Option<ResourceSchema>, CatalogueError> {
        self.schema(Kind::Data, name)
    }

    /// Finds an ephemeral resource. Fails if its line or its shape is damaged.
    pub fn ephemeral(&self, name: &str) -> Result<Option<ResourceSchema>, CatalogueError> {
        self.schema(Kind::Ephemeral, name)
    }

    /// Finds an action, with what its `config` takes. Fails if its line or its shape is damaged.
    pub fn action(&self, name: &str) -> Result<Option<ResourceSchema>, CatalogueError> {
        self.schema(Kind::Action, name)
    }

    /// Finds a search for resources, with what its `config` takes. Fails if its line or its shape is damaged.
    pub fn list(&self, name: &str) -> Result<Option<ResourceSchema>, CatalogueError> {
        self.schema(Kind::List, name)
    }

    /// Returns the provider block, if the catalogue has one. Fails if it is damaged.
    pub fn provider(&self) -> Result<Option<ResourceSchema>, CatalogueError> {
        let Some(line) = line::find(self.body(), "provider ") else {
            return Ok(None);
        };
        let mut fields = line.split(' ').skip(1);
        let schema = read_shape(fields.next())
            .and_then(|shape| Ok((0, shape, read_deprecated(fields)?)))
            .map_err(|error| self.line_error(line, error))?;
        self.resolve(schema).map(Some)
    }

    /// Finds a function. Fails if its line is damaged.
    pub fn function(&self, name: &str) -> Result<Option<FunctionSchema>, CatalogueError> {
        let Some(key) = key(Kind::Function, name) else {
            return Ok(None);
        };
        let Some(line) = line::find(self.body(), &key) else {
            return Ok(None);
        };
        FunctionSchema::decode(&line[key.len()..]).map(Some).map_err(|error| self.line_error(line, error))
    }

    /// Returns a shape, which is decoded on first use. Fails if there is none with this
    /// identifier, or its line is damaged.
    pub fn block(&self, shape: ShapeId) -> Result<Arc<BlockSchema>, CatalogueError> {
        if let Some(block) = lock(&self.shapes).get(&shape) {
            return Ok(Arc::clone(block));
        }
        let block = Arc::new(self.decode_block(shape)?);
        lock(&self.shapes).insert(shape, Arc::clone(&block));
        Ok(block)
    }

    /// The names of all resources, sorted.
    pub fn resource_names(&self) -> impl Iterator<Item = &str> {
        self.names(Kind::Resource)
    }

    /// The names of all data sources, sorted.
    pub fn data_source_names(&self) -> impl Iterator<Item = &str> {
        self.names(Kind::Data)
    }

    /// The names of all ephemeral resources, sorted.
    pub fn ephemeral_names(&self) -> impl Iterator<Item = &str> {
        self.names(Kind::Ephemeral)
    }

    /// The names of all functions, sorted.
    pub fn function_names(&self) -> impl Iterator<Item = &str> {
        self.names(Kind::Function)
    }

    /// The names of all that the provider has of a kind, sorted.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        line::with_prefix(self.body(), kind.prefix()).filter_map(|line| line.split(' ').nth(1))
    }

    /// Suggests what was meant by a name that does not exist.
    pub fn nearest(&self, kind: Kind, name: &str) -> Option<&str> {
        nearest(name, self.names(kind))
    }

    /// Whether the provider has something of a kind.
    pub fn has(&self, kind: Kind, name: &str) -> bool {
        key(kind, name).is_some_and(|key| line::find(self.body(), &key).is_some())
    }

    /// A name for its file, such as `hashicorp-aws-6.47.0.txt`.
    pub fn file_name(&self) -> String {
        source::file_name(&self.address, &self.version)
    }

    /// The provider and its version, for messages.
    pub fn label(&self) -> String {
        format!("{} {}", self.source(), self.version)
    }

    pub(crate) fn body(&self) -> &str {
        &self.text[self.body..]
    }

    /// Says which line of the text `line`, a part of it, is.
    pub(crate) fn line_error(&self, line: &str, error: LineError) -> CatalogueError {
        let offset = line.as_ptr().addr() - self.text.as_ptr().addr();
        let before = self.text.bytes().take(offset);
        CatalogueError::Line {
            catalogue: self.label(),
            line: before.filter(|byte| *byte == b'\n').count() + 1,
            source: error,
        }
    }

    fn parse_text(text: Cow<'static, str>) -> Result<Self, CatalogueError> {
        let header = text.lines().next().unwrap_or_default();
        let header_error = || CatalogueError::Header { found: header.chars().take(80).collect() };
        let (address, version) = header
            .strip_prefix(MAGIC)
            .and_then(|fields| fields.split_once(' '))
            .filter(|(address, _)| source::is_full(address))
            .ok_or_else(header_error)?;
        let version = version.parse().map_err(|source| CatalogueError::Version { source })?;
        let catalogue = Self {
            address: address.into(),
            version,
            body: text.find('\n').map_or(text.len(), |end| end + 1),
            shapes: Mutex::default(),
            schemas: Mutex::default(),
            text,
        };
        if !catalogue.text.ends_with('\n') {
            return Err(CatalogueError::Truncated { catalogue: catalogue.label() });
        }
        Ok(catalogue)
    }

    fn schema(&self, kind: Kind, name: &str) -> Result<Option<ResourceSchema>, CatalogueError> {
        let Some(key) = key(kind, name) else {
            return Ok(None);
        };
        if let Some(schema) = lock(&self.schemas).get(&key) {
            return Ok(Some(schema.clone()));
        }
        let Some(line) = line::find(self.body(), &key) else {
            return Ok(None);
        };
        let schema = decode_schema(&line[key.len()..])
            .map_err(|error| self.line_error(line, error))
            .and_then(|schema| self.resolve(schema))?;
        lock(&self.schemas).insert(key, schema.clone());
        Ok(Some(schema))
    }

    fn resolve(
        &self,
        (version, shape, deprecated): (u64, ShapeId, bool),
    ) -> Result<ResourceSchema, CatalogueError> {
        Ok(ResourceSchema { version, block: self.block(shape)?, deprecated })
    }

    fn decode_block(&self, shape: ShapeId) -> Result<BlockSchema, CatalogueError> {
        // The line of an empty shape ends after its identifier, so the key has no separator; all
        // identifiers are of one length.
        let key = format!("block {shape}");
        let line = line::find(self.body(), &key)
            .ok_or_else(|| CatalogueError::UnknownShape { catalogue: self.label(), shape })?;
        decode_contents(shape, &line[key.len()..]).map_err(|error| self.line_error(line, error))
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({} {})", self.address, self.version)
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Resource, Self::Data, Self::Ephemeral, Self::Function, Self::Action, Self::List];

    /// The word that lines of this kind begin with, and the space after it.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Resource => "resource ",
            Self::Data => "data ",
            Self::Ephemeral => "ephemeral ",
            Self::Function => "function ",
            Self::Action => "action ",
            Self::List => "list ",
        }
    }
}

/// What the kind is called in a message, such as `data source`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resource => "resource",
            Self::Data => "data source",
            Self::Ephemeral => "ephemeral resource",
            Self::Function => "function",
            Self::Action => "action",
            Self::List => "list resource",
        })
    }
}

/// What the line of something named begins with, if it can be a name.
fn key(kind: Kind, name: &str) -> Option<String> {
    line::is_name(name).then(|| [kind.prefix(), name, " "].concat())
}

/// Locks a map of what has been decoded, which is whole even if another thread panicked.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads what follows the name of a resource: its version, shape and flag.
pub(crate) fn decode_schema(contents: &str) -> Result<(u64, ShapeId, bool), LineError> {
    let mut fields = contents.split(' ');
    let version = fields.next().unwrap_or_default();
    let version = version
        .parse()
        .map_err(|_| LineError::Unexpected { text: version.into(), expected: "the version of a schema" })?;
    let shape = read_shape(fields.next())?;
    Ok((version, shape, read_deprecated(fields)?))
}

/// Reads what follows the identifier of a shape, with the space between them.
pub(crate) fn decode_contents(shape: ShapeId, rest: &str) -> Result<BlockSchema, LineError> {
    match rest.strip_prefix(' ') {
        Some(contents) => BlockSchema::decode(shape, contents),
        None if rest.is_empty() => BlockSchema::decode(shape, ""),
        None => {
            Err(LineError::Unexpected { text: rest.into(), expected: "a space after a block's identifier" })
        }
    }
}

pub(crate) fn read_shape(field: Option<&str>) -> Result<ShapeId, LineError> {
    field.ok_or(LineError::Missing { field: "the identifier of a block" })?.parse()
}
