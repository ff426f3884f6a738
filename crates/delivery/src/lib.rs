//! Releases, gates and smoke tests.
//!
//! What talks to AWS, GitHub and the services themselves is behind the feature `clients`.

#[cfg(feature = "clients")]
mod block_on;
#[cfg(feature = "clients")]
mod duration;
#[cfg(feature = "clients")]
pub mod notify;
#[cfg(feature = "clients")]
pub mod smoke;
#[cfg(feature = "clients")]
pub mod web;

#[cfg(feature = "clients")]
pub use block_on::block_on;
#[cfg(feature = "clients")]
pub use duration::{ParseDurationError, parse_duration, show_duration};
