//! Old code on the new schema, on a real PostgreSQL.

mod scratch;

pub use scratch::{ScratchError, ScratchServer};
