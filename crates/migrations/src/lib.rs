//! Decides whether PostgreSQL migrations are safe for the releases that run while and after they are applied.
//!
//! The files are those of golang-migrate or another runner ([`Runner`]), which stays the runner: this crate reads them, it
//! does not apply them to a database that anybody uses. It prints nothing and knows no command line.

mod identifier;
mod name;
mod position;
mod timestamp;
// What a migration does.
mod data_type;
mod directory;
mod parse;
mod schema;
mod statement;
mod worker;
// What is wrong with it.
mod finding;
mod log;
mod policy;
mod rules;

mod check;
pub mod compat;
mod new_migration;
pub mod report;

pub use check::{CheckedFile, CheckedFinding, check};
pub use data_type::{DataType, TypeChange};
pub use directory::{Direction, Directory, DirectoryError, MigrationFile, Runner, Transaction};
pub use finding::{Class, Finding, FindingState, QuickFix, RuleId, Subject, TableLock};
pub use log::{DeployedMigration, DeployedRelease, DeploymentLog, LogStore, LogStoreError, Started};
pub use name::Name;
pub use new_migration::{Change, NewFile, NewMigrationError, Step, Uniqueness};
pub use parse::{ParsedFile, SyntaxError, SyntaxErrorKind, parse};
pub use policy::{
    Approval, Approvals, Owner, Ownership, Policy, PolicyError, Service, Shared, Waiver, Waivers, load,
};
pub use position::{Position, Span, position};
pub use schema::Schema;
pub use statement::{
    Action, Column, ColumnDefault, Comparison, ConditionValues, Constraint, ConstraintKind, DomainAction,
    Effect, Feature, Generated, IndexOptions, KeyIndex, LockMode, ObjectKind, Operator, PartitionBounds,
    PartitionKey, RowCondition, RowFilter, RowWrite, Scope, Statement, TableAction, TriggerBody,
};
pub use timestamp::{Timestamp, TimestampError};
pub use worker::{ParseFailure, Worker, WorkerError, serve};

/// The checklist for a pull request with migrations, in Markdown, for the repository's template.
pub const PULL_REQUEST_TEMPLATE: &str = include_str!("../pull_request_template.md");
