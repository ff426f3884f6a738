//! Old code on the new schema, on a real PostgreSQL.
//!
//! Every query of every deployed release is queries of two databases, one with the migrations that are deployed and one
//! with the new ones too, each time as the role of its service. What differs is a finding, or, where only a
//! connection that was open before is concerned, a warning.
//!
//! Knows nothing of the rules: what reading cannot tell, trying does. May import: `directory`, `identifier`, `policy` (what the end of a path is)
//! and `position`.

mod answer;
mod apply;
mod baseline;
mod compare;
mod error;
mod fill;
mod locks;
mod migration;
mod options;
mod prepared;
mod query;
mod release;
mod report;
mod roles;
mod scratch;
mod server;

pub use compare::compare;
pub use error::CompatError;
pub use migration::Migration;
pub use options::CompatOptions;
pub use query::{Query, QueryError};
pub use release::{CompatWaiver, Release, ReleaseError, Releases};
pub use report::{BrokenQuery, CompatReport, FailedMigration, HeldLock, LockReport, UnfilledTable};
pub use scratch::{ScratchError, ScratchServer};
pub use server::Server;
