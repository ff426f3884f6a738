//! What most programs import: `use formwork::prelude::*;`.
//!
//! It holds the types that stacks are written with, and the traits whose methods they call. Whatever is needed once in a
//! while is imported by its name.

#[cfg(feature = "aws")]
pub use crate::aws;
#[cfg(feature = "github")]
pub use crate::github;
pub use crate::guards;
#[cfg(feature = "hashicorp")]
pub use crate::hashicorp;
pub use crate::release::Releases;
pub use crate::{
    App, Backend, Expr, Lifecycle, Map, Output, Program, Provider, Raw, Reference, Resource, Stack, Value,
    Variable,
};
