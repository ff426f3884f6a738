//! Terraform JSON as a tree: blocks with their arguments, the values in them, how text becomes one of Terraform's
//! templates, and changes at a path.
//!
//! May import `diagnostics` and `syntax`.

pub(crate) mod arguments;
pub(crate) mod change;
pub(crate) mod fence;
pub(crate) mod hcl;
pub(crate) mod json;
pub(crate) mod objects;
pub(crate) mod override_at;
pub(crate) mod stack_set;
pub mod text;
pub(crate) mod tree;
pub(crate) mod waiver;
pub(crate) mod written_text;
