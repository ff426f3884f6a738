//! GitHub's REST API, as far as gates need it.
//!
//! Requests go through octocrab, without its retries: reads are repeated here, writes are not. What is read has types
//! of its own, since octocrab's lack fields and refuse nulls that GitHub sends.

mod app;
mod client;
mod limit;
mod page;
mod repository;

pub use app::{AppKey, AppKeyError};
pub(crate) use client::seconds_now;
pub use client::{Credentials, GitHub, GitHubError, OnWait};
pub use repository::{ParseRepositoryError, Repository};
