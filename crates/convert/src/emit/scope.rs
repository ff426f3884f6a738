//! What names mean where an expression stands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use formwork_schema::BlockSchema;

use crate::types::Type;

/// How often an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Once,
    Count,
    ForEach,
}

/// A resource, data source or ephemeral resource, as those see it who refer to it.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    /// What its provider says of it, if that is known.
    pub(crate) schema: Option<Arc<BlockSchema>>,
    pub(crate) repeat: Repeat,
    /// The type of the reference to one object, such as `aws::VpcRef`.
    pub(crate) reference: String,
}

/// What is known of all names of a module, whatever is emitted already.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Types of `var.…` and `local.…`.
    pub(crate) values: HashMap<String, Type>,
    /// By address: `aws_vpc.main`, `data.aws_region.here`.
    pub(crate) objects: HashMap<String, Object>,
    /// How often each `module.…` is there.
    pub(crate) modules: HashMap<String, Repeat>,
}

/// What an expression can refer to.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// Rust variables and fields by address: `var.name`, `aws_vpc.main`, `module.net`, `provider.aws.east`.
    pub(crate) places: HashMap<String, String>,
    /// The types of values that were made, by address.
    pub(crate) types: HashMap<String, Type>,
    /// Names of Rust that mean something else already.
    pub(crate) taken: HashSet<String>,
    /// The element of the block's `for_each`.
    pub(crate) each: Option<Type>,
    /// Whether the block has a count.
    pub(crate) count: bool,
    /// Elements of `dynamic` blocks: Terraform's name, Rust's, and the type.
    pub(crate) iterators: Vec<(String, String, Type)>,
    /// Addresses of objects that have no binding after all.
    pub(crate) untyped: HashSet<String>,
    /// Whether anything was used that a provider advises against.
    pub(crate) deprecated: bool,
    /// Names that `for` has made: Terraform's, Rust's, and the type.
    pub(crate) bound: Vec<(String, String, Type)>,
}

impl Scope {
    /// A name for a closure's argument that hides nothing.
    pub(crate) fn free(&self, name: &str) -> String {
        let plain = crate::emit::names::variable(name);
        let is_free = |candidate: &String| {
            !self.taken.contains(candidate)
                && !self.bound.iter().chain(&self.iterators).any(|(_, rust, _)| rust == candidate)
        };
        let numbered = (2..).map(|number| format!("{}{number}", plain.trim_end_matches('_')));
        std::iter::once(plain.clone()).chain(numbered).find(is_free).unwrap_or(plain)
    }
}
