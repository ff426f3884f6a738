//! The program as a whole: it settles its stacks, has them checked and asks the rules.
//!
//! May import everything.

pub(crate) mod app;
pub(crate) mod guard;
