//! What blocks and values are made of. The types hold one another, so that they stand in one file; what can be done
//! with each is beside it: `arguments.rs`, `json.rs`, `change.rs`.

use std::borrow::Cow;

use crate::{Source, Text, Waiver};

/// A node of Terraform's JSON configuration syntax. Strings and keys are stored as Terraform reads them: text is
/// already escaped, `${…}` is an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// The absence of a value: Terraform treats the argument as not set.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number, in JSON notation; digits are kept as they are.
    Decimal(Box<str>),
    /// A string without expressions, already escaped: nobody has to look for references in it.
    String(Text),
    /// A string in Terraform's template syntax that holds expressions.
    Template(Text),
    /// A list, set or tuple.
    Array(Vec<Self>),
    /// A map or object; keys are in Terraform's template syntax.
    Object(Vec<(Cow<'static, str>, Self)>),
    /// A nested block that occurs at most once; boxed, since it is larger than all else here.
    Block(Box<Block>),
    /// A nested block that may repeat, in order.
    Blocks(Vec<Block>),
    /// Something that has no Terraform JSON; the text says why. Synthesis reports it.
    Invalid(Box<str>),
}

/// The body of a Terraform block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    pub(crate) entries: Vec<Entry>,
    /// One pointer, since hardly any block has notes.
    pub(crate) notes: Option<Box<Notes>>,
}

/// What the program states about a block beside its arguments.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    /// Sensitive arguments that may be literals.
    pub(crate) plain: Vec<Box<str>>,
    pub(crate) waivers: Vec<Waiver>,
    /// Changes to be made once everything else is settled.
    pub(crate) overrides: Vec<Override>,
    /// The logical name that it had before, and the line that says so.
    pub(crate) former_name: Option<(Box<str>, Source)>,
}

/// One argument or nested block of a [`Block`].
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The argument's name, as Terraform spells it.
    pub name: Cow<'static, str>,
    /// What it is set to.
    pub value: Json,
    /// The line that set it.
    pub source: Source,
}

/// A change at a path within a block, such as `["tags", "a.b"]`. Each element of a path is one key, whatever characters
/// it has; the blocks of a kind that repeats, and the elements of a list, are numbered from `0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    pub(crate) path: Vec<String>,
    pub(crate) change: Change,
    pub(crate) source: Source,
}

/// What happens at the end of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Set(Json),
    Merge(Json),
    Append(Json),
    Remove,
}
