//! What is wrong with a program: the message, the lines of Rust that made it, and what to do instead.
//!
//! Imports nothing of the crate.

pub(crate) mod diagnostic;
pub(crate) mod hint;
pub(crate) mod nearest;
pub(crate) mod source;
