//! What Terraform computes: HCL text with a known precedence, and the operators and calls that Rust writes it with.
//!
//! May import `block` and `syntax`, and of `value` the map, which a literal can be.

pub(crate) mod argument;
pub(crate) mod condition;
pub(crate) mod expr;
pub(crate) mod iteration;
pub(crate) mod literal;
pub(crate) mod operators;
pub(crate) mod path;
