//! Typed bindings of the provider `integrations/github`.
//!
//! `github_repository` is [`Repository`], its blocks are in [`repository`], data sources are in [`data`].
//! Here are the types that Formwork's own modules and systems use. Any other type is one command away:
//! `cargo run -- bindings add github_team` generates it into your package.

mod bindings;

pub use bindings::*;
