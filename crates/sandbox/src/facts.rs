//! What is known of resource types beyond their schemas: how AWS and GitHub name what they make, and what they refuse.
//!
//! How things are named is written by hand in `facts/*.toml`. What is refused and what forces replacement was measured
//! with the real provider, and is in `facts/*.txt`.

mod naming;
mod rules;

pub(crate) use naming::Naming;
pub(crate) use rules::{Rule, Rules};
