//! A check's result as text: for people, programs, code scanning, pull requests and job summaries.
//!
//! One file per form. May import: `check`, `finding` and `position`.

mod github;
mod human;
mod json;
mod markdown;
mod sarif;

pub use github::github;
pub use human::human;
pub use json::json;
pub use markdown::markdown;
pub use sarif::sarif;
