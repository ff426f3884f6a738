//! What arguments take: [`Value`](crate::Value)s, which are written already, and the types that Terraform has.
//!
//! May import `expression`, `block` and `syntax`.

pub mod named;
pub(crate) mod type_constraint;
pub(crate) mod type_syntax;
pub(crate) mod typed;
