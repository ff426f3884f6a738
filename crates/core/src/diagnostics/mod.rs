//! What is wrong with a program: the message, the lines of Rust that made it, and what to do instead.
//!
//! May import `syntax`.

pub(crate) mod diagnostic;
pub mod escape;
pub(crate) mod hint;
pub(crate) mod nearest;
pub(crate) mod source;
