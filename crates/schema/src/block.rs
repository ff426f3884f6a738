//! Shapes of blocks: their attributes and the blocks nested in them.

use std::fmt;

use crate::line::{LineError, check_name, read_deprecated};
use crate::shape_id::ShapeId;
use crate::ty::Type;

/// What a block may contain.
///
/// Equal shapes are one value: whether a use of a block is deprecated is said where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockSchema {
    /// The identifier of this shape.
    pub id: ShapeId,
    /// The attributes, sorted by name.
    pub attributes: Vec<Attribute>,
    /// The nested blocks, sorted by name.
    pub blocks: Vec<NestedBlock>,
    /// Whether it may contain more than is known: what a check does not find here is no mistake.
    pub open: bool,
}

/// Facts that the source of a catalogue does not show. Each is taken for what refuses nothing: not sensitive, not
/// deprecated, no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unknown {
    /// Whether Terraform hides the value.
    pub sensitive: bool,
    /// Whether the provider advises against it.
    pub deprecated: bool,
    /// How many blocks there must be.
    pub min: bool,
    /// How many blocks there may be.
    pub max: bool,
}

/// One attribute of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The attribute's name.
    pub name: Box<str>,
    /// What its value is.
    pub ty: AttributeType,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it may be given.
    pub optional: bool,
    /// Whether the provider sets it, or sets it if it is not given.
    pub computed: bool,
    /// Whether Terraform hides its value.
    pub sensitive: bool,
    /// Whether the provider advises against it.
    pub deprecated: bool,
    /// Whether it is never stored and cannot be read.
    pub write_only: bool,
    /// What is not known of it.
    pub unknown: Unknown,
}

/// What an attribute's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    /// A value of a type.
    Value(Type),
    /// A value made of attributes that have flags of their own (`nested_type`).
    Nested {
        /// How many there are, and how they are held; never [`Nesting::Group`].
        nesting: Nesting,
        /// The shape of each; it has no nested blocks.
        shape: ShapeId,
    },
}

/// A kind of block within a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedBlock {
    /// The block's name.
    pub name: Box<str>,
    /// How the blocks of this name are held.
    pub nesting: Nesting,
    /// How many there must be.
    pub min: u64,
    /// How many there may be, if that is limited.
    pub max: Option<u64>,
    /// The shape of each: see [`Catalogue::block`](crate::Catalogue::block).
    pub shape: ShapeId,
    /// Whether the provider advises against it.
    pub deprecated: bool,
    /// What is not known of it.
    pub unknown: Unknown,
}

/// What the contents of a shape begin with that may have more than is known.
pub(crate) const OPEN: &str = "...";
/// A limit that is not known.
const UNKNOWN: &str = "?";

/// How nested blocks or attributes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nesting {
    /// At most one; absent is null.
    Single,
    /// At most one; absent is an object of empty attributes. For blocks only.
    Group,
    /// Any number in an order.
    List,
    /// Any number without an order.
    Set,
    /// Any number, each with a label of its own.
    Map,
}

impl BlockSchema {
    /// Finds an attribute, by binary search.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let index = self.attributes.binary_search_by(|attribute| (*attribute.name).cmp(name)).ok()?;
        self.attributes.get(index)
    }

    /// Finds a kind of nested block, by binary search.
    pub fn nested_block(&self, name: &str) -> Option<&NestedBlock> {
        let index = self.blocks.binary_search_by(|block| (*block.name).cmp(name)).ok()?;
        self.blocks.get(index)
    }

    /// The names of the attributes and nested blocks.
    pub fn argument_names(&self) -> impl Iterator<Item = &str> {
        let attributes = self.attributes.iter().map(|attribute| &*attribute.name);
        let blocks = self.blocks.iter().map(|block| &*block.name);
        attributes.chain(blocks)
    }

    /// The shapes that this one uses, for its nested blocks and its attributes.
    pub fn shapes(&self) -> impl Iterator<Item = ShapeId> {
        let of_attributes = self.attributes.iter().filter_map(|it| match it.ty {
            AttributeType::Nested { shape, .. } => Some(shape),
            AttributeType::Value(_) => None,
        });
        of_attributes.chain(self.blocks.iter().map(|block| block.shape))
    }

    /// Reads what follows the identifier in a `block` line.
    pub(crate) fn decode(id: ShapeId, contents: &str) -> Result<Self, LineError> {
        let (contents, open) = match contents.strip_prefix(OPEN) {
            Some(rest) => (rest.strip_prefix(' ').unwrap_or(rest), true),
            None => (contents, false),
        };
        let (attributes, blocks) = match contents.strip_prefix("| ") {
            Some(blocks) => ("", Some(blocks)),
            None => match contents.split_once(" | ") {
                Some((attributes, blocks)) => (attributes, Some(blocks)),
                None => (contents, None),
            },
        };
        let attributes = match attributes {
            "" => Vec::new(),
            _ => decode_sorted(attributes, Attribute::decode, |it| &it.name)?,
        };
        let blocks = match blocks {
            None => Vec::new(),
            Some(blocks) => decode_sorted(blocks, NestedBlock::decode, |it| &it.name)?,
        };
        Ok(Self { id, attributes, blocks, open })
    }
}

impl Attribute {
    fn decode(text: &str) -> Result<Self, LineError> {
        let (name, rest) = split(text, '=', "an attribute's flags")?;
        let (flags, ty) = split(rest, ':', "an attribute's type")?;
        let mut attribute = Self {
            name: check_name(name)?.into(),
            ty: AttributeType::decode(ty)?,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            deprecated: false,
            write_only: false,
            unknown: Unknown::default(),
        };
        for flag in flags.chars() {
            let slot = match flag {
                'r' => &mut attribute.required,
                'o' => &mut attribute.optional,
                'c' => &mut attribute.computed,
                's' => &mut attribute.sensitive,
                'd' => &mut attribute.deprecated,
                'w' => &mut attribute.write_only,
                'S' => &mut attribute.unknown.sensitive,
                'D' => &mut attribute.unknown.deprecated,
                _ => {
                    return Err(LineError::Unexpected {
                        text: flag.into(),
                        expected: "a flag of an attribute",
                    });
                }
            };
            *slot = true;
        }
        Ok(attribute)
    }

    fn flags(&self) -> impl Iterator<Item = char> {
        [
            (self.required, 'r'),
            (self.optional, 'o'),
            (self.computed, 'c'),
            (self.sensitive, 's'),
            (self.deprecated, 'd'),
            (self.write_only, 'w'),
            (self.unknown.sensitive, 'S'),
            (self.unknown.deprecated, 'D'),
        ]
        .into_iter()
        .filter_map(|(is_set, flag)| is_set.then_some(flag))
    }
}

impl AttributeType {
    fn decode(text: &str) -> Result<Self, LineError> {
        let Some(nested) = text.strip_prefix('@') else {
            return Type::decode(text).map(Self::Value);
        };
        let (nesting, shape) = split(nested, ':', "the shape of a nested attribute")?;
        match Nesting::decode(nesting)? {
            Nesting::Group => {
                Err(LineError::Unexpected { text: nesting.into(), expected: "the nesting of an attribute" })
            }
            nesting => Ok(Self::Nested { nesting, shape: shape.parse()? }),
        }
    }
}

impl NestedBlock {
    fn decode(text: &str) -> Result<Self, LineError> {
        let (name, rest) = split(text, '=', "a block's nesting")?;
        let mut fields = rest.split(':');
        let mut next = |field| fields.next().ok_or(LineError::Missing { field });
        let nesting = Nesting::decode(next("a block's nesting")?)?;
        let min = decode_limit(next("a block's minimum")?)?;
        let max = decode_limit(next("a block's maximum")?)?;
        let shape = next("a block's shape")?.parse()?;
        let mut fields = fields.peekable();
        let deprecated_unknown = fields.next_if_eq(&"D").is_some();
        Ok(Self {
            name: check_name(name)?.into(),
            nesting,
            min: min.unwrap_or_default(),
            max: max.filter(|max| *max > 0),
            shape,
            deprecated: read_deprecated(fields)?,
            unknown: Unknown {
                sensitive: false,
                deprecated: deprecated_unknown,
                min: min.is_none(),
                max: max.is_none(),
            },
        })
    }
}

impl Nesting {
    /// Its name in a provider's schema, such as `list`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Group => "group",
            Self::List => "list",
            Self::Set => "set",
            Self::Map => "map",
        }
    }

    pub(crate) fn decode(text: &str) -> Result<Self, LineError> {
        match text {
            "single" => Ok(Self::Single),
            "group" => Ok(Self::Group),
            "list" => Ok(Self::List),
            "set" => Ok(Self::Set),
            "map" => Ok(Self::Map),
            _ => Err(LineError::Unexpected { text: text.into(), expected: "a nesting" }),
        }
    }
}

impl fmt::Display for Nesting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(ty) => ty.fmt(f),
            Self::Nested { nesting, shape } => write!(f, "@{nesting}:{shape}"),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.name)?;
        for flag in self.flags() {
            write!(f, "{flag}")?;
        }
        write!(f, ":{}", self.ty)
    }
}

impl fmt::Display for NestedBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, nesting, shape, unknown, .. } = self;
        let limit = |unknown, limit: u64| if unknown { UNKNOWN.to_owned() } else { limit.to_string() };
        let (min, max) = (limit(unknown.min, self.min), limit(unknown.max, self.max.unwrap_or(0)));
        write!(f, "{name}={nesting}:{min}:{max}:{shape}")?;
        f.write_str(if unknown.deprecated { ":D" } else { "" })?;
        f.write_str(if self.deprecated { ":d" } else { "" })
    }
}

/// Decodes items separated by spaces, which must be in ascending order of their names.
fn decode_sorted<T>(
    text: &str,
    decode: fn(&str) -> Result<T, LineError>,
    name: fn(&T) -> &str,
) -> Result<Vec<T>, LineError> {
    let mut items: Vec<T> = Vec::new();
    for item in text.split(' ') {
        let item = decode(item)?;
        if items.last().is_some_and(|last| name(last) >= name(&item)) {
            return Err(LineError::Order { name: name(&item).into() });
        }
        items.push(item);
    }
    Ok(items)
}

fn split<'t>(text: &'t str, separator: char, field: &'static str) -> Result<(&'t str, &'t str), LineError> {
    text.split_once(separator).ok_or(LineError::Missing { field })
}

/// Reads a number, or that it is not known.
fn decode_limit(text: &str) -> Result<Option<u64>, LineError> {
    if text == UNKNOWN {
        return Ok(None);
    }
    let error = || LineError::Unexpected { text: text.into(), expected: "a number, or `?`" };
    text.parse().map(Some).map_err(|_| error())
}
