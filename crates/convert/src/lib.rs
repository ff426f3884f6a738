//! What runs already as a Formwork program: configurations in HCL, `cdktf.out`, states.
//!
//! A configuration is read as Terraform reads it ([`source`]), a state becomes one ([`mod@adopt`]), every expression becomes the Rust that makes it again
//! ([`emit`]), and [`proof`] compares the documents of the program with the configuration, argument by argument.
//!
//! Not here: the command line, and running cargo or terraform.

mod adopt;
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
mod readable;
mod shape;
mod source;
mod types;

pub use adopt::{Adopted, AdoptedStack, adopt, adopt_imports, read_imports, read_states};
pub use convert::{Configuration, Conversion, ReadModule, convert, read};
pub use emit::Counts;
pub use error::{ConvertError, Place};
pub use files::{Package, write};
pub use formwork_source::{FormworkSource, NoFormwork};
pub use port::{Naming, port, read_cdktf};
