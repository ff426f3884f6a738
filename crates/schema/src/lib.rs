//! Provider schemas: the catalogue of what each provider accepts, and the versions it is for.
//!
//! A [`Catalogue`] is one provider at one version, kept as text whose sorted lines are searched
//! in place: nothing is read until it is asked for. A [`Library`] is a set of catalogues, those
//! embedded in this crate and those a user adds. The `import` feature makes catalogues from the
//! output of `terraform providers schema -json`. The `facts` feature adds what no schema says of a
//! resource type: what it is in a picture, what it costs, how the cloud names it.
//!
//! # Format
//!
//! ```text
//! formwork-catalogue 1 registry.terraform.io/hashicorp/aws 6.47.0
//! action aws_lambda_invoke 0 5f2e3d4c5b
//! block 0a1b2c3d4e arn=c:s tags=o:{s} | vpc_config=list:0:1:9f8e7d6c5b
//! data aws_caller_identity 0 1f2e3d4c5b
//! ephemeral aws_lambda_invocation 0 2f2e3d4c5b
//! function arn_parse arn:s -> (account_id:s,partition:s)
//! list aws_instance 0 6f2e3d4c5b
//! provider 3f2e3d4c5b
//! resource aws_lambda_function 0 4f2e3d4c5b d
//! ```
//!
//! The first line is the header; the others are sorted bytewise, and each ends with a newline.
//!
//! - `block ID ATTRIBUTE… | NESTED…` is a shape, written once however many blocks have it. Its
//!   identifier is a hash of what follows it, so it is the same in every catalogue.
//! - An attribute is `name=FLAGS:TYPE`, or `name=FLAGS:@NESTING:ID` if it is made of attributes.
//!   Flags are `r` required, `o` optional, `c` computed, `s` sensitive, `d` deprecated and
//!   `w` write-only, in this order; then `S` if it is not known whether it is sensitive, and `D`
//!   if it is not known whether it is deprecated.
//! - A nested block is `name=NESTING:MIN:MAX:ID`, and `:d` if it is deprecated; the nesting is
//!   `list`, `set`, `map`, `single` or `group`, and a maximum of 0 is none. A limit that is not
//!   known is `?`, and `:D` says that it is not known whether the block is deprecated.
//! - `...` after a shape's identifier says that it may contain more than the catalogue knows.
//! - A type is `s` string, `n` number, `b` bool, `d` dynamic, `[T]` list, `<T>` set, `{T}` map,
//!   `(a:T,b?:T)` object (`?` marks an optional attribute) or `t(T,T)` tuple.
//! - `resource`, `data`, `ephemeral`, `action` and `list` lines give the type's name, the version
//!   of its schema, its shape (of actions and lists, that of `config`), and `d` if it is
//!   deprecated; `provider` gives the shape of the provider block.
//! - A function is `name PARAMETER… -> TYPE`, and `d` if it is deprecated. A parameter is
//!   `name:TYPE`, with `?` after the name if it takes null and `...` before it if it is variadic.

mod block;
mod catalogue;
mod check;
#[cfg(feature = "facts")]
pub mod facts;
mod function;
#[cfg(feature = "import")]
mod import;
mod library;
mod line;
mod lock_file;
mod shape_id;
mod source;
mod ty;
mod verify;

mod constraint;
mod version;

pub use block::{Attribute, AttributeType, BlockSchema, NestedBlock, Nesting, Unknown};
pub use catalogue::{Catalogue, CatalogueError, Kind, ResourceSchema};
pub use check::{Report, check, check_locked};
pub use constraint::{Constraint, ConstraintError};
#[cfg(feature = "facts")]
pub use facts::{Limit, TypeFacts};
pub use formwork_core::nearest;
pub use function::{FunctionSchema, Parameter};
#[cfg(feature = "import")]
pub use import::{ImportError, Imported, ProviderVersions, UnknownFacts, import};
pub use library::Library;
pub use line::LineError;
pub use lock_file::{LockFile, LockFileError, LockedProvider};
pub use shape_id::ShapeId;
pub use ty::{ObjectAttribute, Type};
pub use version::{Version, VersionError};
