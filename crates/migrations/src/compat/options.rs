//! What is compared, and with which limits.

use std::path::Path;

use crate::compat::migration::Migration;
use crate::compat::release::Releases;

/// What is compared.
#[derive(Debug)]
pub struct CompatOptions<'a> {
    /// Migrations that are deployed, in order.
    pub deployed: &'a [Migration],
    /// Migrations that are new, in order.
    pub new: &'a [Migration],
    /// The releases that run.
    pub releases: &'a Releases,
    /// The folder that the releases' files are relative to.
    pub folder: &'a Path,
    /// Milliseconds that an ordinary statement may be blocked for, and that ACCESS EXCLUSIVE may be held or waited for.
    pub budget: u64,
    /// Rows that every table gets, where only the locks are asked for, and how long they are held.
    pub rows: Option<u64>,
    /// Milliseconds that the connection which runs migrations waits for a lock, if it is set there.
    pub lock_timeout: Option<u64>,
}
