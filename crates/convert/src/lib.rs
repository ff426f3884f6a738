//! What runs already as a Formwork program: configurations in HCL, `cdktf.out`, states.
//!
//! A configuration is read as Terraform reads it ([`source`]), every expression becomes the Rust that makes it again
//! ([`emit`]), and [`proof`] compares the documents of the program with the configuration, argument by argument.
//!
//! Not here: the command line, and running cargo or terraform.

mod check;
pub mod configuration;
mod convert;
mod emit;
mod error;
pub mod expression;
mod files;
mod formwork_source;
mod functions;
pub mod hcl;
mod lock;
pub mod normal;
mod port;
pub mod proof;
mod shape;
mod source;
mod types;

pub use convert::{Configuration, Conversion, ReadModule, convert, read};
pub use emit::Counts;
pub use error::{ConvertError, Place};
pub use files::{Package, write};
pub use formwork_source::{FormworkSource, NoFormwork};
pub use port::{port, read_cdktf};
