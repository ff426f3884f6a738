//! Typed Rust bindings from a provider catalogue.
//!
//! Bindings are a folder of generated modules: one file per resource or data source, and a `mod.rs`. The folder itself
//! says which types it has, so that it can be generated again from a newer catalogue. All of it is offline and gives
//! the same bytes every time.
//!
//! With the feature `modules`, a Terraform module becomes a type as well: [`module::Wrapper`].
//!
//! The generated code is thin: setters put Terraform JSON into a block, references make expressions. What they do is
//! in `formwork-core`.

mod folder;
pub mod functions;
mod kind;
#[cfg(feature = "modules")]
pub mod module;
mod names;
mod reading;
mod render;
mod shapes;
pub mod surface;

pub use folder::{BindingsError, Folder};
pub use kind::Kind;
