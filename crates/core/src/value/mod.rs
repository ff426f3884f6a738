//! What arguments take: [`Value`](crate::Value)s, which are written already, and the types that Terraform has.
//!
//! May import `expression`, `block` and `syntax`.

mod any_value;
pub(crate) mod into_value;
pub mod named;
mod no_value;
pub(crate) mod type_constraint;
pub(crate) mod type_of;
pub(crate) mod type_syntax;
pub(crate) mod typed;
