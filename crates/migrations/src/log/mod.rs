//! What was deployed when, and where that is kept: golang-migrate's own table knows the newest version and nothing else.
//!
//! May import: `identifier` and `timestamp`.

mod bucket;
mod command;
mod connection_url;
mod database;
mod deployment_log;
mod error;
mod store;

pub(crate) use deployment_log::folder_name;
pub use deployment_log::{DeployedMigration, DeployedRelease, DeploymentLog, Started};
pub use error::LogStoreError;
pub use store::LogStore;
