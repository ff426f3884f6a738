//! What stands for a block that is in a stack.

use crate::block::stack_set::StackSet;
use crate::{Address, Expr, Json, Kind};

/// A block that is in a stack, one object of a block that is repeated, or what a repeated block is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    address: Address,
    /// The HCL that leads to it where that is not the address.
    path: Option<Box<str>>,
    /// The stack that it is in, and those that its index refers into.
    stacks: StackSet,
}

impl Reference {
    pub(crate) const fn new(address: Address, stacks: StackSet) -> Self {
        Self { address, path: None, stacks }
    }

    /// A reference to what Terraform finds at a path such as `each.value`, whatever that is.
    pub(crate) fn within(path: String) -> Self {
        let address = Address { kind: Kind::Resource, type_name: "".into(), name: path.as_str().into() };
        Self { address, path: Some(path.into_boxed_str()), stacks: StackSet::NONE }
    }

    /// One object of a repeated block; `step` is the index with its brackets, which may refer into stacks itself.
    pub(crate) fn instance(&self, step: &str, stacks: StackSet) -> Self {
        let path = [&self.hcl(), step].concat();
        Self {
            address: self.address.clone(),
            path: Some(path.into_boxed_str()),
            stacks: self.stacks.and(stacks),
        }
    }

    /// The stacks that it refers into.
    pub(crate) const fn stacks(&self) -> StackSet {
        self.stacks
    }

    /// The address of the block, as it stands in `depends_on`.
    pub(crate) fn bare_address(&self) -> Json {
        Json::bare_from(self.address.to_string(), self.stacks)
    }

    /// Where it is. One object of a repeated block has the address of the block.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Any attribute, also one that the binding does not have.
    #[must_use]
    pub fn attribute<T>(&self, name: &str) -> Expr<T> {
        let attribute = match &self.path {
            None => Expr::postfix(&self.address.attribute(name)),
            Some(path) => Expr::postfix(&[path, ".", name]),
        };
        attribute.of_stacks(self.stacks)
    }

    /// The object as a whole.
    #[must_use]
    pub fn object(&self) -> Expr<Json> {
        Expr::postfix(&[&self.hcl()]).of_stacks(self.stacks)
    }

    /// The reference as it stands in an expression, such as `aws_subnet.private["a"]`.
    pub(crate) fn hcl(&self) -> String {
        match &self.path {
            None => self.address.to_string(),
            Some(path) => path.to_string(),
        }
    }
}

impl AsRef<Self> for Reference {
    fn as_ref(&self) -> &Self {
        self
    }
}
