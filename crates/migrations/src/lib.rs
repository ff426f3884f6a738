//! Decides whether PostgreSQL migrations are safe for the releases that run while and after they are applied.
//!
//! The files are those of golang-migrate, which stays the runner: this crate reads them, it does not apply them to a
//! database that anybody uses. It prints nothing and knows no command line.

mod check;
pub mod compat;
mod data_type;
mod directory;
mod finding;
mod gate;
mod log;
mod name;
mod policy;
mod read;
pub mod report;
mod rules;
mod schema;
mod statement;
mod store;
mod template;
mod time;
mod worker;

pub use check::{CheckedFile, Judged, Policy, State, check};
pub use data_type::{DataType, TypeChange};
pub use directory::{Directory, DirectoryError, MigrationFile, Way};
pub use finding::{Class, Finding};
pub use log::{Deployed, Log, Release};
pub use name::Name;
pub use policy::{
    Approval, Approvals, Ownership, PolicyError, Service, Shared, Standing, Waiver, Waivers, load,
};
pub use read::{Reading, SyntaxError, read};
pub use schema::Schema;
pub use statement::*;
pub use store::{Store, StoreError};
pub use template::{Change, NewFile, Step, TemplateError, Uniqueness, empty_directory};
pub use time::{Moment, MomentError};
pub use worker::{Unparsed, Worker, WorkerError, serve};

/// The checklist for a pull request with migrations, in Markdown, for the repository's template.
pub const PULL_REQUEST_TEMPLATE: &str = include_str!("../pull_request_template.md");
