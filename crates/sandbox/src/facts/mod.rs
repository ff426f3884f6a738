//! What is known of resource types beyond their schemas: how AWS and GitHub name what they make, and what they refuse.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `naming.rs` | what the templates of names say; the templates are in the facts of `formwork-schema` |
//! | `rules.rs` | what a provider refuses and what forces replacement: measured with the real one, in `facts/*.txt` |
//!
//! It may import nothing of this crate.

pub(crate) mod naming;
mod rules;

pub(crate) use rules::{Rule, Rules};
