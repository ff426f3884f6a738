//! `migrations new`: the common changes, written so that they are safe.
//!
//! May import: `name`, `identifier`, `parse`, `rules` (whether a default is constant), `directory` and `timestamp`.

mod change;
mod file_name;
mod files;
mod steps;

pub use change::{Change, Uniqueness};
pub use files::{NewFile, NewMigrationError};
pub use steps::Step;
