//! References as they stand in expressions, and the blocks that they lead to.

use crate::syntax::address::{Address, Kind};

/// A reference as it stands in an expression: `aws_subnet.private[0].id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traversal<'a> {
    /// The steps, the root name first.
    pub steps: Vec<Step<'a>>,
}

/// One step of a [`Traversal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A name: the root, or what follows a dot.
    Name(&'a str),
    /// A literal position: `[0]` or `.0`.
    Index(&'a str),
    /// A literal key: `["key"]`, without the quotes.
    Key(&'a str),
    /// An index that is computed.
    Computed,
    /// `[*]` or `.*`.
    Splat,
}

impl<'a> Traversal<'a> {
    /// The name at a position, if there is one.
    #[must_use]
    pub fn name(&self, position: usize) -> Option<&'a str> {
        match self.steps.get(position) {
            Some(Step::Name(name)) => Some(name),
            _ => None,
        }
    }
}

/// A block that a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockReference<'r, 'a> {
    /// What is referred to.
    pub kind: Kind,
    /// Its type; empty for a module.
    pub type_name: &'a str,
    /// Its logical name.
    pub name: &'a str,
    /// What stands behind the name: an index, an attribute.
    pub rest: &'r [Step<'a>],
}

impl<'a> Traversal<'a> {
    /// The block that the reference leads to; none for variables, local values and what Terraform itself has.
    #[must_use]
    pub fn block(&self) -> Option<BlockReference<'_, 'a>> {
        let kind = match self.name(0)? {
            "each" | "count" | "self" | "path" | "terraform" | "var" | "local" => return None,
            "data" => Kind::Data,
            "ephemeral" => Kind::Ephemeral,
            "action" => Kind::Action,
            "module" => Kind::Module,
            _ => Kind::Resource,
        };
        let (type_name, name, rest) = match kind {
            Kind::Resource => (self.name(0)?, self.name(1)?, 2),
            Kind::Module => ("", self.name(1)?, 2),
            _ => (self.name(1)?, self.name(2)?, 3),
        };
        Some(BlockReference { kind, type_name, name, rest: self.steps.get(rest..).unwrap_or_default() })
    }
}

impl BlockReference<'_, '_> {
    /// The address of the block.
    #[must_use]
    pub fn address(&self) -> Address {
        Address { kind: self.kind, type_name: self.type_name.to_owned().into(), name: self.name.into() }
    }
}
